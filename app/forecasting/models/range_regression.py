"""A regression on range volatilities, fitted on many stocks: the control that a neural network has to beat."""

import numpy as np

from app.forecasting import volatility
from app.forecasting.conformal import smooth
from app.forecasting.forecast import MEDIAN, QUANTILES, Floats, Forecast, LogPrices, Origins

YEAR = 252
"""Bars of the volatility that everything is measured in."""

WINDOWS = (1, 5, 22, 66)
"""Bars of the range volatilities that are regressed on."""

TYPICAL = 0.018
"""Daily volatility of a stock: the regression's last feature is the year's volatility against it."""

REGRESSION_DAYS = np.array([1, 2, 5, 10, 22, 44, 66])
"""Days ahead that have coefficients of their own."""

CUT_OFFS = np.array(["2008-12-31", "2018-12-31"], dtype="datetime64[D]")
"""The last days that each of ``COEFFICIENTS`` has seen."""

COEFFICIENTS = np.array(
    [
        [
            [-2.108, -1.213, -0.595, 0.000, 0.653, 1.299, 2.169, 0.213, 0.236, 0.127, 0.077, -0.026],
            [-2.099, -1.219, -0.588, 0.021, 0.658, 1.304, 2.197, 0.169, 0.218, 0.149, 0.086, -0.050],
            [-2.085, -1.176, -0.547, 0.062, 0.679, 1.295, 2.106, 0.113, 0.163, 0.130, 0.087, -0.062],
            [-2.091, -1.155, -0.518, 0.100, 0.702, 1.280, 2.041, 0.070, 0.159, 0.066, 0.132, -0.070],
            [-2.113, -1.164, -0.497, 0.151, 0.755, 1.310, 1.993, 0.052, 0.143, 0.023, 0.145, -0.091],
            [-2.127, -1.140, -0.457, 0.200, 0.807, 1.336, 1.981, 0.040, 0.084, 0.103, 0.059, -0.117],
            [-2.201, -1.131, -0.426, 0.234, 0.830, 1.364, 2.003, 0.030, 0.084, 0.107, 0.004, -0.144],
        ],
        [
            [-2.127, -1.207, -0.569, 0.028, 0.650, 1.262, 2.092, 0.214, 0.273, 0.193, 0.111, -0.009],
            [-2.130, -1.194, -0.554, 0.052, 0.655, 1.253, 2.076, 0.182, 0.248, 0.177, 0.109, -0.032],
            [-2.106, -1.146, -0.508, 0.092, 0.684, 1.259, 2.029, 0.128, 0.172, 0.173, 0.161, -0.068],
            [-2.067, -1.116, -0.472, 0.134, 0.713, 1.261, 1.973, 0.086, 0.155, 0.103, 0.209, -0.093],
            [-2.016, -1.090, -0.438, 0.188, 0.767, 1.295, 1.947, 0.068, 0.148, 0.029, 0.204, -0.121],
            [-1.952, -1.028, -0.371, 0.257, 0.823, 1.320, 1.922, 0.049, 0.087, 0.043, 0.186, -0.153],
            [-1.945, -0.990, -0.326, 0.302, 0.858, 1.347, 1.934, 0.036, 0.083, 0.057, 0.139, -0.191],
        ],
    ]
)
"""For each cut-off and day seven quantiles of the scaled return, then the slopes of its logarithmic scale.

Minimum pinball loss over the training pool from 1996 on, on every fifth bar, as
``python -m app.evaluation.training.range_regression PRICES CUT-OFF`` prints it.
"""


def linear(y: LogPrices, origins: Origins, horizon: int, drift: bool = True) -> Forecast:
    """Quantiles exp(slopes · features) · σ·√h of each day; without ``drift`` the median is set to zero.

    Each origin uses the newest coefficients that saw nothing after it. None are that old before 2009: forecasts made
    then saw the future of other stocks.
    """
    newest = np.maximum(np.searchsorted(CUT_OFFS, y.dates[origins]) - 1, 0)
    rows = smooth(REGRESSION_DAYS, COEFFICIENTS, horizon)[newest]
    shape, slopes = rows[..., : len(QUANTILES)], rows[..., len(QUANTILES) :]
    if not drift:
        shape[..., MEDIAN] = 0
    sigma = np.sqrt(volatility.rolling(volatility.squared_returns(y), YEAR))[origins]
    growth = np.exp((features(y)[origins][:, None] * slopes).sum(axis=-1))
    scale = growth * sigma[:, None] * np.sqrt(np.arange(1, horizon + 1))
    return Forecast(origins, scale[..., None] * shape)


def features(y: LogPrices) -> Floats:
    """Logarithms (n, 5): each window's range volatility against the year's, and the year's against a typical one."""
    daily, year = volatility.range_variance(y), volatility.rolling(volatility.squared_returns(y), YEAR)
    recent = [np.maximum(volatility.rolling(daily, bars) / year, volatility.MIN_SHARE) for bars in WINDOWS]
    level = np.clip(year / TYPICAL**2, 1 / 50, 50)
    return np.asarray(np.log(np.stack([*recent, level], axis=1)) / 2)

"""A regression on range volatilities, fitted on many tickers: the control that a neural network has to beat."""

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

CUT_OFFS = np.array(["2008-12-31", "2018-12-31", "2023-12-31"], dtype="datetime64[D]")
"""The last days that each of ``COEFFICIENTS`` has seen."""

COEFFICIENTS = np.array(
    [
        [
            [-1.993, -1.139, -0.534, 0.015, 0.660, 1.340, 2.272, 0.210, 0.264, 0.163, -0.129, -0.031],
            [-2.023, -1.149, -0.527, 0.042, 0.669, 1.345, 2.248, 0.176, 0.271, 0.156, -0.093, -0.054],
            [-2.068, -1.164, -0.540, 0.051, 0.676, 1.317, 2.179, 0.122, 0.183, 0.180, -0.085, -0.056],
            [-2.029, -1.138, -0.516, 0.081, 0.687, 1.290, 2.097, 0.084, 0.154, 0.102, 0.016, -0.070],
            [-2.183, -1.205, -0.531, 0.109, 0.727, 1.316, 2.118, 0.095, 0.168, 0.050, 0.044, -0.060],
            [-2.241, -1.213, -0.507, 0.145, 0.772, 1.352, 2.111, 0.068, 0.119, 0.087, 0.043, -0.062],
            [-2.329, -1.235, -0.508, 0.163, 0.802, 1.394, 2.156, 0.065, 0.089, 0.122, 0.003, -0.092],
        ],
        [
            [-2.009, -1.138, -0.536, 0.000, 0.604, 1.231, 2.123, 0.202, 0.314, 0.149, -0.072, -0.038],
            [-2.027, -1.140, -0.532, 0.010, 0.613, 1.234, 2.109, 0.182, 0.271, 0.162, -0.023, -0.038],
            [-2.037, -1.124, -0.513, 0.054, 0.649, 1.253, 2.082, 0.139, 0.196, 0.145, 0.009, -0.055],
            [-1.972, -1.102, -0.499, 0.075, 0.662, 1.241, 2.028, 0.094, 0.157, 0.107, 0.099, -0.063],
            [-2.023, -1.125, -0.491, 0.109, 0.707, 1.279, 2.039, 0.085, 0.139, 0.100, 0.099, -0.073],
            [-2.006, -1.098, -0.457, 0.156, 0.754, 1.307, 2.048, 0.055, 0.126, 0.046, 0.158, -0.087],
            [-1.988, -1.076, -0.436, 0.189, 0.787, 1.340, 2.089, 0.050, 0.096, 0.057, 0.164, -0.114],
        ],
        [
            [-2.025, -1.147, -0.546, 0.000, 0.603, 1.233, 2.111, 0.224, 0.311, 0.184, -0.106, -0.041],
            [-2.048, -1.155, -0.546, 0.000, 0.609, 1.231, 2.092, 0.191, 0.282, 0.172, -0.048, -0.040],
            [-2.084, -1.155, -0.533, 0.041, 0.641, 1.249, 2.093, 0.152, 0.224, 0.169, -0.025, -0.059],
            [-2.071, -1.139, -0.522, 0.064, 0.659, 1.247, 2.049, 0.113, 0.179, 0.144, 0.040, -0.077],
            [-2.093, -1.149, -0.506, 0.101, 0.706, 1.288, 2.062, 0.087, 0.151, 0.128, 0.069, -0.089],
            [-2.089, -1.114, -0.472, 0.141, 0.743, 1.304, 2.057, 0.054, 0.135, 0.073, 0.135, -0.106],
            [-2.062, -1.091, -0.451, 0.170, 0.773, 1.331, 2.099, 0.052, 0.101, 0.067, 0.164, -0.131],
        ],
    ]
)
"""For each cut-off and day seven quantiles of the scaled return, then the slopes of its logarithmic scale.

Minimum pinball loss over both training pools without their validation tickers, on every 25th bar, as
``python -m app.evaluation.training.range_regression CUT-OFF PRICES PRICES`` prints it.
"""


def linear(y: LogPrices, origins: Origins, horizon: int, drift: bool = True) -> Forecast:
    """Quantiles exp(slopes · features) · σ·√h of each day; without ``drift`` the median is set to zero.

    Each origin uses the newest coefficients that saw nothing after it. None are that old before 2009: forecasts made
    then saw the future of other tickers.
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

"""Forecasters that need no fit: the last price stays, inside a Gaussian band of measured volatility."""

import numpy as np
from scipy.special import ndtri

from app.forecasting import volatility
from app.forecasting.forecast import QUANTILES, Floats, Forecast, LogPrices, Origins

GAUSSIAN: Floats = ndtri(np.array(QUANTILES))
"""The seven quantiles of the standard normal distribution."""


def random_walk(y: LogPrices, origins: Origins, horizon: int) -> Forecast:
    """The last price with the volatility of the last 750 days: the baseline of every score."""
    normal = volatility.rolling(volatility.squared_returns(y))[origins]
    return _gaussian(origins, normal[:, None] * np.arange(1, horizon + 1))


def ewma(y: LogPrices, origins: Origins, horizon: int) -> Forecast:
    """The last price with RiskMetrics' volatility, taken to stay as it is."""
    now = volatility.ewma(volatility.squared_returns(y))[origins]
    return _gaussian(origins, now[:, None] * np.arange(1, horizon + 1))


def mean_reverting_ewma(y: LogPrices, origins: Origins, horizon: int) -> Forecast:
    """The last price with RiskMetrics' volatility on its way back to that of the last 750 days."""
    squares = volatility.squared_returns(y)
    now, normal = volatility.ewma(squares)[origins], volatility.rolling(squares)[origins]
    return _gaussian(origins, volatility.mean_reverting(now, normal, horizon))


def _gaussian(origins: Origins, variance: Floats) -> Forecast:
    """Bands round zero from the variance (k, horizon) of each day's log return."""
    return Forecast(origins, np.sqrt(variance)[..., None] * GAUSSIAN)

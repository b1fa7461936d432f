"""A ticker's own drift as a forecaster, and how far it is so steady that chance is no explanation."""

import numpy as np

from app.forecasting.forecast import Floats, Forecast, LogPrices, Origins
from app.forecasting.simulation import historical_simulation

LOOKBACK = 750
"""Bars, about three years, whose mean return is the drift."""

FEWEST = 120
"""Bars before a drift is looked for."""

DOUBT = 3.0
"""The t value below which a drift counts for nothing: one random walk in four hundred is beyond it."""


def steady(y: LogPrices, origins: Origins, horizon: int) -> Forecast:
    """The last price moved by the drift, within the past surprises of filtered historical simulation."""
    centre = _mean(y, origins)[0][:, None] * np.arange(1, horizon + 1)
    return Forecast(origins, historical_simulation(y, origins, horizon).quantiles + centre[..., None])


def steadiness(y: LogPrices, origins: Origins) -> Floats:
    """The t values (k,) of the mean return up to each origin; zero before there are enough bars."""
    mean, error, n = _mean(y, origins)
    return np.asarray(np.where(n >= FEWEST, mean / error, 0.0))


def trust(t: Floats) -> Floats:
    """The share 1 − (3 / t)² that a drift counts, none below t = 3 (the positive part of James & Stein 1961)."""
    return np.asarray(np.maximum(0.0, 1 - (DOUBT / np.maximum(np.abs(t), DOUBT)) ** 2))


def _mean(y: LogPrices, origins: Origins) -> tuple[Floats, Floats, Floats]:
    """The mean log return a bar at each origin, its standard error, and the number of returns, all (k,)."""
    returns = np.diff(y.close, prepend=y.close[0])
    sums, squares = (np.concatenate([[0.0], np.cumsum(values)]) for values in (returns, returns**2))
    start = np.maximum(origins + 1 - LOOKBACK, 1)
    n = np.maximum(origins + 1 - start, 1)
    mean = (sums[origins + 1] - sums[start]) / n
    variance = np.maximum((squares[origins + 1] - squares[start]) / n - mean**2, 1e-12)
    return mean, np.sqrt(variance / n), n

"""Forecasts without a fitted model: last price, EWMA volatility, historical simulation, own drift."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.special import ndtri

from app.forecasting import volatility
from app.forecasting.conformal import between, up_to
from app.forecasting.forecast import MEDIAN, QUANTILES, Floats, Forecast, LogPrices, Origins

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


LOOKBACK = 750
"""Bars, about three years, whose mean return is the drift."""

MIN_BARS = 120
"""Bars before a drift is looked for."""

T_THRESHOLD = 3.0
"""The t value below which a drift counts for nothing: one random walk in four hundred is beyond it."""


def drift_path(y: LogPrices, origins: Origins, horizon: int) -> Floats:
    """The drift over each number of days ahead (k, horizon), a log return."""
    return _mean(y, origins)[0][:, None] * np.arange(1, horizon + 1)


def steadiness(y: LogPrices, origins: Origins) -> Floats:
    """The t values (k,) of the mean return up to each origin; zero before there are enough bars."""
    mean, error, n = _mean(y, origins)
    return np.asarray(np.where(n >= MIN_BARS, mean / error, 0.0))


def trust(t: Floats) -> Floats:
    """The share 1 − (3 / t)² that a drift counts, none below t = 3 (the positive part of James & Stein 1961)."""
    return np.asarray(np.maximum(0.0, 1 - (T_THRESHOLD / np.maximum(np.abs(t), T_THRESHOLD)) ** 2))


def _mean(y: LogPrices, origins: Origins) -> tuple[Floats, Floats, Floats]:
    """The mean log return a bar at each origin, its standard error, and the number of returns, all (k,)."""
    returns = np.diff(y.close, prepend=y.close[0])
    sums, squares = (np.concatenate([[0.0], np.cumsum(values)]) for values in (returns, returns**2))
    start = np.maximum(origins + 1 - LOOKBACK, 1)
    n = np.maximum(origins + 1 - start, 1)
    mean = (sums[origins + 1] - sums[start]) / n
    variance = np.maximum((squares[origins + 1] - squares[start]) / n - mean**2, 1e-12)
    return mean, np.sqrt(variance / n), n


MEMORY = 750
"""Past surprises that are looked at, about three years."""

WARM_UP = 20
"""Bars before the first surprise: a volatility of fewer days measures little."""

PRIOR = 200.0
"""Independent surprises that the normal distribution stands for: as many past ones count for half."""

LARGEST = 8.0
"""Surprises beyond eight deviations count as eight: they follow a halt and would stay in 66 overlapping windows."""


def historical_simulation(y: LogPrices, origins: Origins, horizon: int, drift: bool = False) -> Forecast:
    """Quantiles of overlapping past h-day returns over their volatility, times today's (Barone-Adesi et al. 1999).

    Nothing is drawn at random. The median is zero unless ``drift`` lets the past one in, shrunk like the rest. Drawing
    300 or 1000 paths of daily surprises instead was slower and worse (training pool, pooled pinball .98 against .97).
    """
    outlook = volatility.heterogeneous(y)
    counted = up_to(horizon)
    shapes = np.stack([_shape(y, outlook, origins, int(days), drift) for days in counted], axis=1)
    scale = np.sqrt(volatility.at(outlook, origins).over(np.arange(1.0, horizon + 1)))
    return Forecast(origins, between(counted, shapes, horizon) * scale[..., None])


def _shape(y: LogPrices, outlook: volatility.VolatilityOutlook, origins: Origins, days: int, drift: bool) -> Floats:
    """Quantiles (k, 7) of the surprises ``days`` ahead that were known at each origin, shrunk to the normal ones."""
    if len(y) <= days:
        return np.tile(GAUSSIAN, (len(origins), 1))
    surprises = ((y.close[days:] - y.close[:-days]) / np.sqrt(outlook.over(days))[:-days])[WARM_UP:]
    ordered = np.sort(np.clip(surprises, -LARGEST, LARGEST))
    over = np.clip(origins - days - WARM_UP + 1, 0, len(surprises))
    n = np.minimum(over, MEMORY)
    past = _quantiles(ordered, _sorted_places(surprises, over), n)
    share: Floats = (n / days / (n / days + PRIOR))[:, None]
    return share * (past if drift else past - past[:, [MEDIAN]]) + (1 - share) * GAUSSIAN


def _sorted_places(surprises: Floats, over: NDArray[np.intp]) -> NDArray[np.unsignedinteger[Any]]:
    """Where in the order of all ``surprises`` (n,) the last 750 of the first ``over`` (k,) stand: (k, 750), sorted.

    Where they are fewer, the last places are too large. Short integers are sorted several times faster than floats.
    """
    places = np.empty(len(surprises), dtype=np.min_scalar_type(len(surprises) + 1))
    places[np.argsort(surprises, kind="stable")] = np.arange(len(surprises), dtype=places.dtype)
    padded = np.concatenate([np.full(MEMORY, np.iinfo(places.dtype).max, dtype=places.dtype), places])
    return np.asarray(np.sort(sliding_window_view(padded, MEMORY)[over], axis=1))


def _quantiles(ordered: Floats, places: NDArray[np.unsignedinteger[Any]], n: NDArray[np.intp]) -> Floats:
    """Linear quantiles (k, 7) of the values ``ordered`` at the first ``n`` (k,) of each row's ``places``; 0 of none."""
    place = np.maximum(n - 1, 0)[:, None] * np.array(QUANTILES)
    left = np.floor(place).astype(np.intp)
    right = np.minimum(left + 1, np.maximum(n - 1, 0)[:, None])
    # A place that is too large, as the first of none is, stands for nought.
    values = np.append(ordered, 0.0)
    low, high = (values[np.minimum(np.take_along_axis(places, at, axis=1), len(ordered))] for at in (left, right))
    quantiles: Floats = np.minimum(low + (place - left) * (high - low), high)
    return quantiles

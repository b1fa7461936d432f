"""Filtered historical simulation: what past surprises, measured in the volatility of their day, would do today."""

import numpy as np
from numpy.typing import NDArray

from app.forecasting import volatility
from app.forecasting.days import between, up_to
from app.forecasting.forecast import MEDIAN, QUANTILES, Floats, Forecast, LogPrices, Origins
from app.forecasting.naive import GAUSSIAN

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


def _shape(y: LogPrices, outlook: volatility.Outlook, origins: Origins, days: int, drift: bool) -> Floats:
    """Quantiles (k, 7) of the surprises ``days`` ahead that were known at each origin, shrunk to the normal ones."""
    if len(y) <= days:
        return np.tile(GAUSSIAN, (len(origins), 1))
    surprises = (y.close[days:] - y.close[:-days]) / np.sqrt(outlook.over(days))[:-days]
    rows = origins[:, None] - days - np.arange(MEMORY)
    known = rows >= WARM_UP
    sample = np.where(known, np.clip(surprises[np.where(known, rows, 0)], -LARGEST, LARGEST), np.inf)
    n = known.sum(axis=1)
    past = _quantiles(np.sort(sample, axis=1), n)
    trust: Floats = (n / days / (n / days + PRIOR))[:, None]
    return trust * (past if drift else past - past[:, [MEDIAN]]) + (1 - trust) * GAUSSIAN


def _quantiles(ordered: Floats, n: NDArray[np.intp]) -> Floats:
    """Linear quantiles (k, 7) of the first ``n`` (k,) of each row; zero where there are none."""
    place = np.maximum(n - 1, 0)[:, None] * np.array(QUANTILES)
    left = np.floor(place).astype(np.intp)
    right = np.minimum(left + 1, np.maximum(n - 1, 0)[:, None])
    found = np.where(n[:, None] > 0, ordered, 0.0)
    low, high = np.take_along_axis(found, left, axis=1), np.take_along_axis(found, right, axis=1)
    quantiles: Floats = np.minimum(low + (place - left) * (high - low), high)
    return quantiles

"""Support and resistance: prices at which swings of the past turned, each swing known only some bars after its turn."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

CONFIRMED_AFTER = 5
"""Bars on each side that must stay short of a swing's extreme; it is known only when the last of them has closed."""


@dataclass(frozen=True, slots=True)
class Swings:
    """Turns of the price, oldest first: their rows (k,) and the highs or lows reached there (k,)."""

    rows: Rows
    prices: Floats


@dataclass(frozen=True, slots=True)
class Level:
    """A price near which swings turned, the mean of theirs, and their rows, oldest first."""

    price: float
    rows: tuple[int, ...]


def swings(high: Floats, low: Floats, confirmed_after: int = CONFIRMED_AFTER) -> Swings:
    """Every confirmed swing high and low of (n,) bars; of equal extremes in a row the first is the swing."""
    tops, bottoms = _peaks(high, confirmed_after), _peaks(-low, confirmed_after)
    rows, prices = np.concatenate([tops, bottoms]), np.concatenate([high[tops], low[bottoms]])
    in_time = np.argsort(rows, kind="stable")
    return Swings(rows[in_time], prices[in_time])


def levels(turned: Swings, tolerance: float) -> tuple[Level, ...]:
    """Swings at most ``tolerance`` apart put together, lowest first.

    A group that reaches farther is divided at its widest gap, again and again, so no chain of neighbours grows long.
    """
    by_price = np.argsort(turned.prices, kind="stable")
    groups = _divided(turned.prices[by_price], tolerance)
    members = np.split(by_price, np.cumsum(groups)[:-1]) if len(by_price) else []
    return tuple(
        Level(float(turned.prices[rows].mean()), tuple(np.sort(turned.rows[rows]).tolist())) for rows in members
    )


def _peaks(values: Floats, reach: int) -> Rows:
    """Rows whose value is above the ``reach`` before and no lower than the ``reach`` after."""
    if len(values) < 2 * reach + 1:
        return np.empty(0, dtype=np.intp)
    windows = sliding_window_view(values, 2 * reach + 1)
    middle = windows[:, reach]
    above = (middle > windows[:, :reach].max(axis=1)) & (middle >= windows[:, reach + 1 :].max(axis=1))
    return np.flatnonzero(above) + reach


def _divided(rising: Floats, tolerance: float) -> list[int]:
    """The sizes of the groups that (k,) rising prices fall into."""
    if len(rising) < 2 or rising[-1] - rising[0] <= tolerance:
        return [len(rising)]
    cut = int(np.argmax(np.diff(rising))) + 1
    return _divided(rising[:cut], tolerance) + _divided(rising[cut:], tolerance)

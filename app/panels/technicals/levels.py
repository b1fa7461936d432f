"""Support and resistance of a history: the nearest levels around its last close, and what they say."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from app.charts.parts.ticks import day_text
from app.market.history import PriceHistory
from app.panels.technicals.model import PriceLevel, PriceLevels, Reading
from app.panels.technicals.readings import percent_words, price_words

_MAX_BARS = 504
_MAX_LEVELS_A_SIDE = 3


def nearest_levels(history: PriceHistory, tolerance: float) -> PriceLevels:
    """At most three a side from the swings of two years; swings within ``tolerance`` (a price) are one level."""
    first = max(0, len(history) - _MAX_BARS)
    grouped = levels(swings(history.high[first:], history.low[first:]), tolerance)
    dates, last = history.dates[first:], float(history.close[-1])
    below = [_published(level, dates, last) for level in reversed(grouped) if level.price <= last]
    above = [_published(level, dates, last) for level in grouped if level.price > last]
    return PriceLevels(tuple(below[:_MAX_LEVELS_A_SIDE]), tuple(above[:_MAX_LEVELS_A_SIDE]), len(dates))


def level_readings(around: PriceLevels) -> tuple[Reading, ...]:
    """The nearest support and the nearest resistance, each in a sentence."""
    sides = (("support", "Support", around.support, "below"), ("resistance", "Resistance", around.resistance, "above"))
    return tuple(_reading(name, title, found, side, around.bars) for name, title, found, side in sides)


@dataclass(frozen=True, slots=True)
class Level:
    """A price near which swings turned, the mean of theirs, and their rows, oldest first."""

    price: float
    rows: tuple[int, ...]


def _published(level: Level, dates: np.ndarray, last: float) -> PriceLevel:
    turned = tuple(dates[list(level.rows)].tolist())
    return PriceLevel(level.price, level.price / last - 1, len(turned), turned[-1], turned)


def _reading(name: str, title: str, found: tuple[PriceLevel, ...], side: str, bars: int) -> Reading:
    if not found:
        return Reading(name, title, None, "none", f"No swing of the last {bars} bars turned {side} this close.", None)
    nearest = found[0]
    times = {1: "once", 2: "twice"}.get(nearest.touches, f"{nearest.touches} times")
    last, away = day_text(np.datetime64(nearest.last_touch)), percent_words(nearest.distance)
    sentence = (
        f"{away} {side} the close. The price turned there {times} in {bars} bars, last on {last}; that does not mean "
        "that it will again."
    )
    return Reading(name, title, nearest.price, price_words(nearest.price), sentence, None)


Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

CONFIRMED_AFTER = 5
"""Bars on each side that must stay short of a swing's extreme; it is known only when the last of them has closed."""


@dataclass(frozen=True, slots=True)
class Swings:
    """Turns of the price, oldest first: their rows (k,) and the highs or lows reached there (k,)."""

    rows: Rows
    prices: Floats


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

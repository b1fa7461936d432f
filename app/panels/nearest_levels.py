"""Support and resistance of a history: the nearest levels around its last close, and what they say."""

import numpy as np

from app.charts.ticks import day_text
from app.levels import Level, levels, swings
from app.market.history import PriceHistory
from app.panels.readings import percent_words, price_words
from app.panels.technicals_analysis import PriceLevel, PriceLevels, Reading

_MOST_BARS = 504
_MOST_LEVELS = 3


def nearest_levels(history: PriceHistory, tolerance: float) -> PriceLevels:
    """At most three a side from the swings of two years; swings within ``tolerance`` (a price) are one level."""
    first = max(0, len(history) - _MOST_BARS)
    found = levels(swings(history.high[first:], history.low[first:]), tolerance)
    dates, last = history.dates[first:], float(history.close[-1])
    below = [_published(level, dates, last) for level in reversed(found) if level.price <= last]
    above = [_published(level, dates, last) for level in found if level.price > last]
    return PriceLevels(tuple(below[:_MOST_LEVELS]), tuple(above[:_MOST_LEVELS]), len(dates))


def level_readings(around: PriceLevels) -> tuple[Reading, ...]:
    """The nearest support and the nearest resistance, each in a sentence."""
    sides = (("support", "Support", around.support, "below"), ("resistance", "Resistance", around.resistance, "above"))
    return tuple(_reading(name, title, found, side, around.bars) for name, title, found, side in sides)


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
        f"The price turned near there {times} in {bars} bars, last on {last}; it lies {away} {side} the close, "
        "and nothing makes the price turn there again."
    )
    return Reading(name, title, nearest.price, price_words(nearest.price), sentence, None)

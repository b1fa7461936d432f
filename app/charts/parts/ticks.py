"""What an axis shows: limits, values thinned out to what can be seen, ticks of every kind, and places for words."""

import math
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.charts.chart import Dates, Floats
from app.charts.parts.figure import Limits
from app.text.compact_numbers import MONTHS, tick_text

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_CALENDAR_STEPS = (("W", 1), ("W", 2), ("M", 1), ("M", 2), ("M", 3), ("M", 6), ("Y", 1), ("Y", 2), ("Y", 5), ("Y", 10))
_LEADS = ((1, 1.5, 2, 3, 4, 5, 7), (1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))
_ROOM_FOR_A_DATE = 60


@dataclass(frozen=True, slots=True)
class Tick:
    """A position on an axis, in its units, and the text beside it."""

    at: float
    text: str


def round_ticks(low: float, high: float, most: int) -> tuple[Tick, ...]:
    """At most ``most`` round numbers between two values."""
    step = _round_step((high - low) / most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(Tick(number * step, tick_text(number * step, step)) for number in range(first, last + 1))


def percent_ticks(low: float, high: float, most: int, *, plus: bool = False) -> tuple[Tick, ...]:
    """Round percentages, above nought with a sign if ``plus``."""
    ticks = round_ticks(low, high, most)
    return tuple(Tick(tick.at, f"{'+' if plus and tick.at > 0 else ''}{tick.text}%") for tick in ticks)


def log_ticks(low: float, high: float, most: int) -> tuple[Tick, ...]:
    """At most ``most`` prices such as 1, 2, 5, 10 … between two, at their logarithms."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for leads in _LEADS:
        prices = [lead * 10.0**decade for decade in decades for lead in leads if low <= lead * 10.0**decade <= high]
        if len(prices) <= most:
            break
    return tuple(Tick(math.log(price), tick_text(price, _unit(price))) for price in prices)


def _unit(price: float) -> float:
    """The place of the last digit that differs from nought: 100 for 1,500."""
    unit = 10.0 ** math.floor(math.log10(price) + 1e-9)
    return unit if abs(price / unit - round(price / unit)) < 1e-6 else unit / 10


def date_ticks(dates: Dates, width: float) -> tuple[Tick, ...]:
    """Weeks, months or years over bars (n,), each at the row of its first bar."""
    most = max(2, int(width // _ROOM_FOR_A_DATE))
    for unit, count in _CALENDAR_STEPS:
        starts = _starts(dates[0], dates[-1], unit, count)
        if len(starts) <= most:
            break
    rows = np.searchsorted(dates, starts)
    return tuple(
        Tick(float(row), _date_words(dates[row] if unit == "W" else start, unit))
        for row, start in zip(rows, starts, strict=True)
        if row < len(dates)
    )


def _starts(first: np.datetime64, last: np.datetime64, unit: str, count: int) -> Dates:
    """The first days of weeks, months or years whose number divides by ``count``, between two days."""
    if unit == "W":
        days: Dates = np.arange(first, last + np.timedelta64(1, "D"))
        mondays: Dates = days[(days.astype(int) - 4) % (7 * count) == 0]
        return mondays
    periods = np.arange(first.astype(f"M8[{unit}]"), last.astype(f"M8[{unit}]") + np.array(1, f"m8[{unit}]"))
    numbers = periods.astype(int) + (1970 if unit == "Y" else 0)
    starts: Dates = periods[numbers % count == 0].astype("M8[D]")
    within: Dates = starts[starts >= first]
    return within


def _date_words(day: np.datetime64, unit: str) -> str:
    if unit == "W":
        return day_text(day, year=False)
    is_january = day == day.astype("M8[Y]").astype("M8[D]")
    return str(day)[:4] if is_january else MONTHS[_calendar(day).month - 1]


def day_text(day: np.datetime64, *, year: bool = True) -> str:
    """A day as 3 Mar 2025, or 3 Mar without its ``year``."""
    on = _calendar(day)
    return f"{on.day} {MONTHS[on.month - 1]}" + (f" {on.year}" if year else "")


def _calendar(day: np.datetime64) -> date:
    return date.fromisoformat(str(day.astype("M8[D]")))


def _round_step(least: float) -> float:
    magnitude = 10.0 ** math.floor(math.log10(least))
    return next(step * magnitude for step in _STEPS if step * magnitude >= least * (1 - 1e-9))


def padded(low: float, high: float, share: float = 0.05) -> Limits:
    """Limits with some air, also around a price that never moved."""
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        margin = abs(high) * 0.05 or 1.0
        return low - margin, high + margin
    return low - share * (high - low), high + share * (high - low)


def extremes(values: Floats, bins: int) -> NDArray[np.intp]:
    """Rows of (n,) values that keep the lowest and highest of each of ``bins`` stretches, and both ends."""
    if len(values) <= 2 * bins:
        return np.arange(len(values))
    edges = np.linspace(0, len(values), bins + 1).astype(int)
    kept = [row for start, end in pairwise(edges) for row in _ends_of_range(values, start, end)]
    return np.unique([0, *kept, len(values) - 1])


def means(values: Floats, bins: int) -> tuple[Floats, Floats]:
    """Means of at most ``bins`` stretches of (n,) values, and the (bins + 1,) edges between them, as rows."""
    bins = min(bins, len(values))
    edges = np.linspace(0, len(values), bins + 1).astype(int)
    return np.add.reduceat(values, edges[:-1]) / np.diff(edges), edges.astype(float)


def _ends_of_range(values: Floats, start: int, end: int) -> tuple[int, int]:
    return start + int(np.argmin(values[start:end])), start + int(np.argmax(values[start:end]))


_MIN_LOG_RATIO = 4


@dataclass(frozen=True, slots=True)
class PriceScale:
    """The limits and ticks of a price axis, in heights."""

    is_log: bool
    limits: Limits
    ticks: tuple[Tick, ...]

    def heights(self, prices: Floats) -> Floats:
        """Prices as heights on the axis: their logarithms where it is logarithmic."""
        return np.asarray(np.log(prices)) if self.is_log else prices


def price_scale(prices: Floats, most_ticks: int) -> PriceScale:
    """Logarithmic once the highest price is four times the lowest; a picture with such an axis says so."""
    low, high = float(prices.min()), float(prices.max())
    if low > 0 and high > _MIN_LOG_RATIO * low:
        return PriceScale(True, padded(float(np.log(low)), float(np.log(high))), log_ticks(low, high, most_ticks))
    limits = padded(low, high)
    return PriceScale(False, limits, round_ticks(*limits, most_ticks))


def spread(wanted: Floats, gap: float, low: float, high: float) -> Floats:
    """Positions at least ``gap`` apart within two bounds, in the order given and as near the wanted ones as can be.

    ``wanted`` (n,) rises. This is isotonic regression (Barlow et al. 1972, the max-min formula) of the wanted positions
    less the gaps.
    """
    count = len(wanted)
    slots = np.arange(count) * gap
    free = wanted - slots
    mean = [
        [free[start : end + 1].mean() if end >= start else np.inf for end in range(count)] for start in range(count)
    ]
    pooled = np.array([max(min(mean[start][row:]) for start in range(row + 1)) for row in range(count)])
    kept: Floats = pooled.clip(low, max(low, high - (count - 1) * gap)) + slots
    return kept

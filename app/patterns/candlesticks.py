"""Candlestick shapes by TA-Lib's rules, the trend they stand in, and windows of bars."""

from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from app.forecasting.forecast import Floats

Days: TypeAlias = NDArray[np.bool_]
_Row = TypeVar("_Row", Floats, Days)

# As in TA-Lib's defaults.
AVERAGE_BARS = 10
PENETRATION_RATIO = 0.3
SHORT_SHADOW_RATIO = 0.1


@dataclass(frozen=True, slots=True)
class Bars:
    """Candles, oldest first, each array (n,)."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats

    def __len__(self) -> int:
        return len(self.close)


@dataclass(frozen=True, slots=True)
class Shape:
    """A pattern of ``bars`` candles; ``direction`` is the way that tradition says the price turns."""

    name: str
    direction: str
    bars: int


SHAPES = (
    Shape("morning star", "up", 3),
    Shape("evening star", "down", 3),
    Shape("bullish engulfing", "up", 2),
    Shape("bearish engulfing", "down", 2),
    Shape("bullish harami", "up", 2),
    Shape("bearish harami", "down", 2),
    Shape("shooting star", "down", 2),
    Shape("inverted hammer", "up", 2),
)
"""Rarest first: where two shapes end on one bar, the first of them names it."""


def shapes(bars: Bars) -> Days:
    """Which of ``SHAPES`` ends at which bar, (n, 8); none where the bars that it needs begin before the first."""
    with np.errstate(invalid="ignore"):
        return np.column_stack([*_stars(bars), *_engulfings(bars), *_haramis(bars), *_gapped_shadows(bars)])


def names_of(ends: Days) -> NDArray[np.intp]:
    """One class for each bar of (n, 8): 0 for none, else the place in ``SHAPES`` of its rarest shape, from 1."""
    return np.where(ends.any(axis=1), ends.argmax(axis=1) + 1, 0)


def _stars(bars: Bars) -> tuple[Days, Days]:
    """A long body, a short one beyond its close, and a third that comes back into the first."""
    body, white = np.abs(bars.close - bars.open), bars.close >= bars.open
    top, bottom = np.maximum(bars.open, bars.close), np.minimum(bars.open, bars.close)
    long = _before(body > _average(body, 0), 2)
    tiny = _before(body <= _average(body, 1), 1)
    back = body > _average(body, 2)
    falls, rises = _before(~white, 2), _before(white, 2)
    first, into = _before(bars.close, 2), _before(body, 2) * PENETRATION_RATIO
    common = long & tiny & back & _known(len(bars), AVERAGE_BARS + 2)
    morning = common & falls & (_before(top, 1) < _before(bottom, 2)) & white & (bars.close > first + into)
    evening = common & rises & (_before(bottom, 1) > _before(top, 2)) & ~white & (bars.close < first - into)
    return morning, evening


def _engulfings(bars: Bars) -> tuple[Days, Days]:
    """A body that covers the body before it, of the other colour; one end may be shared, not both."""
    white, known = bars.close >= bars.open, _known(len(bars), 2)
    opened, closed = _before(bars.open, 1), _before(bars.close, 1)
    up = ((bars.close >= opened) & (bars.open < closed)) | ((bars.close > opened) & (bars.open <= closed))
    down = ((bars.open >= closed) & (bars.close < opened)) | ((bars.open > closed) & (bars.close <= opened))
    return known & white & _before(~white, 1) & up, known & ~white & _before(white, 1) & down


def _haramis(bars: Bars) -> tuple[Days, Days]:
    """A long body, and a short one within it."""
    body, white = np.abs(bars.close - bars.open), bars.close >= bars.open
    top, bottom = np.maximum(bars.open, bars.close), np.minimum(bars.open, bars.close)
    long, short = _before(body > _average(body, 0), 1), body <= _average(body, 1)
    within = (top <= _before(top, 1)) & (bottom >= _before(bottom, 1))
    inside = long & short & within & _known(len(bars), AVERAGE_BARS + 1)
    return inside & _before(~white, 1), inside & _before(white, 1)


def _gapped_shadows(bars: Bars) -> tuple[Days, Days]:
    """A small body under a long shadow, with next to none below, apart from the body before it."""
    body = np.abs(bars.close - bars.open)
    top, bottom = np.maximum(bars.open, bars.close), np.minimum(bars.open, bars.close)
    little_below = bottom - bars.low < SHORT_SHADOW_RATIO * _average(bars.high - bars.low, 1)
    small = (body < _average(body, 1)) & (bars.high - top > body) & little_below & _known(len(bars), AVERAGE_BARS + 1)
    return small & (bottom > _before(top, 1)), small & (top < _before(bottom, 1))


def _average(values: Floats, first: int) -> Floats:
    """The mean (n,) of the ten values before each, as a running total begun at ``first``.

    A total that is carried on rounds otherwise than a fresh one, and where a body just equals the average that decides.
    """
    averages = np.full(len(values), np.nan)
    if len(values) <= first + AVERAGE_BARS:
        return averages
    begun = np.cumsum(values[first : first + AVERAGE_BARS])[-1]
    steps = values[first + AVERAGE_BARS : -1] - values[first : -AVERAGE_BARS - 1]
    averages[first + AVERAGE_BARS :] = np.cumsum(np.concatenate([[begun], steps])) / AVERAGE_BARS
    return averages


def _before(values: _Row, bars: int) -> _Row:
    """The values so many bars earlier; what would come from before the first is its."""
    return np.concatenate([values[:1].repeat(bars), values[:-bars]])[: len(values)]


def _known(n: int, lookback: int) -> Days:
    return np.arange(n) >= lookback


WINDOW = 13
"""The three bars of a star, and the ten that the first of them is measured by."""

SIDE = 4 * WINDOW


@dataclass(frozen=True, slots=True)
class Fields:
    """One image (52, 52) for each of k windows; where a window is ``flat`` there is none, and its image is nought."""

    images: Floats
    flat: Days

    def __len__(self) -> int:
        return len(self.images)


def windows(bars: Bars, ends: NDArray[np.intp]) -> Floats:
    """Open, high, low and close of the thirteen bars up to each of ``ends`` (12 or later), interleaved: (k, 52)."""
    prices = np.column_stack([bars.open, bars.high, bars.low, bars.close])
    grouped = sliding_window_view(prices, WINDOW, axis=0)[ends - WINDOW + 1]
    return np.ascontiguousarray(grouped.transpose(0, 2, 1)).reshape(len(ends), SIDE)


MEAN_BARS = 10
SLOPE_BARS = 5
UNKNOWN = "unknown"
SIDEWAYS = "sideways"
UP = "up"
DOWN = "down"


def trends(close: Floats) -> NDArray[np.str_]:
    """The trend at each bar, (n,): up above a rising ten-bar mean, down below a falling one, over five bars each.

    Unknown before the mean has a past to rise from.
    """
    first = MEAN_BARS + SLOPE_BARS - 1
    trend = np.full(len(close), UNKNOWN, dtype="<U8")
    if len(close) <= first:
        return trend
    mean = np.convolve(close, np.full(MEAN_BARS, 1 / MEAN_BARS), mode="valid")
    now, before, last = mean[SLOPE_BARS:], mean[:-SLOPE_BARS], close[first:]
    up, down = (last > now) & (now > before), (last < now) & (now < before)
    trend[first:] = np.select([up, down], [UP, DOWN], SIDEWAYS)
    return trend


def trends_before(close: Floats) -> NDArray[np.str_]:
    """The trend at the bar before each shape's first, for a shape that ends at each bar: (n, 8)."""
    known = trends(close)
    earlier = [np.concatenate([np.full(shape.bars, UNKNOWN), known])[: len(close)] for shape in SHAPES]
    return np.column_stack(earlier)


def stands_in_its_trend(close: Floats) -> Days:
    """Where a shape would end the trend that tradition wants before it, (n, 8): a turn upwards after a fall."""
    wanted = np.array([DOWN if shape.direction == UP else UP for shape in SHAPES])
    return np.asarray(trends_before(close) == wanted)

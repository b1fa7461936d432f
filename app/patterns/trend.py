"""The trend that a shape stands in, which no rule of the shape itself asks for."""

import numpy as np
from numpy.typing import NDArray

from app.patterns.candlesticks import SHAPES, Days, Floats

MEAN_OF, OVER = 10, 5
UNKNOWN, SIDEWAYS, UP, DOWN = "unknown", "sideways", "up", "down"


def trends(close: Floats) -> NDArray[np.str_]:
    """The trend at each bar, (n,): up above a rising ten-bar mean, down below a falling one, over five bars each.

    Unknown before the mean has a past to rise from.
    """
    first = MEAN_OF + OVER - 1
    found = np.full(len(close), UNKNOWN, dtype="<U8")
    if len(close) <= first:
        return found
    mean = np.convolve(close, np.full(MEAN_OF, 1 / MEAN_OF), mode="valid")
    now, before, last = mean[OVER:], mean[:-OVER], close[first:]
    up, down = (last > now) & (now > before), (last < now) & (now < before)
    found[first:] = np.select([up, down], [UP, DOWN], SIDEWAYS)
    return found


def trends_before(close: Floats) -> NDArray[np.str_]:
    """The trend at the bar before each shape's first, for a shape that ends at each bar: (n, 8)."""
    known = trends(close)
    earlier = [np.concatenate([np.full(shape.bars, UNKNOWN), known])[: len(close)] for shape in SHAPES]
    return np.column_stack(earlier)


def stands_in_its_trend(close: Floats) -> Days:
    """Where a shape would end the trend that tradition wants before it, (n, 8): a turn upwards after a fall."""
    wanted = np.array([DOWN if shape.direction == UP else UP for shape in SHAPES])
    return np.asarray(trends_before(close) == wanted)

"""Fewer points, the same picture."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.charts.ticks import Floats


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

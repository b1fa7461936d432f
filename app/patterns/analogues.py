"""The past windows that look most like the newest one, and what came after them: a picture, not a signal."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from app.forecasting.forecast import Floats

BARS = 30
"""Bars of a window."""

DAYS = 22
"""Bars after a window that are looked at."""

ORIGIN_SPACING = 10
"""Bars between two past origins at which the analogues are judged."""

FIRST_ORIGIN = 200
"""The first of them: before it five windows would not fit."""

MAX_WINDOWS = 20
MIN_WINDOWS = 5
"""Windows below which there is no fan."""

Rows: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Analogues:
    """The last bars of the windows most like that ending at ``origin``, nearest first, and their correlation with it.

    No two overlap, and what came after them was known at ``origin``.
    """

    origin: int
    ends: Rows
    likeness: Floats


def analogues(y: Floats, origins: Rows, bars: int = BARS, days: int = DAYS) -> tuple[Analogues, ...]:
    """For each of ``origins`` in log closes (n,): at most twenty windows, none where its own stands still."""
    if not len(origins):
        return ()
    shapes = _normalised(sliding_window_view(y, bars))
    like = shapes @ shapes[origins - bars + 1].T
    moves = np.square(shapes).sum(axis=1) > 0
    by_origin = []
    for column, origin in enumerate(origins.tolist()):
        # The window in row r ends at bar r + bars − 1, and its aftermath must not be later than the origin.
        rows = max(0, origin - days - bars + 2)
        likeness = np.where(moves[:rows], like[:rows, column], -np.inf)
        chosen = _apart(likeness, bars) if moves[origin - bars + 1] else np.array([], dtype=np.intp)
        by_origin.append(Analogues(origin, chosen + bars - 1, likeness[chosen]))
    return tuple(by_origin)


def aftermath(y: Floats, ends: Rows, days: int = DAYS) -> Floats:
    """Log returns (k, days) that followed bars ``ends``."""
    return np.asarray(y[ends[:, None] + np.arange(1, days + 1)] - y[ends][:, None])


def base_rate(y: Floats, origin: int, days: int = DAYS) -> Floats:
    """Log returns (k, days) that followed every bar whose aftermath was known at ``origin``."""
    return aftermath(y, np.arange(max(0, origin - days + 1)), days)


def _normalised(windows: Floats) -> Floats:
    """Each row with mean nought and length one, so that products are correlations; still ones are nought."""
    centred = windows - windows.mean(axis=1, keepdims=True)
    length = np.sqrt(np.square(centred).sum(axis=1, keepdims=True))
    # What is left of a price that stood still is rounding.
    moving = length > 1e-9
    return np.asarray(np.where(moving, centred / np.where(moving, length, 1.0), 0.0))


def _apart(likeness: Floats, bars: int) -> Rows:
    """Rows by falling likeness, each at least ``bars`` from those before it."""
    free = likeness.copy()
    chosen: list[int] = []
    while len(chosen) < MAX_WINDOWS and len(free) and np.isfinite(free[row := int(free.argmax())]):
        chosen.append(row)
        free[max(0, row - bars + 1) : row + bars] = -np.inf
    return np.array(chosen, dtype=np.intp)

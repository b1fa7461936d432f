"""What can be asked of paths: how likely a price is, when it is first seen, what comes first, how deep it falls.

Levels are log prices relative to the last close: from 0 up that price or more is meant, below 0 that price or less.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.forecasting.forecast import Floats
from app.forecasting.paths import Paths
from app.forecasting.scoring.metrics import probability_up

LEAST, MOST = 0.001, 0.999
"""No chance is stated as smaller or larger."""


@dataclass(frozen=True, slots=True)
class Chances:
    """Chances (k,) to end at a level or beyond, to close there on the way, and to trade there (None if unknowable)."""

    end: Floats
    close: Floats
    trade: Floats | None


@dataclass(frozen=True, slots=True)
class FirstOf:
    """The chances that a target is traded before a stop, a stop before a target, and neither.

    A day that saw both counts for the stop, as daily bars do not tell which came first; ``same_day`` is its share.
    """

    target: float
    stop: float
    neither: float
    same_day: float


def chances(paths: Paths, levels: Floats) -> Chances:
    """The chances of ``levels`` (k,) over all days.

    The first is read from the forecast's own quantiles of the last day; the others count paths, and are never smaller.
    """
    up = levels >= 0
    above = probability_up(paths.quantiles[-1] - levels[:, None])
    end = np.clip(np.where(up, above, 1 - above), LEAST, MOST)
    close = np.clip(np.maximum(frequency(*paths.closes, levels), end), LEAST, MOST)
    if paths.trades is None:
        return Chances(end, close, None)
    return Chances(end, close, np.clip(np.maximum(frequency(*paths.trades, levels), close), LEAST, MOST))


def frequency(lowest: Floats, highest: Floats, levels: Floats) -> Floats:
    """The share (k,) of paths or windows that reach each level, from their sorted extremes (n,)."""
    reached = len(highest) - np.searchsorted(highest, levels, side="left")
    return np.asarray(np.where(levels >= 0, reached, np.searchsorted(lowest, levels, side="right")) / len(highest))


def first_touch(paths: Paths, level: float) -> Floats:
    """The chance (horizon,) that ``level`` was traded (or closed at, without highs and lows) by each day."""
    return np.asarray(np.clip(_touched(paths, level).mean(axis=1), LEAST, MOST))


def _touched(paths: Paths, level: float) -> NDArray[np.bool_]:
    """Whether each path has touched ``level`` by each day, (horizon, n)."""
    if level >= 0:
        highest = paths.close if paths.high is None else paths.high
        return np.logical_or.accumulate(highest >= level, axis=0)
    lowest = paths.close if paths.low is None else paths.low
    return np.logical_or.accumulate(lowest <= level, axis=0)


def first_of(paths: Paths, target: float, stop: float) -> FirstOf:
    """Which of two levels on either side of the last price comes first."""
    days = [len(paths.close) - _touched(paths, level).sum(axis=0) for level in (target, stop)]
    to_target, to_stop = (np.where(day < len(paths.close), day, len(paths.close)) for day in days)
    both = (to_target == to_stop) & (to_stop < len(paths.close))
    return FirstOf(
        target=float((to_target < to_stop).mean()),
        stop=float(((to_stop < to_target) | both).mean()),
        neither=float(((to_target == to_stop) & ~both).mean()),
        same_day=float(both.mean()),
    )


def traded_with(paths: Paths, chance: float) -> tuple[float, float]:
    """The levels below and above the last price that are traded (or closed at) with this ``chance``."""
    lowest, highest = paths.trades or paths.closes
    return float(np.quantile(lowest, chance)), float(np.quantile(highest, 1 - chance))


def deepest_fall(paths: Paths, chance: float) -> float:
    """How far below the last price, in log price, the lowest price on the way lies with this ``chance`` at least."""
    lowest, _ = paths.trades or paths.closes
    return min(0.0, float(np.quantile(lowest, chance)))

"""Are stated chances kept? How often what was said with a chance really happened, and the Brier score of all of it.

The web process reads this without scipy.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.forecasting.forecast import Floats

EVENTS = ("p_end", "p_close", "p_trade")
BINS = 10
"""Groups of stated chances, each a tenth wide."""


@dataclass(frozen=True, slots=True)
class ReliabilityRow:
    """The ``n`` questions whose stated chances were about the same: their mean, and the share that happened."""

    said: float
    happened: float
    n: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """The Brier score of stated chances, and the mean distance of a group's chances from what happened in it.

    ``calibration_error`` is a share, weighted by the questions in each row of the ``table``.
    """

    brier: float
    calibration_error: float
    table: tuple[ReliabilityRow, ...]


@dataclass(frozen=True, slots=True)
class DistanceRow(ReliabilityRow):
    """The ``n`` questions about a price so many deviations of the whole horizon away, negative for a lower one."""

    distance: float


@dataclass(frozen=True, slots=True)
class EventReceipt(Reliability):
    """One event: what was said of it beside the share of past windows, and the usual rule, at the same origins.

    ``distances`` has a row for each distance that was asked about.
    """

    brier_past: float
    brier_rule: float
    distances: tuple[DistanceRow, ...]


@dataclass(frozen=True, slots=True)
class OddsReceipt:
    """Past questions of the same distances and days, and how their chances were kept, with all levels together.

    An event is None where nothing was asked, trades also where highs and lows are unknown.
    """

    origins: int = 0
    p_end: EventReceipt | None = None
    p_close: EventReceipt | None = None
    p_trade: EventReceipt | None = None


def brier_score(probability: Floats, happened: NDArray[np.bool_]) -> float:
    """The mean squared distance of a probability (n,) from what happened, 0 or 1 (Brier 1950)."""
    return float(np.mean((probability - happened) ** 2))


def reliability(stated: Floats, outcomes: Floats) -> Reliability:
    """From chances and what happened (1 or 0), both of any one shape; raises ``ValueError`` where there is nothing."""
    stated, outcomes = stated.ravel(), outcomes.ravel()
    if not len(stated):
        raise ValueError("found no question; needed one at least")
    group = np.minimum((stated * BINS).astype(np.intp), BINS - 1)
    counts = np.bincount(group, minlength=BINS)
    filled = np.flatnonzero(counts)
    means = [np.bincount(group, values, BINS)[filled] / counts[filled] for values in (stated, outcomes)]
    table = tuple(
        ReliabilityRow(float(mean), float(share), int(n)) for mean, share, n in zip(*means, counts[filled], strict=True)
    )
    error = float(np.abs(means[0] - means[1]) @ counts[filled] / len(stated))
    return Reliability(brier_score(stated, outcomes > 0), error, table)

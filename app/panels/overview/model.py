"""The overview card's analysis: numbers only."""

from dataclasses import dataclass
from datetime import date

from app.panels.analysis import Analysis


@dataclass(frozen=True, slots=True)
class TypicalMove:
    """Half of all past moves over ``days`` trading days were smaller than ``median``, nine in ten than ``large``."""

    days: int
    median: float
    large: float


@dataclass(frozen=True, slots=True)
class FallChance:
    """The share of past ``windows`` (they overlap) in which some close lay ``fall`` or more below the first one.

    What it is from today on is counted on the paths of the verdict.
    """

    fall: float
    base_rate: float
    windows: int


@dataclass(frozen=True, slots=True)
class TailRisk:
    """Over ``days``: one move in twenty was worse than ``value_at_risk``; those averaged ``expected_shortfall``."""

    days: int
    value_at_risk: float
    expected_shortfall: float
    windows: int


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall from a high; ``recovered`` is the day that high was seen again, if it was."""

    depth: float
    peak: date
    trough: date
    recovered: date | None
    now: float


@dataclass(frozen=True, slots=True)
class MonthMove:
    """The change from the last close before a month, named by its first day, to its own last one, as a share."""

    month: date
    change: float


@dataclass(frozen=True, slots=True)
class Volatility:
    """Annualised volatility (EWMA 0.94) today, the median of its past, and the share of past days below it."""

    now: float
    median: float
    percentile: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewAnalysis(Analysis):
    """Where the price stands and how far it moves; ``change`` is against the bar before.

    What a short history cannot say about the horizon is left out: the typical move, tail risk and chance of a fall.
    ``months`` are in order; the last one may not be over.
    """

    last_close: float
    previous_close: float
    change: float
    year_low: float
    year_high: float
    typical_moves: tuple[TypicalMove, ...]
    fall: FallChance | None
    tail_risk: tuple[TailRisk, ...]
    drawdown: Drawdown
    volatility: Volatility
    months: tuple[MonthMove, ...] = ()

    @property
    def usual_move(self) -> TypicalMove | None:
        """The typical move over the horizon."""
        return next((move for move in self.typical_moves if move.days == self.horizon), None)

"""What the patterns card publishes: shapes, a network's opinion of them, what followed, and the past most like now."""

from dataclasses import dataclass
from datetime import date

from app.panels.analysis import Analysis
from app.patterns.finding import Evidence


@dataclass(frozen=True, slots=True)
class FoundShape:
    """A rule's hit: the shape ``name`` ended on ``date``; tradition says that the price then turns ``direction``.

    ``trend`` is that of the bar before its first: up, down, sideways or unknown. ``probability`` is the network's for
    this shape, None where the window stands still.
    """

    date: date
    name: str
    direction: str
    trend: str
    in_trend: bool
    agreed: bool
    probability: float | None


@dataclass(frozen=True, slots=True)
class NetworkSays:
    """The network's most probable class for the window that ends on ``date``: a shape, or None for none of the eight.

    ``probability`` is None where the window stands still, so that there is no field to look at.
    """

    date: date
    name: str | None
    probability: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Network against rules over the last ``bars``: where both name the same shape, and where only one names it."""

    bars: int
    both: int
    only_rule: int
    only_network: int


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A past window from ``start`` to ``end``, its correlation with the newest, and the change after it."""

    start: date
    end: date
    likeness: float
    change: float


@dataclass(frozen=True, slots=True)
class PictureSkill:
    """How the median of such fans did against the last price at past ``origins``; ratios are None without any.

    ``base_rate_mae_ratio`` is that of the median of what followed any bar, at the same origins; ``guess_ratio`` is the
    error over that of the better of “price stays” and “price drifts as it did”.
    """

    origins: int
    mae_ratio: float | None
    mae_ratio_ci: tuple[float, float] | None
    base_rate_mae_ratio: float | None
    coverage_80: float | None
    guess_ratio: float | None = None
    guess_ratio_ci: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class PastLikeNow:
    """The windows of ``bars`` most like the newest, nearest first, and prices over the ``days`` after them.

    ``fan`` and ``base_rate`` are keyed by level, as "0.1"; empty where fewer than five windows are known.
    """

    bars: int
    days: int
    last: float
    dates: tuple[date, ...]
    matches: tuple[Lookalike, ...]
    fan: dict[str, tuple[float, ...]]
    base_rate: dict[str, tuple[float, ...]]
    skill: PictureSkill


@dataclass(frozen=True, slots=True)
class Trained:
    """What the network learned from and how it did on tickers it had not seen, at natural frequency."""

    cut_off: date
    tickers: int
    rows: int
    precision: float
    recall: float
    versions: dict[str, str]
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternsAnalysis(Analysis):
    """Every rule hit and the network's opinion of the last 250 bars, oldest first, and what the whole past says.

    ``newest`` has the last hit of each shape among them, newest first.
    """

    patterns: tuple[FoundShape, ...]
    newest: tuple[FoundShape, ...]
    network: tuple[NetworkSays, ...]
    agreement: Agreement
    evidence: tuple[Evidence, ...]
    analogues: PastLikeNow
    trained_on: Trained

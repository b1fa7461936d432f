"""What the verdict publishes."""

from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from app.forecasting.scoring.receipt import Skill
from app.forecasting.scoring.reliability import OddsReceipt
from app.panels.analysis import ForecastAnalysis


@dataclass(frozen=True, slots=True)
class CombinedMember:
    """A member of the combination: its ``weight`` at the horizon with the reason, and what it says of the last day.

    ``middle``, ``low`` and ``high`` are its median and 80% band in prices, None where it has no forecast. ``skill``
    is that of its own past forecasts, None where there are none.
    """

    name: str
    weight: float
    reason: str
    middle: float | None
    low: float | None
    high: float | None
    skill: Skill | None = None


@dataclass(frozen=True, slots=True)
class EdgeTest:
    """One condition of an edge: what was ``found`` on past forecasts, what is ``needed``, both in words."""

    name: str
    found: str
    needed: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """Whether the middle of the forecast may be said to know more than the last price and the past drift.

    The claim rests on these ``tests`` at twelve month ends and today; the two of the ranges have no part in it.
    """

    claimed: bool
    tests: tuple[EdgeTest, ...]


class Chances(TypedDict):
    """The fields of a verdict that say how likely a rise is, and how good such chances were."""

    p_up: float
    p_up_model: float
    base_rate: float
    windows: int
    brier: float | None
    brier_base_rate: float | None


@dataclass(frozen=True, slots=True)
class Accord:
    """How many of the ``members`` end above the last price, and how far apart their medians are.

    ``spread`` is the widest distance of two medians as a share of the combined 80% band.
    """

    members: int
    up: int
    spread: float


@dataclass(frozen=True, slots=True)
class EndFall:
    """The chance to end the horizon ``fall`` or more below the last price; ``base_rate`` counts the past windows.

    ``on_the_way`` is the chance of a close that far below within the horizon, counted on the paths of the odds.
    """

    fall: float
    chance: float
    base_rate: float
    on_the_way: float


@dataclass(frozen=True, slots=True)
class ReplayedVerdict:
    """What the verdict was on a day of the past: its 80% band and P(up), whether it claimed an edge, what happened."""

    origin: date
    target: date
    last: float
    low: float
    high: float
    p_up: float
    edge: bool
    actual: float
    inside_80: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictAnalysis(ForecastAnalysis):
    """The combined forecast and what may be concluded from it.

    ``p_up`` is the published forecast's chance to end above the last price, ``p_up_model`` that of the members' mean,
    ``base_rate`` the share of past windows that did (of ``windows``, which overlap). Where no edge is claimed, the
    forecast is the members' mean ``moved`` by that share of the price, so that ``p_up`` nears the base rate. ``brier``
    is of the members' chance at the receipt's origins, ``brier_base_rate`` of the base rate known there, None without
    any. ``shapes`` says what candlesticks add, ``changes`` what would change the verdict. ``odds`` counts how chances
    of such forecasts were kept, for the card of that name.
    """

    members: tuple[CombinedMember, ...]
    edge: Edge
    moved: float
    p_up: float
    p_up_model: float
    base_rate: float
    windows: int
    brier: float | None
    brier_base_rate: float | None
    fall: EndFall
    agreement: Accord
    shapes: str
    changes: tuple[str, ...]
    replay: tuple[ReplayedVerdict, ...]
    odds: OddsReceipt

"""What the tools for agents answer: ranges with their record, never a point, and a signed receipt of their numbers."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field

from app.market.passport import Stale
from app.panels.odds.model import Rung
from app.panels.overview.model import Drawdown, TailRisk, Volatility
from app.panels.verdict.model import EdgeTest, EndFall, ReplayedVerdict
from app.text.glossary import Term

Share = Annotated[float, Field(ge=0, le=1)]
InMoney = Annotated[
    dict[str, float] | None,
    Field(description="What is gained or lost of the amount, by the names that risk has, and at each level."),
]
Interval = Annotated[tuple[float, float] | None, Field(description="Its 95% interval.")]


@dataclass(frozen=True, slots=True)
class PriceRange:
    """Two prices."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class EdgeFinding:
    """Whether an edge is claimed, and that in words."""

    claimed: bool
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranged:
    """What every answer about a ticker has; prices in its currency."""

    ticker: str
    name: str
    currency: str
    as_of: Annotated[date, Field(description="The day of the last price that was seen.")]
    horizon: Annotated[int, Field(description="Trading days ahead.")]
    by: Annotated[date, Field(description="The last of these days, on which the ranges end.")]
    last: float
    range_80: Annotated[PriceRange, Field(description="The price should end in it in 80 of 100 such cases.")]
    range_95: PriceRange
    n: Annotated[int, Field(description="Past forecasts of this ticker that were scored; they overlap.")]
    coverage_80: Annotated[Share | None, Field(description="How often the 80% range really held in these n cases.")]
    coverage_80_ci: Interval
    edge: EdgeFinding
    age_sessions: Annotated[int, Field(description="Trading days between the last price and the day asked on.")]
    old: Annotated[str, Field(description="Says so where the prices are old; else empty.")]
    stale: Annotated[Stale | None, Field(description="Set where the source could not be asked anew.")]
    receipt: Annotated[str, Field(description="Signed; verify_receipt and /verify know it. It says these numbers.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances(Ranged):
    """Of the first of ``levels``, and of each; beyond is above for a price over the last one, else below."""

    level: float
    change: Annotated[float, Field(description="How far the level is from the last price, as a share of that.")]
    p_end: Annotated[Share, Field(description="The chance to end there or beyond.")]
    p_close: Annotated[Share, Field(description="The chance to close there or beyond on any of the days.")]
    p_trade: Annotated[Share | None, Field(description="The chance to trade there; null without highs and lows.")]
    says: Annotated[str, Field(description="The same in words, with how such questions went before.")]
    levels: tuple[Rung, ...]
    amount: InMoney


@dataclass(frozen=True, slots=True, kw_only=True)
class Risks(Ranged):
    """How much can be lost; shares of the price."""

    fall: EndFall
    worst_20th: Annotated[float, Field(description="One end in twenty is worse.")]
    low_half: Annotated[float, Field(description="Half of the ends lie between this and high_half.")]
    high_half: float
    deepest_half: Annotated[float, Field(description="In half of all cases the lowest price on the way, or lower.")]
    deepest_10th: Annotated[float, Field(description="The same in one case of ten.")]
    tail_risk: Annotated[tuple[TailRisk, ...], Field(description="From past moves: one in twenty was worse.")]
    drawdown: Drawdown
    volatility: Annotated[Volatility, Field(description="A year's, today and in the past.")]
    amount: InMoney


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRecord(Ranged):
    """How such forecasts of this ticker did; a ratio below 1 is better than “price stays”."""

    mae_ratio: Annotated[float | None, Field(description="The error of the middle against that of “price stays”.")]
    mae_ratio_ci: Interval
    coverage_95: Share | None
    coverage_95_ci: Interval
    brier: Annotated[float | None, Field(description="Of the models' own chance of a rise; a coin has 0.25.")]
    brier_base_rate: Annotated[float | None, Field(description="The same of always saying how often it rose.")]
    tests: Annotated[tuple[EdgeTest, ...], Field(description="What an edge has to pass.")]
    replay: Annotated[tuple[ReplayedVerdict, ...], Field(description="What was said at month ends, and what came.")]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A ticker that has no range, and why."""

    ticker: str
    why: str


@dataclass(frozen=True, slots=True)
class Compared:
    """The ranges of several tickers in the order they were named, and those that have none."""

    compared: tuple[Ranged, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """The terms of art in a text, each with one sentence."""

    terms: tuple[Term, ...]

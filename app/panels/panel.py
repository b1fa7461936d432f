"""The description of a card, of what is asked of it and of what it says, without importing its models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.errors import QueryError, TooFewBarsError, UnbelievablePricesError
from app.forecasting.models.prophet_windows import PlannedFit
from app.market.history import PriceHistory
from app.market.passport import Passport
from app.market.upload.faults import ShortFileError
from app.market.upload.reader import SOURCE as UPLOADED
from app.market.upload.source import Upload
from app.panels.analysis import Analysis, Fact, ForecastAnalysis, Table, by_key
from app.panels.forecast.content import outcome_table, receipt_facts, score_facts
from app.panels.outcome import Outcome, outcome_facts

MAXIMUM_HORIZON = 66
DEFAULT_HORIZON = 22


FURTHEST = 10.0
"""No level is asked about that is more than so many times the last price, or less than that part of it."""


@dataclass(frozen=True, slots=True)
class Level:
    """A price that a visitor asks about, or where ``is_change`` a change from the last price, in percent."""

    number: float
    is_change: bool

    def __str__(self) -> str:
        """As it stands in an address."""
        text = f"{self.number:.10f}".rstrip("0").rstrip(".")
        return f"{text}%" if self.is_change else text

    def price(self, last: float) -> float:
        """The price that is meant, from the ``last`` one; raises ``QueryError`` where that is too far away."""
        price = last * (1 + self.number / 100) if self.is_change else self.number
        if not last / FURTHEST <= price <= last * FURTHEST:
            needed = f"a price from {last / FURTHEST:.6g} to {last * FURTHEST:.6g}, a tenth to ten times the last one"
            raise QueryError("level", str(self), needed)
        return price


@dataclass(frozen=True, slots=True)
class Question:
    """What a card that answers questions is asked beside its history: prices, in the order in which they are answered.

    ``ex_dividend`` is the announced day from which a buyer gets no part of the next dividend, None where none is known.
    """

    levels: tuple[Level, ...] = ()
    ex_dividend: date | None = None

    def __str__(self) -> str:
        """What tells its answer from others of the same history."""
        return "".join(f":{part}" for part in (*self.levels, self.ex_dividend) if part is not None)


@dataclass(frozen=True, slots=True)
class Query:
    """A ticker of a source, seen from ``as_of`` (the last bar where None), ``horizon`` trading days ahead.

    ``upload`` is the visitor's own file, where that is the source. A date ``by`` counts instead of the horizon, which
    is the loaded history's to tell then. ``levels`` and an ``amount`` of money are what the odds are asked about. What
    happened after ``as_of`` is shown at once where ``reveal`` is true.
    """

    ticker: str
    horizon: int
    as_of: date | None
    source: str
    upload: Upload | None = None
    by: date | None = None
    levels: tuple[Level, ...] = ()
    amount: float | None = field(default=None, repr=False)
    reveal: bool = False

    @property
    def prices(self) -> str:
        """What tells the prices asked for from all others: an uploaded file by its content."""
        return f"{self.source}:{self.ticker}" + (f":{self.upload.digest}" if self.upload else "")


@dataclass(frozen=True, slots=True)
class Heights:
    """How tall a finished card of the sample is, in rem: on phones, on wider screens and on wide ones."""

    narrow: float
    medium: float
    wide: float


LEAST_BARS = 60
"""With fewer no card says anything; those that need more forecast, or look for what followed."""


@dataclass(frozen=True, slots=True)
class CardContent:
    """All that a card says apart from its charts: facts by their keys, tables by the names of their charts.

    ``receipt`` and ``scores`` are of past forecasts, empty on a card that makes none; ``outcome`` says what came later.
    """

    facts: Mapping[str, Fact]
    receipt: Mapping[str, Fact]
    scores: tuple[Fact, ...]
    outcome: tuple[Fact, ...]
    tables: Mapping[str, Table]


@dataclass(frozen=True, slots=True)
class Panel:
    """One card.

    ``module`` is the dotted name of its folder. A worker imports two modules of it: ``analyse`` has
    ``analyse(history, horizon, needed)``, which returns an ``analysis``, and ``charts`` has
    ``draw(history, analysis, canvas)``, which returns its charts by name. ``needs`` are slugs of cards whose finished
    analyses ``analyse`` gets as ``needed``, less those that raised ``NotApplicableError``. ``seconds`` is about how
    long one core takes: a page asks for the quick ones first. ``fits`` tells from a history and a horizon which fits of
    Prophet ``analyse`` is to be given as ``fitted``. ``facts`` says an ``analysis`` in words, and ``tables``
    has the numbers of each of its charts, by the chart's name. A card on its way is as tall as ``heights``.
    The charts of a card ``drawn_once`` are the same for every horizon.
    A card with ``in_money`` answers questions: its ``analyse`` is also given a ``Question``, and ``in_money`` adds to
    an ``analysis`` what becomes of an amount, outside the workers.
    """

    slug: str
    title: str
    question: str
    module: str
    analysis: type[Analysis]
    minimum_bars: int
    facts: Callable[[Any], tuple[Fact, ...]]
    tables: Callable[[Any], Mapping[str, Table]]
    needs: tuple[str, ...] = ()
    fits: Callable[[PriceHistory, int], tuple[PlannedFit, ...]] | None = None
    seconds: float = 1.0
    heights: Heights = Heights(110, 105, 75)
    drawn_once: bool = False
    in_money: Callable[[Any, float], Analysis] | None = None

    @property
    def forecasts(self) -> bool:
        """Whether the card makes a forecast, which has a receipt."""
        return issubclass(self.analysis, ForecastAnalysis)

    def content(self, analysis: Analysis, outcome: Outcome | None = None) -> CardContent:
        """What it says of ``analysis``; an ``outcome`` has a table of its own, as its picture is drawn apart."""
        receipt = analysis.receipt if isinstance(analysis, ForecastAnalysis) else None
        facts = by_key(self.facts(analysis))
        # The tests of an edge have a p of their own for the same question.
        scores = [
            fact for fact in (score_facts(receipt) if receipt else ()) if fact.key != "luck" or "edge" not in facts
        ]
        return CardContent(
            facts=facts,
            receipt=by_key(receipt_facts(receipt, analysis.horizon)) if receipt else {},
            scores=tuple(scores),
            outcome=outcome_facts(outcome, analysis) if outcome else (),
            tables={**self.tables(analysis), **({"outcome": outcome_table(outcome, analysis)} if outcome else {})},
        )

    def check(self, passport: Passport) -> None:
        """Raises ``TooFewBarsError`` where a history is too short for this card, ``ShortFileError`` for a file's.

        A card that forecasts also raises ``UnbelievablePricesError`` for the first jump that no model can mend.
        """
        if passport.bars < self.minimum_bars:
            short = ShortFileError if passport.source == UPLOADED else TooFewBarsError
            what = "A forecast" if self.minimum_bars > LEAST_BARS else "An analysis"
            raise short(passport.bars, self.minimum_bars, what)
        unbelievable = [jump for jump in passport.jumps if jump.unbelievable and self.forecasts]
        if unbelievable:
            raise UnbelievablePricesError(unbelievable[0].day, unbelievable[0].change, unbelievable[0].guess)

"""The description of a card and of what is asked of it, without importing its models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.errors import TooFewBarsError, UnbelievablePricesError
from app.market.passport import Jump
from app.market.upload.source import Upload
from app.panels.analysis import Analysis, Fact, ForecastAnalysis, Table

MAXIMUM_HORIZON = 66
DEFAULT_HORIZON = 22


@dataclass(frozen=True, slots=True)
class Query:
    """A ticker of a source, seen from ``as_of`` (the last bar where None), ``horizon`` trading days ahead.

    ``upload`` is the visitor's own file, where that is the source.
    """

    ticker: str
    horizon: int
    as_of: date | None
    source: str
    upload: Upload | None = None

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


@dataclass(frozen=True, slots=True)
class Panel:
    """One card.

    ``module`` is the dotted name of its folder. A worker imports two modules of it: ``analyse`` has
    ``analyse(history, horizon, needed)``, which returns an ``analysis``, and ``charts`` has
    ``draw(history, analysis, canvas)``, which returns its charts by name. ``needs`` are slugs of cards whose finished
    analyses ``analyse`` gets as ``needed``, less those that raised ``NotApplicableError``. ``seconds`` is about how
    long one core takes: a page asks for the quick ones first. ``facts`` says an ``analysis`` in words, and ``tables``
    has the numbers of each of its charts, by the chart's name. A card on its way is as tall as ``heights``.
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
    seconds: float = 1.0
    heights: Heights = Heights(110, 105, 75)

    @property
    def forecasts(self) -> bool:
        """Whether the card makes a forecast, which has a receipt."""
        return issubclass(self.analysis, ForecastAnalysis)

    def check(self, bars: int, jumps: tuple[Jump, ...] = ()) -> None:
        """Raises ``TooFewBarsError`` where a history of so many bars is too short for this card.

        A card that forecasts also raises ``UnbelievablePricesError`` for the first of ``jumps`` that no model can mend.
        """
        if bars < self.minimum_bars:
            raise TooFewBarsError(bars, self.minimum_bars)
        unbelievable = [jump for jump in jumps if jump.unbelievable and self.forecasts]
        if unbelievable:
            raise UnbelievablePricesError(unbelievable[0].day, unbelievable[0].change, unbelievable[0].guess)

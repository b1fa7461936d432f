"""What the templates of the comparison may use."""

from dataclasses import dataclass

from app.market.passport import Stale
from app.panels.content import Fact
from app.web.comparison import Field
from app.web.views import Asked, Failure, Pictures, Site, Slot


@dataclass(frozen=True, slots=True)
class Reported:
    """A ticker and the query string of its report and of its page."""

    ticker: str
    query_string: str


@dataclass(frozen=True, slots=True)
class CompareView:
    """compare.html: a form with a field for each ticker, and the places of a chart and of a column for each."""

    site: Site
    asked: Asked
    fields: tuple[Field, ...]
    failure: Failure | None = None
    merged: tuple[str, ...] = ()
    ranges: Slot | None = None
    columns: tuple[Slot, ...] = ()
    reports: tuple[Reported, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnView:
    """compared/column.html: the facts of one ticker that are compared; ``happened`` knows what came later."""

    slot: Slot
    stale: Stale | None
    facts: tuple[Fact, ...]
    happened: Fact | None
    query_string: str
    interactive: bool = True


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A ticker that has no place in the chart, and why."""

    ticker: str
    why: Failure


@dataclass(frozen=True, slots=True)
class RangesView:
    """compared/ranges.html: the ranges of all tickers on one scale; ``retry_after`` is in seconds, if waiting helps."""

    slot: Slot
    horizon: int
    pictures: Pictures
    left_out: tuple[LeftOut, ...]
    retry_after: int | None
    interactive: bool = True

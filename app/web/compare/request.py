"""What a comparison asks, where its fragments go, and what its templates may use."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from starlette.requests import Request

from app.errors import QueryError
from app.market.passport import Stale
from app.panels.analysis import Fact
from app.panels.panel import Query
from app.web.context import context_of, url_again
from app.web.failures import fault_of
from app.web.http.form import repeated
from app.web.http.query import parse_query, query_string
from app.web.views import Failure, FormValues, Pictures, Site, Slot


@dataclass(frozen=True, slots=True)
class Chosen:
    """A ticker of the comparison, the query string of its report, and of the comparison ``without`` it.

    The latter is empty where none would be left.
    """

    ticker: str
    query_string: str
    without: str


@dataclass(frozen=True, slots=True)
class Field:
    """What stands in one of the form's fields for another ticker, and what is wrong with it, if anything is."""

    typed: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class CompareView:
    """compare.html: what is ``chosen``, ``fields`` for more, and the places of a chart and of a column for each.

    ``together`` is where pairs are told of; one ticker alone has none.
    """

    site: Site
    asked: FormValues
    fields: tuple[Field, ...]
    failure: Failure | None = None
    merged: tuple[str, ...] = ()
    ranges: Slot | None = None
    columns: tuple[Slot, ...] = ()
    together: Slot | None = None
    chosen: tuple[Chosen, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnView:
    """compared/column.html: the facts of one ticker that are compared; ``happened`` knows what came later."""

    slot: Slot
    stale: Stale | None
    old: str
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
    """compared/ranges.html: the ranges of all tickers on one scale; ``retry_after`` is in seconds, if waiting helps.

    ``as_of`` is the day that the first of them was looked at.
    """

    slot: Slot
    as_of: date
    pictures: Pictures
    left_out: tuple[LeftOut, ...]
    retry_after: int | None
    interactive: bool = True


MOST = 4
SUCH_AS = {2: "60,40", 3: "50,30,20", 4: "40,30,20,10"}
"""Shares of a basket as they are written, by the number of tickers."""
_TICKER = "ticker"
_SECONDS = 3.0
_COLUMN_QUESTION = "How far may it move, and is there an edge?"


def ranges_slot(url: str) -> Slot:
    """The place of the chart of all tickers, filled from ``url``."""
    question = "Where each came from, and how far it may go."
    return Slot(f"ranges-{told_by(url)}", "Which may move furthest?", question, url, posted=False, seconds=_SECONDS)


def column_slot(ticker: str, url: str, name: str = _COLUMN_QUESTION) -> Slot:
    """The column filled from ``url``; ``name`` is the ticker's, once it is known."""
    return Slot(f"column-{told_by(url)}", ticker, name, url, posted=False, seconds=_SECONDS)


def told_by(url: str) -> str:
    """A name for what ``url`` answers with, so that it is known on the page when others come and go around it."""
    return hashlib.sha256(url.encode()).hexdigest()[:10]


def requested_ranges(request: Request) -> Slot:
    """The place that ``request`` is to fill with the chart."""
    return ranges_slot(url_again(request, request.url.path))


def requested_column(request: Request) -> Slot:
    """The place that ``request`` is to fill with a column."""
    return column_slot(request.query_params.get("ticker", "")[:40], url_again(request, request.url.path))


@dataclass(frozen=True, slots=True)
class Comparison:
    """``queries`` for the tickers, ``faulty`` ones as they were typed, and those ``merged`` as they were said twice."""

    queries: tuple[Query, ...] = ()
    faulty: tuple[Field, ...] = ()
    merged: tuple[str, ...] = ()


def fields_to_compare(request: Request) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The tickers that an address names, empty ones left out, and its other fields; raises ``QueryError``."""
    tickers, others = repeated(request, _TICKER)
    named = (ticker.strip() for ticker in tickers)
    return tuple(ticker.upper() if ticker.isascii() else ticker for ticker in named if ticker), others


def comparison_of(request: Request, tickers: Sequence[str], others: Mapping[str, str]) -> Comparison:
    """The checked comparison; raises ``QueryError`` for too many ``tickers`` and for any of the ``others``."""
    distinct = tuple(dict.fromkeys(tickers))
    if len(distinct) > MOST:
        raise QueryError(_TICKER, f"{len(distinct)} tickers", f"at most {MOST} of them")
    queries = [_query_or_error(request, ticker, others) for ticker in distinct]
    faulty = tuple(
        Field(ticker, fault_of(query))
        for ticker, query in zip(distinct, queries, strict=True)
        if isinstance(query, QueryError)
    )
    merged = tuple(ticker for ticker in distinct if tickers.count(ticker) > 1)
    return Comparison(tuple(query for query in queries if isinstance(query, Query)), faulty, merged)


def queries_of(request: Request) -> tuple[Query, ...]:
    """The queries of a comparison that has no fault; raises ``QueryError``."""
    tickers, others = fields_to_compare(request)
    for ticker in tickers or ("",):
        query = _query_or_error(request, ticker, others)
        if isinstance(query, QueryError):
            raise query
    return comparison_of(request, tickers, others).queries


def comparison_string(queries: Sequence[Query]) -> str:
    """The comparison as it stands in a URL."""
    # The rest of the first is that of all.
    tickers = [(_TICKER, query.ticker) for query in queries[:-1]]
    return "&".join(filter(None, (urlencode(tickers), query_string(queries[-1]))))


def _query_or_error(request: Request, ticker: str, others: Mapping[str, str]) -> Query | QueryError:
    """The query for ``ticker``, or what is wrong with it; raises what is wrong with the ``others``."""
    app = context_of(request)
    try:
        return parse_query({**others, _TICKER: ticker}, app.site.sources, app.site.default_source, app.today())
    except QueryError as error:
        if error.field != _TICKER:
            raise
        return error

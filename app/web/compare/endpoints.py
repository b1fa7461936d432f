"""Several tickers side by side: the page, and the fragments that fill it."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.errors import QueryError
from app.panels.panel import DEFAULT_HORIZON
from app.web.compare.cards import COSTS, column_card, ranges_card
from app.web.compare.request import (
    CompareView,
    Comparison,
    Field,
    Reported,
    comparison_of,
    comparison_string,
    queries_of,
    said_to_compare,
)
from app.web.compare.slots import COLUMNS, PLACES, RANGES, column_slot, ranges_slot
from app.web.context import context_of, query_of, site_of, while_connected
from app.web.errors.handlers import shown_failure
from app.web.http.form import fields_of
from app.web.http.query import parse_canvas, query_string
from app.web.templating import render
from app.web.views import Failure, FormValues


async def page(request: Request) -> Response:
    """GET /compare: a field for each ticker, and the places that fill themselves; no model, no market is touched."""
    tickers, others = said_to_compare(request)
    asked = _asked(request, others)
    try:
        found = comparison_of(request, tickers, others)
    except QueryError as error:
        unread = Comparison(tuple(Field(ticker[:40], "") for ticker in tickers[: len(PLACES)]), (), ())
        return _answer(request, asked, unread, shown_failure(error))
    return _answer(request, asked, found)


async def column(request: Request) -> Response:
    """GET /compare/columns/{place}: what the overview and the verdict of one ticker say, in a column."""
    place = request.path_params["place"]
    if place not in PLACES:
        raise HTTPException(404)
    query = query_of(request, await fields_of(request))
    card = column_card(context_of(request), query, place)
    return HTMLResponse(await while_connected(request, card, COSTS))


async def ranges(request: Request) -> Response:
    """GET /compare/ranges: the ranges of all tickers in one chart."""
    queries, canvas = queries_of(request), parse_canvas(request.query_params)
    card = ranges_card(context_of(request), queries, canvas)
    return HTMLResponse(await while_connected(request, card, len(queries)))


def _asked(request: Request, others: Mapping[str, str]) -> FormValues:
    source = others.get("source", "") or site_of(request).default_source
    return FormValues("", others.get("horizon", "") or str(DEFAULT_HORIZON), others.get("as_of", ""), source)


def _answer(request: Request, asked: FormValues, found: Comparison, failure: Failure | None = None) -> Response:
    blank = (Field("", ""),) * (len(PLACES) - len(found.fields))
    strings = [(query.ticker, query_string(query)) for query in found.queries]
    view = CompareView(
        site=site_of(request),
        asked=asked,
        fields=found.fields + blank,
        failure=failure,
        merged=found.merged,
        ranges=ranges_slot(f"{RANGES}?{comparison_string(found.queries)}") if strings else None,
        columns=tuple(
            column_slot(place, ticker, f"{COLUMNS}{place}?{string}")
            for place, (ticker, string) in zip(PLACES, strings, strict=False)
        ),
        reports=tuple(Reported(ticker, string) for ticker, string in strings),
    )
    wrong = failure or any(field.fault for field in found.fields)
    return HTMLResponse(render("compare.html", view), 422 if wrong else 200)

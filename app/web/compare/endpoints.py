"""Several tickers side by side: the page, and the fragments that fill it."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.errors import QueryError
from app.panels.panel import DEFAULT_HORIZON, Query
from app.web.compare.basket import basket_slots
from app.web.compare.cards import COSTS, SECONDS, column_card, ranges_view
from app.web.compare.request import (
    MOST,
    Chosen,
    CompareView,
    Comparison,
    Field,
    column_slot,
    comparison_of,
    comparison_string,
    fields_to_compare,
    queries_of,
    ranges_slot,
    requested_ranges,
)
from app.web.compare.together import place_of
from app.web.context import context_of, query_of, site_of, while_connected
from app.web.failures import shown_failure
from app.web.http.query import parse_canvas, query_string
from app.web.pages.documents import picture_canvas, picture_file
from app.web.templating import render
from app.web.views import Failure, FormValues, Slot


async def page(request: Request) -> Response:
    """GET /compare: a form, and the places that fill themselves; no model, no market is touched."""
    tickers, others = fields_to_compare(request)
    values = _form_values(request, others)
    try:
        comparison = comparison_of(request, tickers, others)
        baskets = basket_slots(request, comparison.queries)
    except QueryError as error:
        unread = Comparison(faulty=tuple(Field(ticker[:40]) for ticker in tickers[:MOST]))
        return _page(request, values, unread, failure=shown_failure(error))
    return _page(request, values, comparison, baskets)


async def column(request: Request) -> Response:
    """GET /compare/column: what the overview and the verdict of one ticker say, in a column."""
    query = await query_of(request)
    card = column_card(context_of(request), query, column_slot(query.ticker, _column_url(request, query)))
    return HTMLResponse(await while_connected(request, card, COSTS, SECONDS))


async def ranges(request: Request) -> Response:
    """GET /compare/ranges: the ranges of all tickers in one chart."""
    queries, canvas = queries_of(request), parse_canvas(request.query_params)
    slot = ranges_slot(_ranges_url(request, queries))
    work = ranges_view(context_of(request), queries, canvas, slot)
    return HTMLResponse(render("compared/ranges.html", await while_connected(request, work, len(queries))))


async def picture(request: Request) -> Response:
    """GET /compare/ranges.png or .svg: that chart as a file that can be shown alone."""
    queries, canvas, slot = queries_of(request), picture_canvas(request), requested_ranges(request)
    work = ranges_view(context_of(request), queries, canvas, slot)
    view = await while_connected(request, work, len(queries))
    tickers = "-".join(query.ticker for query in queries)
    return picture_file(request, view.pictures.charts["ranges"], tickers, view.as_of, "ranges")


def _column_url(request: Request, query: Query) -> str:
    return f"{request.app.url_path_for('compare_column')}?{query_string(query)}"


def _ranges_url(request: Request, queries: Sequence[Query]) -> str:
    return f"{request.app.url_path_for('compare_ranges')}?{comparison_string(queries)}"


def _chosen(query: Query, queries: Sequence[Query]) -> Chosen:
    others = [other for other in queries if other is not query]
    return Chosen(query.ticker, query_string(query), comparison_string(others) if others else "")


def _form_values(request: Request, others: Mapping[str, str]) -> FormValues:
    source = others.get("source", "") or site_of(request).default_source
    return FormValues("", others.get("horizon", "") or str(DEFAULT_HORIZON), others.get("as_of", ""), source)


def _page(
    request: Request,
    values: FormValues,
    comparison: Comparison,
    baskets: tuple[Slot, ...] = (),
    failure: Failure | None = None,
) -> Response:
    queries, faulty = comparison.queries, comparison.faulty
    # Nothing can be compared with nothing.
    least = 1 if queries else 2
    view = CompareView(
        site=site_of(request),
        asked=values,
        fields=faulty + (Field(),) * (least - len(faulty)),
        failure=failure,
        merged=comparison.merged,
        ranges=ranges_slot(_ranges_url(request, queries)) if queries else None,
        columns=(*(column_slot(query.ticker, _column_url(request, query)) for query in queries), *baskets),
        together=place_of(request, queries),
        chosen=tuple(_chosen(query, queries) for query in queries),
    )
    return HTMLResponse(render("compare.html", view), 422 if failure or faulty else 200)

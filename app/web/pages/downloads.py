"""What a visitor takes along: forecasts as CSV, the cards as text, the report as one document, a chart as a file."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.charts.chart import PREVIEW, RASTER, stand_alone
from app.market.upload.source import FILE_NAME, example_csv
from app.panels import BY_SLUG, PANELS
from app.panels.panel import Panel, Query
from app.services.receipts import format
from app.services.receipts.signer import FORECAST
from app.services.results import FORECASTING, QueryResult, query_result
from app.web.cards import card_view
from app.web.context import (
    card_of,
    checked_query,
    context_of,
    fields_for_cards,
    query_of,
    site_of,
    slot_for,
    while_connected,
)
from app.web.http.caching import validated
from app.web.http.query import DOCUMENT_CHOICES, parse_choice, query_string
from app.web.middleware.security import report_policy
from app.web.pages import documents
from app.web.pages import report as printed


async def forecast(request: Request) -> Response:
    """GET or POST /forecast.csv: a row for each member and day ahead."""
    fields = await fields_for_cards(request)
    receipt, delimiter = (parse_choice(fields.texts, name, DOCUMENT_CHOICES[name]) for name in ("receipt", "delimiter"))
    result = (await _result(request, checked_query(request, fields), FORECASTING)).settled()
    headers, semicolons = _saved_as(result, "forecast", "csv"), delimiter == "semicolon"
    signer = context_of(request).signer
    if receipt == "body":
        content = documents.forecast_csv(result, signer, semicolons=semicolons)
    else:
        content = documents.forecast_rows(result, semicolons=semicolons)
        headers["X-Receipt"] = format.escaped(signer.receipt(result, FORECAST))
    return Response(content, headers=headers, media_type="text/csv")


async def summary(request: Request) -> Response:
    """GET or POST /summary.txt: the answer in at most fifteen lines of plain text."""
    result = (await _result(request, await query_of(request), documents.IN_SUMMARY)).settled()
    url = "" if result.query.upload else f"{site_of(request).origin}/?{query_string(result.query)}"
    content = documents.summary(result, context_of(request).signer, url)
    return Response(content, headers=_saved_as(result, "summary", "txt"), media_type="text/plain")


async def report(request: Request) -> Response:
    """GET or POST /report: every card of a query in one document that needs no script and loads nothing."""
    app, result = context_of(request), await _result(request, await query_of(request), PANELS)
    page_url = "" if result.query.upload else f"/?{query_string(result.query)}"
    # Its cards have been counted already.
    origin = site_of(request).origin
    content = await while_connected(request, printed.report(app, result, page_url, origin), 0)
    # Shown at once, unlike the others, but saved under a name that tells it from other reports.
    headers = _saved_as(result, "report", "html", "inline")
    return HTMLResponse(content, headers=headers | report_policy(printed.report_style(app, result, origin)))


async def picture(request: Request) -> Response:
    """GET or POST /panels/{slug}/{chart}.png or .svg: one of the card's charts as a file that can be shown alone."""
    panel, query, _ = await card_of(request)
    name, canvas, slot = (
        request.path_params["chart"],
        documents.picture_canvas(request),
        slot_for(request, panel, query),
    )
    card = await while_connected(
        request, card_view(context_of(request), panel, slot, query, canvas), seconds=panel.seconds
    )
    if (chart := card.pictures.charts.get(name)) is None:
        raise HTTPException(404)
    return documents.picture_file(request, chart, query.ticker, card.analysis.as_of, f"{panel.slug}-{name}")


async def preview(request: Request) -> Response:
    """GET /preview.png: the fan of the answer in the size that a shared link shows, 1200 by 630 pixels."""
    app, query, panel = context_of(request), await query_of(request), BY_SLUG["verdict"]

    async def drawn() -> bytes:
        finished = await app.analyses.finished(panel, query)
        return stand_alone(await app.analyses.marked_fan(panel, finished, f"{PREVIEW}{RASTER}", ()))

    content = await while_connected(request, drawn(), seconds=panel.seconds)
    return Response(content, media_type="image/png", headers={"Cache-Control": "public, max-age=900"})


async def _result(request: Request, query: Query, panels: Sequence[Panel]) -> QueryResult:
    work, seconds = query_result(context_of(request).analyses, query, panels), sum(panel.seconds for panel in panels)
    return await while_connected(request, work, len(panels), seconds / len(panels))


def _saved_as(result: QueryResult, what: str, ending: str, shown: str = "attachment") -> dict[str, str]:
    saved_as = documents.file_name(result.query.ticker, result.passport.last_bar, what, ending)
    return {"Content-Disposition": f'{shown}; filename="{saved_as}"'}


async def sample(request: Request) -> Response:
    """GET /sample.csv: made-up prices, to be looked at or sent back as they are."""
    answer = validated(request, example_csv(), "text/csv", "public, max-age=86400")
    answer.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return answer

"""What a visitor takes along: the forecasts as CSV, the cards as plain text, the report as one document."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.panels import PANELS
from app.panels.panel import Panel
from app.web import documents
from app.web.cards import while_connected
from app.web.dossier import FORECASTING, Dossier, dossier_of
from app.web.form import said_by
from app.web.query import query_string
from app.web.report import report as report_of
from app.web.security import report_policy
from app.web.state import query_of, running


async def forecast(request: Request) -> Response:
    """GET or POST /forecast.csv: a row for each member and day ahead."""
    dossier = (await _dossier(request, FORECASTING)).settled()
    content = documents.forecast_csv(dossier, running(request).notary)
    return Response(content, headers=_saved_as(dossier, "forecast", "csv"), media_type="text/csv")


async def summary(request: Request) -> Response:
    """GET or POST /summary.txt: every card in a few lines of plain text."""
    dossier = (await _dossier(request, PANELS)).settled()
    content = documents.summary(dossier, running(request).notary)
    return Response(content, headers=_saved_as(dossier, "summary", "txt"), media_type="text/plain")


async def report(request: Request) -> Response:
    """GET or POST /report: every card of a query in one document that needs no script and loads nothing."""
    app, dossier = running(request), await _dossier(request, PANELS)
    page_url = "" if dossier.query.upload else f"/?{query_string(dossier.query)}"
    # Its cards have been counted already.
    content = await while_connected(request, report_of(app, dossier, page_url), 0)
    # Shown at once, unlike the others, but saved under a name that tells it from other reports.
    headers = _saved_as(dossier, "report", "html", "inline")
    return HTMLResponse(content, headers=headers | report_policy(app.style))


async def _dossier(request: Request, panels: Sequence[Panel]) -> Dossier:
    query = query_of(request, await said_by(request))
    return await while_connected(request, dossier_of(running(request).analyses, query, panels), len(panels))


def _saved_as(dossier: Dossier, what: str, ending: str, shown: str = "attachment") -> dict[str, str]:
    return {"Content-Disposition": f'{shown}; filename="{documents.file_name(dossier, what, ending)}"'}

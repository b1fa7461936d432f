"""Whole documents: the page that fills itself card by card, and the report that comes in one piece."""

import asyncio

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.compute.errors import ComputeError
from app.errors import AppError
from app.panels import PANELS
from app.panels.panel import Panel
from app.panels.query import DEFAULT_HORIZON, Query
from app.web.cards import rendered
from app.web.errors import failure_of
from app.web.security import report_policy
from app.web.state import Running, card_url, query_of, query_string, running, site_of
from app.web.templates import render
from app.web.views import Asked, FailedView, Failure, IndexView, ReportView, Slot, slot_of


async def index(request: Request) -> Response:
    """GET /: the form and, for a ticker, the places where its cards will load; no model and no market is touched."""
    if not request.query_params.get("ticker"):
        return _page(request, (), "", None)
    try:
        query = query_of(request)
    except AppError as error:
        return _page(request, (), "", failure_of(error))
    slots = tuple(slot_of(panel, card_url(panel, query)) for panel in PANELS)
    return _page(request, slots, f"/report?{query_string(query)}", None)


async def report(request: Request) -> Response:
    """GET /report: every card of a query in one document that needs no script and loads nothing."""
    app, query = running(request), query_of(request)
    await app.analyses.prepare(query)
    cards = await asyncio.gather(*(_card(app, panel, query) for panel in PANELS))
    style = Markup(app.style)  # noqa: S704  (our own style sheet)
    view = ReportView(app.site, _asked(request), style, tuple(map(Markup, cards)), f"/?{query_string(query)}")
    return HTMLResponse(render("report.html", view), headers=report_policy(app.style))


async def _card(app: Running, panel: Panel, query: Query) -> str:
    try:
        return await rendered(app, panel, query, "wide", interactive=False)
    except (AppError, ComputeError) as error:
        return render("panels/_failed.html", FailedView(slot_of(panel, ""), failure_of(error), False))


def _asked(request: Request) -> Asked:
    said = request.query_params
    return Asked(
        ticker=said.get("ticker", "").strip().upper(),
        horizon=said.get("horizon", "") or str(DEFAULT_HORIZON),
        as_of=said.get("as_of", ""),
        source=said.get("source", "") or site_of(request).default_source,
    )


def _page(request: Request, slots: tuple[Slot, ...], report_url: str, failure: Failure | None) -> Response:
    view = IndexView(site_of(request), _asked(request), slots, report_url, failure)
    return HTMLResponse(render("index.html", view), 200 if failure is None else failure.status)

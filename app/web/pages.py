"""Whole documents: the page that fills itself card by card, and the report that comes in one piece."""

import asyncio
import logging

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.compute.errors import ComputeError
from app.errors import AppError, QueryError
from app.panels import PANELS
from app.panels.panel import Panel
from app.panels.query import DEFAULT_HORIZON, Query
from app.web.cards import rendered, while_connected
from app.web.errors import failure_of
from app.web.form import Said, said_by
from app.web.security import report_policy
from app.web.state import Running, query_of, query_string, running, site_of, slot_for
from app.web.templates import render
from app.web.views import Asked, FailedView, Failure, IndexView, ReportView, Slot, slot_of

_log = logging.getLogger(__name__)
_FILE_NEEDED = "to be sent, which an address cannot do: press “Report from this file”"


async def index(request: Request) -> Response:
    """GET /: the form and, for a ticker, the places where its cards will load; no model and no market is touched."""
    said = await said_by(request)
    if file := said.texts.get("prices"):
        return _page(request, (), "", failure_of(QueryError("prices", file[:40], _FILE_NEEDED)))
    if not said.texts.get("ticker"):
        return _page(request, (), "", None)
    try:
        query = query_of(request, said)
    except AppError as error:
        return _page(request, (), "", failure_of(error))
    slots = tuple(slot_for(panel, query) for panel in PANELS)
    return _page(request, slots, f"/report?{query_string(query)}", None)


async def places(request: Request) -> Response:
    """POST /panels: the places where the cards for a form and its file will load, once the file has proved readable."""
    said = await said_by(request)
    query = query_of(request, said)
    await while_connected(request, running(request).analyses.prepare(query))
    slots = tuple(slot_for(panel, query) for panel in PANELS)
    report_url = "" if query.upload else f"/report?{query_string(query)}"
    view = IndexView(site_of(request), _asked(request, said, query), slots, report_url, None)
    return HTMLResponse(render("_answer.html", view))


async def report(request: Request) -> Response:
    """GET or POST /report: every card of a query in one document that needs no script and loads nothing."""
    app, said = running(request), await said_by(request)
    query = query_of(request, said)
    cards = await while_connected(request, _cards(app, query), len(PANELS))
    style = Markup(app.style)  # noqa: S704  (our own style sheet)
    page_url = "" if query.upload else f"/?{query_string(query)}"
    view = ReportView(app.site, _asked(request, said, query), style, tuple(map(Markup, cards)), page_url)
    return HTMLResponse(render("report.html", view), headers=report_policy(app.style))


async def _cards(app: Running, query: Query) -> tuple[str, ...]:
    await app.analyses.prepare(query)
    making = (rendered(app, panel, query, "wide", interactive=False) for panel in PANELS)
    made = await asyncio.gather(*making, return_exceptions=True)
    return tuple(_card_or_failure(panel, card) for panel, card in zip(PANELS, made, strict=True))


def _card_or_failure(panel: Panel, card: str | BaseException) -> str:
    if isinstance(card, str):
        return card
    if not isinstance(card, Exception):
        raise card
    if not isinstance(card, AppError | ComputeError):
        _log.error("The card %s of a report failed.", panel.slug, exc_info=card)
    return render("panels/_failed.html", FailedView(slot_of(panel, ""), failure_of(card), False))


def _asked(request: Request, said: Said, query: Query | None = None) -> Asked:
    texts = said.texts
    typed = texts.get("ticker", "").strip()
    return Asked(
        ticker=query.ticker if query else typed.upper() if typed.isascii() else typed,
        horizon=texts.get("horizon", "") or str(DEFAULT_HORIZON),
        as_of=texts.get("as_of", ""),
        source=said.upload.name if said.upload else texts.get("source", "") or site_of(request).default_source,
    )


def _page(request: Request, slots: tuple[Slot, ...], report_url: str, failure: Failure | None) -> Response:
    asked = _asked(request, Said(request.query_params, None))
    view = IndexView(site_of(request), asked, slots, report_url, failure)
    return HTMLResponse(render("index.html", view), 200 if failure is None else failure.status)

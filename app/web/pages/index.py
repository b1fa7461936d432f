"""The page that fills itself card by card."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.errors import AppError, QueryError
from app.market.passport import Passport
from app.panels import PANELS
from app.panels.panel import DEFAULT_HORIZON, Query
from app.web.context import context_of, query_of, site_of, slot_for, while_connected
from app.web.errors.handlers import shown_failure
from app.web.http.form import RequestFields, fields_of
from app.web.http.query import query_string
from app.web.pages.date_links import replay_of
from app.web.templating import render
from app.web.views import FormValues, IndexView, LiveStrip

_FILE_NEEDED = "to be sent, which an address cannot do: press “Report from this file”"


async def index(request: Request) -> Response:
    """GET /: the form and, for a ticker, the places where its cards will load; no model and no market is touched."""
    said = await fields_of(request)
    if file := said.texts.get("prices"):
        return _failed(request, said, QueryError("prices", file[:40], _FILE_NEEDED))
    if not said.texts.get("ticker"):
        return HTMLResponse(render("index.html", IndexView(site_of(request), _asked(request, said))))
    try:
        query = query_of(request, said)
    except AppError as error:
        return _failed(request, said, error)
    return HTMLResponse(render("index.html", _answer(request, said, query)))


async def places(request: Request) -> Response:
    """POST /panels: the places where the cards for a form and its file will load, once the file has proved readable."""
    said = await fields_of(request)
    query = query_of(request, said)
    loaded = await while_connected(request, context_of(request).analyses.loader.prepare(query))
    passport = loaded.passport if query.upload else None
    return HTMLResponse(render("_answer.html", _answer(request, said, query, passport)))


def _asked(request: Request, said: RequestFields, query: Query | None = None) -> FormValues:
    texts = said.texts
    typed = texts.get("ticker", "").strip()
    return FormValues(
        ticker=query.ticker if query else typed.upper() if typed.isascii() else typed,
        horizon=texts.get("horizon", "") or str(DEFAULT_HORIZON),
        as_of=texts.get("as_of", ""),
        source=said.upload.name if said.upload else texts.get("source", "") or site_of(request).default_source,
    )


def _answer(request: Request, said: RequestFields, query: Query, passport: Passport | None = None) -> IndexView:
    asked, slots = _asked(request, said, query), tuple(slot_for(panel, query) for panel in PANELS)
    if query.upload:
        return IndexView(site_of(request), asked, slots=slots, passport=passport)
    today = context_of(request).today()
    replay = replay_of(query, min(today, site_of(request).last_days.get(query.source, today)))
    live = _live(request, said, query)
    return IndexView(site_of(request), asked, slots=slots, query_string=query_string(query), replay=replay, live=live)


def _live(request: Request, said: RequestFields, query: Query) -> LiveStrip | None:
    """The strip of the newest price; not for a day of the past, nor where the source tells closes only."""
    if query.as_of or not context_of(request).live.tells(query.source):
        return None
    asked = urlencode({"ticker": query.ticker, "source": query.source})
    return LiveStrip(f"/live?{asked}", said.texts.get("live") == "1")


def _failed(request: Request, said: RequestFields, error: AppError) -> Response:
    failure = shown_failure(error)
    view = IndexView(site_of(request), _asked(request, said), failure)
    return HTMLResponse(render("index.html", view), failure.status)

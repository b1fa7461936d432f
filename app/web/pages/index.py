"""The page that fills itself card by card, with links to the same query on other days."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.errors import AppError, QueryError
from app.market.passport import Passport
from app.panels import IN_PAGE_ORDER
from app.panels.panel import DEFAULT_HORIZON, Query
from app.services.loaded_history import old_prices
from app.text.numbers import day
from app.web.context import checked_query, context_of, fields_for_cards, site_of, slot_for, while_connected
from app.web.failures import shown_failure
from app.web.http.form import RequestFields, fields_of
from app.web.http.query import page_url, query_string
from app.web.templating import render
from app.web.views import DOWNLOADS, ColumnSelects, Download, Failure, FormValues, NextStep, Site, Slot


@dataclass(frozen=True, slots=True)
class Replay:
    """The day that the page looks back from, None for the newest, and the days to go to from it, oldest first."""

    seen: date | None
    steps: tuple[NextStep, ...]


@dataclass(frozen=True, slots=True)
class LiveStrip:
    """Where the newest price is told, whether its visitor wants it ``on``, and the page for the ``other`` wish."""

    url: str
    on: bool
    other: str


@dataclass(frozen=True, slots=True)
class IndexView:
    """index.html: the form, and the places of the cards where a ticker was asked for; _answer.html: these alone.

    ``query_string`` says the query in an address, and is empty where a file is part of it; then there is no ``replay``,
    but the ``passport`` of what was read, and ``selects`` to read it by other columns. ``lengths`` lead to other
    horizons; ``banner`` says at once that the prices are old, where that is known. All but the answer are ``asleep``
    until they are asked for where a visitor steps through time, as a step is to cost one card.
    """

    site: Site
    asked: FormValues
    failure: Failure | None = None
    slots: tuple[Slot, ...] = ()
    query_string: str = ""
    replay: Replay | None = None
    passport: Passport | None = None
    selects: ColumnSelects | None = None
    live: LiveStrip | None = None
    lengths: tuple[NextStep, ...] = ()
    banner: str = ""
    asleep: bool = False
    downloads: tuple[Download, ...] = DOWNLOADS


_FILE_NEEDED = "to be sent with the form, as a link cannot hold a file: press “Report from this file”"


async def index(request: Request) -> Response:
    """GET /: the form and, for a ticker, the places where its cards will load; no model and no market is touched."""
    fields = await fields_of(request)
    if file := fields.texts.get("prices"):
        return _failed(request, fields, QueryError("prices", file[:40], _FILE_NEEDED))
    if not fields.texts.get("ticker"):
        return HTMLResponse(render("index.html", IndexView(site_of(request), _form_values(request, fields))))
    try:
        query = checked_query(request, fields)
    except AppError as error:
        return _failed(request, fields, error)
    return HTMLResponse(render("index.html", _answer(request, fields, query)))


async def places(request: Request) -> Response:
    """POST /panels: the places where the cards for a form and its file will load, once the file has proved readable."""
    fields = await fields_for_cards(request)
    query = checked_query(request, fields)
    loaded = await while_connected(request, context_of(request).analyses.loader.prepare(query))
    view = _answer(request, fields, query, loaded.passport if query.upload else None)
    return HTMLResponse(render("_answer.html", replace(view, banner=old_prices(query, loaded))))


def _form_values(request: Request, fields: RequestFields, query: Query | None = None) -> FormValues:
    texts = fields.texts
    typed = texts.get("ticker", "").strip()
    return FormValues(
        ticker=query.ticker if query else typed.upper() if typed.isascii() else typed,
        horizon=texts.get("horizon", "") or ("" if texts.get("by") else str(DEFAULT_HORIZON)),
        as_of=texts.get("as_of", ""),
        source=fields.upload.name if fields.upload else texts.get("source", "") or site_of(request).default_source,
    )


def _answer(request: Request, fields: RequestFields, query: Query, passport: Passport | None = None) -> IndexView:
    values, slots = (
        _form_values(request, fields, query),
        tuple(slot_for(request, panel, query) for panel in IN_PAGE_ORDER),
    )
    if query.upload:
        return IndexView(site_of(request), values, slots=slots, passport=passport, selects=_selects(query, passport))
    today, site = context_of(request).today(), site_of(request)
    latest = min(today, site.last_days.get(query.source, today))
    return IndexView(
        site,
        values,
        slots=slots,
        query_string=query_string(query),
        replay=replay_of(query, latest),
        live=_live(request, fields, query),
        lengths=_lengths(query),
        asleep=request.headers.get("hx-target") == "div#answer",
        banner=_OLD.format(day(latest)) if latest < today and query.as_of is None else "",
    )


_OLD = "These prices end on {}: what follows is what would have been said that day."
_LENGTHS = {1: "1 day", 5: "1 week", 22: "1 month", 66: "3 months"}


def _lengths(query: Query) -> tuple[NextStep, ...]:
    """The usual horizons; a day to ask about is none of them."""
    return tuple(
        NextStep(words, f"/?{query_string(replace(query, horizon=days, by=None))}", current=query.horizon == days)
        for days, words in _LENGTHS.items()
    )


def _selects(query: Query, passport: Passport | None) -> ColumnSelects | None:
    """The columns of the file that was read, to read it by others."""
    if query.upload is None or passport is None or passport.columns is None:
        return None
    columns = dict.fromkeys((*passport.columns.values(), *(passport.ignored or ())))
    return ColumnSelects(tuple(columns), query.upload.chosen.date, query.upload.chosen.close)


def _live(request: Request, fields: RequestFields, query: Query) -> LiveStrip | None:
    """The strip of the newest price; not for a day of the past, nor where the source tells closes only."""
    if query.as_of or not context_of(request).live.tells(query.source):
        return None
    subject, on = urlencode({"ticker": query.ticker, "source": query.source}), fields.texts.get("live") == "1"
    other = f"/?{query_string(query)}" + ("" if on else "&live=1")
    return LiveStrip(f"{request.app.url_path_for('live')}?{subject}", on, other)


def _failed(request: Request, fields: RequestFields, error: AppError) -> Response:
    failure = shown_failure(error)
    view = IndexView(site_of(request), _form_values(request, fields), failure)
    return HTMLResponse(render("index.html", view), failure.status)


def replay_of(query: Query, latest: date) -> Replay:
    """The steps from the query's day, none of them past ``latest``, the last day its source can know of."""
    seen = min(query.as_of or latest, latest)
    targets = {
        "‹ month": ("A month earlier", _months(seen, -1), ""),
        "‹ week": ("A week earlier", _days(seen, -7), "prev"),
        "week ›": ("A week later", _days(seen, 7), "next"),
        "month ›": ("A month later", _months(seen, 1), ""),
    }
    steps = [
        NextStep(words, page_url(query, target), name, rel)
        for words, (name, target, rel) in targets.items()
        if target and target <= latest
    ]
    newest = [NextStep("newest", page_url(query, None), "Newest")] if query.as_of else []
    return Replay(query.as_of, (*steps, *newest))


def _days(day: date, count: int) -> date | None:
    ordinal = day.toordinal() + count
    return date.fromordinal(ordinal) if 1 <= ordinal <= date.max.toordinal() else None


def _months(day: date, count: int) -> date | None:
    """The same day of another month, or that month's last where it is shorter."""
    months = day.year * 12 + day.month - 1 + count
    if not date.min.year <= months // 12 < date.max.year:
        return None
    first, after = (date(number // 12, number % 12 + 1, 1) for number in (months, months + 1))
    return min(first + timedelta(day.day - 1), after - timedelta(1))

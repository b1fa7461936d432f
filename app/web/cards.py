"""One card, as a fragment or as JSON."""

from dataclasses import replace
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.panels import BY_SLUG
from app.panels.panel import Panel, Query
from app.services.analyses import Finished
from app.services.loaded_history import old_prices
from app.web.context import (
    AppContext,
    card_of,
    context_of,
    panel_of,
    query_of,
    slot_for,
    url_again,
    while_connected,
)
from app.web.http.caching import fresh_seconds, validated
from app.web.templating import render
from app.web.views import CardView, Pictures, Slot, slot_of

_ANSWER, _FIRST = "verdict", "overview"
_OPEN = ("prophet", "lstm")
"""The methods whose rows stand open at once, but on phones."""


async def fragment(request: Request) -> Response:
    """GET or POST /panels/{slug}: the card as the section that takes the place of the one that asked."""
    panel, query, canvas = await card_of(request)
    card = card_view(context_of(request), panel, slot_for(request, panel, query), query, canvas)
    return HTMLResponse(render_card(await while_connected(request, card, seconds=panel.seconds)))


async def card_json(request: Request) -> Response:
    """GET or POST /api/v1/panels/{slug}: the same analysis as JSON."""
    panel, query = panel_of(request), await query_of(request)
    analysis = _finished(context_of(request), panel, query)
    finished = await while_connected(request, analysis, seconds=panel.seconds)
    # An amount is nobody else's business, so no cache on the way keeps it.
    keep = "no-store" if query.amount is not None else _freshness(request, finished)
    return validated(request, finished.published(), "application/json", keep)


def _freshness(request: Request, finished: Finished) -> str:
    # What came by POST may be of a file that is nobody else's, and what is old already should not grow older.
    if request.method == "POST" or finished.loaded.stale is not None:
        return "no-store"
    passport, most = finished.analysis.data, int(context_of(request).analyses.seconds)
    seconds = fresh_seconds(finished.loaded.newest, passport.calendar, passport.time_zone, datetime.now(UTC), most)
    return f"public, max-age={seconds}"


async def card_view(app: AppContext, panel: Panel, slot: Slot, query: Query, canvas: str) -> CardView:
    """The card of ``query`` for its ``slot`` on a page, where it can be run again."""
    finished = await _finished(app, panel, query)
    card = await draw_card(app, slot, finished, canvas, query)
    card = replace(card, open=slot.slug in _OPEN and canvas != "narrow", reveal=query.reveal)
    return card if panel.slug != _ANSWER else await _with_ahead(app, query, finished, canvas, card)


async def _finished(app: AppContext, panel: Panel, query: Query) -> Finished:
    """The card's analysis; what is announced is asked meanwhile where it belongs to the answer."""
    if panel.slug == _ANSWER or panel.in_money:
        # Only of a source that gives prices.
        await app.analyses.loader.prepare(query)
        app.announcements.begin(query)
    return await app.analyses.finished(panel, query)


async def _with_ahead(app: AppContext, query: Query, finished: Finished, canvas: str, card: CardView) -> CardView:
    """The answer with what is announced beside it, as far as that is known: in nothing that is computed or signed."""
    ahead = await app.announcements.ahead(query, finished.analysis, finished.loaded.history)
    if not ahead.marks:
        return replace(card, ahead=ahead.sentences)
    fan = await app.analyses.marked_fan(BY_SLUG[_ANSWER], finished, canvas, ahead.marks)
    pictures = replace(card.pictures, charts={**card.pictures.charts, "fan": fan})
    return replace(card, ahead=ahead.sentences, pictures=pictures)


async def draw_card(
    app: AppContext, slot: Slot, finished: Finished, canvas: str, query: Query | None = None
) -> CardView:
    """The card of a ``finished`` analysis with its charts; its ``query`` gives it a button that runs it again."""
    panel = BY_SLUG[slot.slug]
    charts = await app.analyses.charts(panel, finished, canvas)
    content = panel.content(finished.analysis, finished.outcome)
    return CardView(
        slot=slot,
        analysis=finished.analysis,
        content=content,
        pictures=Pictures(charts, content.tables, url=slot.url.replace("/live", "", 1) if query is not None else ""),
        outcome=finished.outcome,
        stale=finished.loaded.stale,
        interactive=query is not None,
        old=old_prices(query, finished.loaded) if query and slot.slug == _FIRST else "",
        query=query,
    )


def render_card(view: CardView) -> str:
    """The card as HTML; one without a template of its own is laid out as any."""
    return render([f"panels/{view.slot.slug}.html", "panels/_card.html"], view)


def requested_card(request: Request) -> Slot | None:
    """The place that ``request`` is to fill, if there is such a card."""
    panel = BY_SLUG.get(request.path_params.get("slug", ""))
    if panel is None:
        return None
    path = request.app.url_path_for("card_stream", slug=panel.slug)
    return slot_of(panel, url_again(request, path), posted=request.method == "POST")

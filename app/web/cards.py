"""One card, as a fragment or as JSON."""

from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.compute.disconnect import cancel_when
from app.errors import AppError
from app.panels import BY_SLUG
from app.panels.card_content import card_content
from app.panels.panel import Panel
from app.panels.query import Query
from app.web.admission import admit
from app.web.analyses import Finished
from app.web.form import said_by
from app.web.freshness import fresh_seconds, validated
from app.web.query import parse_canvas
from app.web.state import Running, query_of, running, slot_for
from app.web.templates import render
from app.web.views import CardView, Pictures

T = TypeVar("T")


async def fragment(request: Request) -> Response:
    """GET or POST /panels/{slug}: the card as the section that takes the place of the one that asked."""
    panel, said = panel_of(request), await said_by(request)
    query, canvas = query_of(request, said), parse_canvas(said.texts)
    card = viewed(running(request), panel, query, canvas)
    return HTMLResponse(rendered(await while_connected(request, card)))


async def published(request: Request) -> Response:
    """GET or POST /api/v1/panels/{slug}: the same analysis as JSON."""
    panel = panel_of(request)
    query = query_of(request, await said_by(request))
    finished = await while_connected(request, running(request).analyses.finished(panel, query))
    return validated(request, finished.published(), "application/json", _freshness(request, finished))


def _freshness(request: Request, finished: Finished) -> str:
    # What came by POST may be of a file that is nobody else's, and what is old already should not grow older.
    if request.method == "POST" or finished.loaded.stale is not None:
        return "no-store"
    passport, most = finished.analysis.data, int(running(request).analyses.seconds)
    seconds = fresh_seconds(finished.loaded.newest, passport.calendar, passport.time_zone, datetime.now(UTC), most)
    return f"public, max-age={seconds}"


async def viewed(app: Running, panel: Panel, query: Query, canvas: str) -> CardView:
    """The card for a page, where it can be run again."""
    finished = await app.analyses.finished(panel, query)
    return await drawn(app, panel, query, finished, canvas, interactive=True)


async def drawn(
    app: Running, panel: Panel, query: Query, finished: Finished, canvas: str, *, interactive: bool
) -> CardView:
    """The card of an analysis that is there already; ``interactive`` gives it a button that runs it again."""
    charts = await app.analyses.charts(panel, finished, canvas)
    content = card_content(panel, finished.analysis, finished.outcome)
    return CardView(
        slot=slot_for(panel, query),
        analysis=finished.analysis,
        content=content,
        pictures=Pictures(charts, content.tables),
        outcome=finished.outcome,
        stale=finished.loaded.stale,
        interactive=interactive,
    )


def rendered(view: CardView) -> str:
    """The card as HTML; one without a template of its own is laid out as any."""
    return render([f"panels/{view.slot.slug}.html", "panels/_card.html"], view)


def panel_of(request: Request) -> Panel:
    """The card that the address names; an unknown one is a 404."""
    panel = BY_SLUG.get(request.path_params["slug"])
    if panel is None:
        raise HTTPException(404)
    return panel


async def while_connected(request: Request, work: Coroutine[Any, Any, T], runs: int = 1) -> T:
    """Await ``work``, which counts as ``runs`` of cards, for as long as the client waits for it too.

    Raises what ``admit`` raises; then nothing has run.
    """
    try:
        await admit(request, runs)
    except AppError:
        work.close()
        raise

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    return await cancel_when(gone(), work)

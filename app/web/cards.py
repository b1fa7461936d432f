"""One card, as a fragment or as JSON."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.panels.panel import Panel, Query
from app.services.analyses import Finished
from app.web.context import AppContext, context_of, panel_of, query_of, slot_for, while_connected
from app.web.http.caching import fresh_seconds, validated
from app.web.http.form import fields_of
from app.web.http.query import parse_canvas
from app.web.templating import render
from app.web.views import CardView, Pictures


async def fragment(request: Request) -> Response:
    """GET or POST /panels/{slug}: the card as the section that takes the place of the one that asked."""
    panel, said = panel_of(request), await fields_of(request)
    query, canvas = query_of(request, said), parse_canvas(said.texts)
    card = viewed(context_of(request), panel, query, canvas)
    return HTMLResponse(rendered(await while_connected(request, card)))


async def published(request: Request) -> Response:
    """GET or POST /api/v1/panels/{slug}: the same analysis as JSON."""
    panel = panel_of(request)
    query = query_of(request, await fields_of(request))
    finished = await while_connected(request, context_of(request).analyses.finished(panel, query))
    return validated(request, finished.published(), "application/json", _freshness(request, finished))


def _freshness(request: Request, finished: Finished) -> str:
    # What came by POST may be of a file that is nobody else's, and what is old already should not grow older.
    if request.method == "POST" or finished.loaded.stale is not None:
        return "no-store"
    passport, most = finished.analysis.data, int(context_of(request).analyses.seconds)
    seconds = fresh_seconds(finished.loaded.newest, passport.calendar, passport.time_zone, datetime.now(UTC), most)
    return f"public, max-age={seconds}"


async def viewed(app: AppContext, panel: Panel, query: Query, canvas: str) -> CardView:
    """The card for a page, where it can be run again."""
    finished = await app.analyses.finished(panel, query)
    return await drawn(app, panel, query, finished, canvas, interactive=True)


async def drawn(
    app: AppContext, panel: Panel, query: Query, finished: Finished, canvas: str, *, interactive: bool
) -> CardView:
    """The card of an analysis that is there already; ``interactive`` gives it a button that runs it again."""
    charts = await app.analyses.charts(panel, finished, canvas)
    content = panel.content(finished.analysis, finished.outcome)
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

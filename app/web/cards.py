"""One card, as a fragment or as JSON."""

from collections.abc import Awaitable
from typing import TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.compute.disconnect import cancel_when
from app.panels import BY_SLUG
from app.panels.outcome import with_outcome
from app.panels.panel import Panel
from app.panels.query import Query
from app.web.query import parse_canvas
from app.web.state import Running, card_url, query_of, running
from app.web.templates import render
from app.web.views import CardView, slot_of

T = TypeVar("T")


async def fragment(request: Request) -> Response:
    """GET /panels/{slug}: the card as the section that takes the place of the one that asked."""
    panel, query, canvas = _panel(request), query_of(request), parse_canvas(request.query_params)
    card = rendered(running(request), panel, query, canvas, interactive=True)
    return HTMLResponse(await _while_connected(request, card))


async def published(request: Request) -> Response:
    """GET /api/v1/panels/{slug}: the same analysis as JSON."""
    panel, query = _panel(request), query_of(request)
    finished = await _while_connected(request, running(request).analyses.finished(panel, query))
    return Response(with_outcome(finished.json, finished.outcome), media_type="application/json")


async def rendered(app: Running, panel: Panel, query: Query, canvas: str, *, interactive: bool) -> str:
    """The finished card as HTML; ``interactive`` gives it a button that runs it again."""
    finished = await app.analyses.finished(panel, query)
    charts = await app.analyses.charts(panel, query, canvas)
    slot = slot_of(panel, card_url(panel, query))
    view = CardView(slot, finished.analysis, charts, finished.outcome, interactive)
    return render(f"panels/{panel.slug}.html", view)


def _panel(request: Request) -> Panel:
    panel = BY_SLUG.get(request.path_params["slug"])
    if panel is None:
        raise HTTPException(404)
    return panel


async def _while_connected(request: Request, work: Awaitable[T]) -> T:
    """Await ``work`` for as long as the client waits for it too."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    return await cancel_when(gone(), work)

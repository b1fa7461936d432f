"""One card as it comes about: server-sent events that tell what is being done, and then bring the card.

Its text comes before its charts, which are the most of it: on a slow line there is something to read meanwhile.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from sse_starlette import ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response

from app.charts.chart import Chart
from app.compute.progress import HEARD, Heard
from app.web.admission import admit
from app.web.cards import panel_of, rendered, viewed
from app.web.errors import answered_failure, failed_card
from app.web.events import CompressedEvents
from app.web.form import said_by
from app.web.observed import CAME_TO
from app.web.query import parse_canvas
from app.web.state import query_of, running, slot_for
from app.web.views import Slot

# Some proxies cut an answer that is silent for longer than half a minute.
_PING_SECONDS = 10
# Less than the server gives open requests when it is told to end, so that most cards still come.
_GRACE_SECONDS = 2.5
_log = logging.getLogger("app.requests")


@dataclass(frozen=True, slots=True)
class _Came:
    """The card with the places of its charts, and these by name."""

    card: str
    charts: Mapping[str, Chart] = field(default_factory=dict)


async def coming(request: Request) -> Response:
    """GET or POST /panels/{slug}/live: events ``progress`` with a sentence each, then one ``card``, ready or failed.

    After a ready one comes a ``chart`` for each of the card's images that has ``data-follows``: that name, and on the
    next line the image's ``src``. What is wrong with the request itself is answered as by /panels/{slug}, before any
    event.
    """
    panel, said = panel_of(request), await said_by(request)
    query, canvas = query_of(request, said), parse_canvas(said.texts)
    await admit(request, 1)
    app = running(request)

    async def make() -> _Came:
        view = await viewed(app, panel, query, canvas)
        places = {name: replace(chart, src="") for name, chart in view.pictures.charts.items()}
        shown = replace(view, pictures=replace(view.pictures, charts=places))
        return _Came(rendered(shown), view.pictures.charts)

    stream = _events(request, slot_for(panel, query), make)
    return CompressedEvents(stream, ping=_PING_SECONDS, sep="\n", shutdown_grace_period=_GRACE_SECONDS)


async def _events(request: Request, slot: Slot, make: Callable[[], Awaitable[_Came]]) -> AsyncIterator[ServerSentEvent]:
    """Ends with the card and its charts; when the client leaves before, the work is cancelled."""
    said: asyncio.Queue[str | None] = asyncio.Queue()
    card = asyncio.create_task(_heard(said.put_nowait, make))

    def over(ended: asyncio.Task[_Came]) -> None:
        # Looked at here, because nobody else does where the client has left.
        _ = ended.cancelled() or ended.exception()
        said.put_nowait(None)

    card.add_done_callback(over)
    try:
        while (words := await said.get()) is not None:
            yield ServerSentEvent(words, event="progress", sep="\n")
        came = _ended(request, slot, card)
        yield ServerSentEvent(came.card, event="card", sep="\n")
        for name, chart in came.charts.items():
            yield ServerSentEvent(f"{name}\n{chart.src}", event="chart", sep="\n")
    finally:
        card.cancel()


async def _heard(by: Heard, make: Callable[[], Awaitable[_Came]]) -> _Came:
    HEARD.set(by)
    return await make()


def _ended(request: Request, slot: Slot, card: asyncio.Task[_Came]) -> _Came:
    error = card.exception()
    if not isinstance(error, Exception):
        return card.result()
    failure = answered_failure(request, error)
    request.scope[CAME_TO] = failure.status
    if failure.status >= 500 and failure.retry_after is None:
        _log.error("a card failed with %s", failure.status, exc_info=error)
    return _Came(failed_card(slot, failure))

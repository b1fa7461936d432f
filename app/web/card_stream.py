"""One card as it comes about: server-sent events that tell what is being done, and then bring the card.

Its text comes before its charts, which are the most of it: on a slow line there is something to read meanwhile.
"""

import asyncio
import logging
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from app.charts.chart import Chart
from app.compute.progress import LISTENER, Listener
from app.web.cards import rendered, viewed
from app.web.context import admit, context_of, panel_of, query_of, slot_for
from app.web.errors.handlers import answered_failure, failed_card
from app.web.http.form import fields_of
from app.web.http.query import parse_canvas
from app.web.middleware.request_log import FINAL_STATUS
from app.web.views import Slot

# Some proxies cut an answer that is silent for longer than half a minute.
_PING_SECONDS = 10
# Less than the server gives open requests when it is told to end, so that most cards still come.
_GRACE_SECONDS = 2.5
_log = logging.getLogger("app.requests")


@dataclass(frozen=True, slots=True)
class _StreamedCard:
    """The card with the places of its charts, and these by name."""

    card: str
    charts: Mapping[str, Chart] = field(default_factory=dict)


async def stream(request: Request) -> Response:
    """GET or POST /panels/{slug}/live: events ``progress`` with a sentence each, then one ``card``, ready or failed.

    After a ready one comes a ``chart`` for each of the card's images that has ``data-follows``: that name, and on the
    next line the image's ``src``. What is wrong with the request itself is answered as by /panels/{slug}, before any
    event.
    """
    panel, said = panel_of(request), await fields_of(request)
    query, canvas = query_of(request, said), parse_canvas(said.texts)
    await admit(request, 1)
    app = context_of(request)

    async def make() -> _StreamedCard:
        view = await viewed(app, panel, query, canvas)
        places = {name: replace(chart, src="") for name, chart in view.pictures.charts.items()}
        shown = replace(view, pictures=replace(view.pictures, charts=places))
        return _StreamedCard(rendered(shown), view.pictures.charts)

    stream = _events(request, slot_for(panel, query), make)
    return CompressedEvents(stream, ping=_PING_SECONDS, sep="\n", shutdown_grace_period=_GRACE_SECONDS)


async def _events(
    request: Request, slot: Slot, make: Callable[[], Awaitable[_StreamedCard]]
) -> AsyncIterator[ServerSentEvent]:
    """Ends with the card and its charts; when the client leaves before, the work is cancelled."""
    said: asyncio.Queue[str | None] = asyncio.Queue()
    card = asyncio.create_task(_progress_events(said.put_nowait, make))

    def over(ended: asyncio.Task[_StreamedCard]) -> None:
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


async def _progress_events(by: Listener, make: Callable[[], Awaitable[_StreamedCard]]) -> _StreamedCard:
    LISTENER.set(by)
    return await make()


def _ended(request: Request, slot: Slot, card: asyncio.Task[_StreamedCard]) -> _StreamedCard:
    error = card.exception()
    if not isinstance(error, Exception):
        return card.result()
    failure = answered_failure(request, error)
    request.scope[FINAL_STATUS] = failure.status
    if failure.status >= 500 and failure.retry_after is None:
        _log.error("a card failed with %s", failure.status, exc_info=error)
    return _StreamedCard(failed_card(slot, failure))


_GZIP = 16 + zlib.MAX_WBITS
_LEVEL = 5


class CompressedEvents(EventSourceResponse):
    """Events in gzip where the client reads that; a card is mostly charts, which are text in base64."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            send = _compressed(send)
        await super().__call__(scope, receive, send)


def _compressed(send: Send) -> Send:
    squeeze = zlib.compressobj(_LEVEL, wbits=_GZIP)

    async def send_compressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Encoding"] = "gzip"
            headers.add_vary_header("Accept-Encoding")
        elif message["type"] == "http.response.body":
            # Whatever is held back for the sake of size would come too late.
            flush = zlib.Z_SYNC_FLUSH if message.get("more_body") else zlib.Z_FINISH
            message = {**message, "body": squeeze.compress(message["body"]) + squeeze.flush(flush)}
        await send(message)

    return send_compressed

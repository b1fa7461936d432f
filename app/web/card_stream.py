"""One card as a stream that htmx swaps in: progress, then the card, then its charts, which are the most of it."""

import asyncio
import json
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
from app.panels.analysis import Analysis
from app.panels.forecast.content import range_ends
from app.panels.panel import Query
from app.panels.verdict.model import VerdictAnalysis
from app.text.numbers import day, money
from app.web.cards import card_view, render_card
from app.web.context import admit, card_of, context_of, give_back, slot_for
from app.web.endpoint import GIVEN_BACK, failed_card
from app.web.failures import answered_failure
from app.web.http.query import query_string
from app.web.middleware.request_log import FINAL_STATUS
from app.web.templating import render
from app.web.views import Slot

# Some proxies cut an answer that is silent for longer than half a minute.
_PING_SECONDS = 10
# Less than the server gives open requests when it is told to end, so that most cards still come.
_GRACE_SECONDS = 2.5
_log = logging.getLogger("app.requests")


@dataclass(frozen=True, slots=True)
class _StreamedCard:
    """The card with the places of its charts, and these by name; ``ready`` is its title, to be announced."""

    card: str
    ready: str = ""
    charts: Mapping[str, Chart] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartialView:
    """panels/_partial.html: something for one place of the page: ``words`` instead of its own, or a ``chart``."""

    target: str
    words: str = ""
    chart: Chart | None = None


async def stream(request: Request) -> Response:
    """GET or POST /panels/{slug}/live: messages of HTML that htmx puts in their places, then one event ``done``.

    Each says for which place it is, but for the card itself, ready or failed; its images come after it, each for where
    the card has ``data-follows``. What is wrong with the request itself is answered as by /panels/{slug}, before any
    message.
    """
    panel, query, canvas = await card_of(request)
    await admit(request, 1, panel.seconds)
    app, slot = context_of(request), slot_for(request, panel, query)

    async def make() -> _StreamedCard:
        view = await card_view(app, panel, slot, query, canvas)
        places = {name: replace(chart, src="") for name, chart in view.pictures.charts.items()}
        recent = _recent(view.analysis, query)
        without_charts = replace(view, pictures=replace(view.pictures, charts=places), recent=recent)
        return _StreamedCard(render_card(without_charts), panel.title, view.pictures.charts)

    events = _events(request, slot, make)
    answer = CompressedEvents(events, ping=_PING_SECONDS, sep="\n", shutdown_grace_period=_GRACE_SECONDS)
    if request.query_params.keys() & {"level", "amount"}:
        # What the odds are asked about is in the page's address, so that a link holds it.
        answer.headers["HX-Replace-Url"] = f"/?{query_string(query)}"
    return answer


def _recent(analysis: Analysis, query: Query) -> str:
    """What a browser remembers of an answer, as JSON; nothing of a past day or a file."""
    if query.as_of or query.upload or not isinstance(analysis, VerdictAnalysis):
        return ""
    low, high = range_ends(analysis)
    told = {
        "ticker": query.ticker,
        "query": query_string(query),
        "price": money(analysis.forecast.last, analysis),
        "range": f"{low} – {high}",
        "by": day(analysis.forecast.dates[-1]),
        "before": "–" if not analysis.replay else "held" if analysis.replay[-1].inside_80 else "missed",
    }
    return json.dumps(told, ensure_ascii=False)


async def _events(
    request: Request, slot: Slot, make: Callable[[], Awaitable[_StreamedCard]]
) -> AsyncIterator[ServerSentEvent]:
    """Ends with the card and its charts; when the client leaves before, the work is cancelled."""
    sentences: asyncio.Queue[str | None] = asyncio.Queue()
    card = asyncio.create_task(_with_progress(sentences.put_nowait, make))

    def end_progress(ended: asyncio.Task[_StreamedCard]) -> None:
        # Looked at here, because nobody else does where the client has left.
        _ = ended.cancelled() or ended.exception()
        sentences.put_nowait(None)

    card.add_done_callback(end_progress)
    try:
        while (sentence := await sentences.get()) is not None:
            yield _partial(f"#panel-{slot.slug} .words", words=sentence)
        if isinstance(card.exception(), GIVEN_BACK):
            await give_back(request)
        streamed = _ended(request, slot, card)
        yield ServerSentEvent(streamed.card, sep="\n")
        if streamed.ready:
            yield _partial("#told", words=f"{streamed.ready} is ready.")
        for name, chart in streamed.charts.items():
            yield _partial(f"#panel-{slot.slug} [data-follows='{name}']", chart=chart)
        yield ServerSentEvent("the card is complete", event="done", sep="\n")
    finally:
        card.cancel()


def _partial(target: str, words: str = "", chart: Chart | None = None) -> ServerSentEvent:
    return ServerSentEvent(render("panels/_partial.html", PartialView(target, words, chart)).strip(), sep="\n")


async def _with_progress(listener: Listener, make: Callable[[], Awaitable[_StreamedCard]]) -> _StreamedCard:
    LISTENER.set(listener)
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
_COMPRESSION_LEVEL = 5


class CompressedEvents(EventSourceResponse):
    """Events in gzip where the client reads that; a card is mostly charts, which are text in base64."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events, compressed where the request allows that."""
        if "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            send = _compressed(send)
        await super().__call__(scope, receive, send)


def _compressed(send: Send) -> Send:
    compressor = zlib.compressobj(_COMPRESSION_LEVEL, wbits=_GZIP)

    async def send_compressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Encoding"] = "gzip"
            headers.add_vary_header("Accept-Encoding")
        elif message["type"] == "http.response.body":
            # Whatever is held back for the sake of size would come too late.
            flush = zlib.Z_SYNC_FLUSH if message.get("more_body") else zlib.Z_FINISH
            message = {**message, "body": compressor.compress(message["body"]) + compressor.flush(flush)}
        await send(message)

    return send_compressed

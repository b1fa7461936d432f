"""The newest price as a stream of server-sent events."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.market.source import LatestPrice
from app.panels.panel import Query
from app.services.live_prices import LivePrices, News
from app.web.context import admit, client_of, context_of, query_of
from app.web.templating import render

# Proxies cut what is silent for a minute.
_HEARTBEAT_SECONDS = 20
_RECONNECT_MS = 15_000
# Enough for an answer to be ended in good order when the process is told to end.
_GRACE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class LiveView:
    """live.html: the newest price, or the ``words`` that say why there is none."""

    quote: LatestPrice | None
    change: float | None
    closed: bool
    words: str
    title: str


async def live(request: Request) -> Response:
    """GET /live: the newest price of a ticker for as long as its market is open, as server-sent events."""
    app, query = context_of(request), await query_of(request)
    await admit(request, 1)
    client = client_of(request)
    app.live.enter(client)
    return _Watching(app.live, query, client)


class _Watching(EventSourceResponse):
    """The stream of one viewer, counted until it ends in whatever way."""

    def __init__(self, prices: LivePrices, query: Query, client: str) -> None:
        over = anyio.Event()
        events = _events(prices, query, over)
        super().__init__(events, ping=_HEARTBEAT_SECONDS, shutdown_event=over, shutdown_grace_period=_GRACE_SECONDS)
        self._prices, self._client = prices, client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events, and then count the viewer no longer, however the stream ended."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._prices.leave(self._client)


async def _events(prices: LivePrices, query: Query, over: anyio.Event) -> AsyncIterator[ServerSentEvent]:
    title = prices.title(query.source)
    async for news in prices.watch(query.source, query.ticker, over):
        fragment = render("live.html", _view(news, title))
        words = " ".join(line.strip() for line in fragment.splitlines())
        yield ServerSentEvent(words, retry=_RECONNECT_MS)
        if news.last:
            yield ServerSentEvent("the market is closed", event="last")


def _view(news: News, title: str) -> LiveView:
    quote = news.quote
    before = quote and quote.close_before
    return LiveView(
        quote=quote,
        change=quote.price / before - 1 if quote and before else None,
        closed=news.last,
        words=news.words,
        title=title,
    )

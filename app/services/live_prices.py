"""The newest price of a ticker as a feed: one poll of the source for all viewers, while there are any."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from cachetools import LRUCache

from app.compute.errors import OverloadedError
from app.errors import AppError, NoPricesError, SourceRefusedError, TooOftenError, UnknownTickerError
from app.market.source import LatestPrice, MarketSource, QuotingSource

_INTERVAL_SECONDS = 30.0
# Outside the session nothing changes but the session itself; and who does not answer is given a rest.
_CLOSED_INTERVAL_SECONDS, _DOWN_INTERVAL_SECONDS = 600.0, 120.0
_MAX_VIEWERS, _MAX_VIEWERS_PER_CLIENT = 200, 4
_RETRY_AFTER_SECONDS = 60
_MAX_KEPT_TICKERS = 1000


def _now() -> datetime:
    return datetime.now(UTC)


class Event(Protocol):
    """Something that comes about once, as asyncio and anyio have it."""

    def is_set(self) -> bool:
        """Whether it has."""

    async def wait(self) -> object:
        """Return once it has."""


@dataclass(frozen=True, slots=True)
class News:
    """A quote, or ``words`` that say why there is none; nothing is asked before ``until`` or told after ``last``."""

    quote: LatestPrice | None
    words: str
    last: bool
    until: datetime


@dataclass(eq=False, slots=True)
class Line:
    """A ticker that somebody watches; ``changed`` is set, and replaced, when there are ``news``."""

    viewers: int = 0
    news: News | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    asking: asyncio.Task[None] | None = None

    def tell(self, news: News) -> None:
        """Hand ``news`` to everybody who watches."""
        changed, self.news, self.changed = self.changed, news, asyncio.Event()
        changed.set()


class LivePrices:
    """Asks a source every so many ``seconds`` while a market is open and watched, and never sooner than it allows.

    ``most`` may watch at a time, ``most_each`` for one client.
    """

    def __init__(
        self,
        sources: Mapping[str, MarketSource],
        seconds: float = _INTERVAL_SECONDS,
        most: int = _MAX_VIEWERS,
        most_each: int = _MAX_VIEWERS_PER_CLIENT,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._sources, self._seconds, self._most, self._most_each, self._now = sources, seconds, most, most_each, now
        self._watching: Counter[str] = Counter()
        self._lines: dict[tuple[str, str], Line] = {}
        self._kept: LRUCache[tuple[str, str], News] = LRUCache(_MAX_KEPT_TICKERS)

    def tells(self, name: str) -> bool:
        """Whether the source of that name has prices between two closes."""
        return isinstance(self._sources[name], QuotingSource)

    def title(self, name: str) -> str:
        """What the source of that name is called in sentences."""
        return self._sources[name].title

    def enter(self, client: str) -> None:
        """Count a stream of ``client`` until it leaves; raises ``TooOftenError`` or ``OverloadedError``."""
        if self._watching[client] >= self._most_each:
            raise TooOftenError("One visitor", f"{self._most_each} newest prices at a time", _RETRY_AFTER_SECONDS)
        if self._watching.total() >= self._most:
            raise OverloadedError(_RETRY_AFTER_SECONDS)
        self._watching[client] += 1

    def leave(self, client: str) -> None:
        """Count one stream of ``client`` less."""
        self._watching[client] -= 1
        self._watching += Counter()

    async def watch(self, name: str, ticker: str, over: Event) -> AsyncIterator[News]:
        """All news of ``ticker`` from the source of that name, until ``over``; who is slow gets only the newest."""
        line = self._joined(name, ticker)
        try:
            while not over.is_set():
                changed = line.changed
                if (news := line.news) is not None:
                    yield news
                    if news.last:
                        return
                await either(changed, over)
        finally:
            line.viewers -= 1
            if not line.viewers:
                self._given_up(name, ticker, line)

    def _joined(self, name: str, ticker: str) -> Line:
        line = self._lines.get((name, ticker))
        if line is None or line.asking is None or line.asking.done():
            line = self._lines[name, ticker] = Line()
            line.asking = asyncio.create_task(self._ask(name, ticker, line))
        line.viewers += 1
        return line

    async def _ask(self, name: str, ticker: str, line: Line) -> None:
        """Tell all news; whatever ends this is told too, because viewers would wait for ever."""
        try:
            while not (news := await self._news(name, ticker)).last:
                line.tell(news)
                await asyncio.sleep((news.until - self._now()).total_seconds())
            line.tell(news)
        finally:
            if line.news is None or not line.news.last:
                line.tell(News(None, "The newest price cannot be had any more.", True, self._now()))

    def _given_up(self, name: str, ticker: str, line: Line) -> None:
        if line.asking:
            line.asking.cancel()
        if self._lines.get((name, ticker)) is line:
            del self._lines[name, ticker]

    async def _news(self, name: str, ticker: str) -> News:
        """What is known, or what the source says where it may be asked again."""
        kept = self._kept.get((name, ticker))
        opened = kept and kept.last and kept.quote and kept.quote.open_at(self._now())
        if kept is None or opened or kept.until <= self._now():
            kept = self._kept[name, ticker] = await self._asked(name, ticker)
        return kept

    async def _asked(self, name: str, ticker: str) -> News:
        source = self._sources[name]
        if not isinstance(source, QuotingSource):
            return self._words(
                f"{source.title} has no price newer than its last close.", _CLOSED_INTERVAL_SECONDS, last=True
            )
        try:
            quote = await source.newest(ticker)
        except (UnknownTickerError, NoPricesError) as nothing:
            return self._words(nothing.sentence, _CLOSED_INTERVAL_SECONDS, last=True)
        except SourceRefusedError as refusal:
            return self._words(refusal.sentence, max(self._seconds, refusal.retry_after))
        except AppError as down:
            return self._words(down.sentence, max(self._seconds, _DOWN_INTERVAL_SECONDS))
        closed = not quote.open_at(self._now())
        return News(quote, "", closed, self._after(_CLOSED_INTERVAL_SECONDS if closed else self._seconds))

    def _words(self, words: str, seconds: float, *, last: bool = False) -> News:
        return News(None, words, last, self._after(seconds))

    def _after(self, seconds: float) -> datetime:
        return self._now() + timedelta(seconds=seconds)


async def either(*events: Event) -> None:
    """Return once one of ``events`` has come about."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()

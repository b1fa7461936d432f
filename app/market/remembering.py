"""A source whose good answers are kept for a day, to be given once more while it refuses, breaks off or is silent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from app.errors import SourceUnavailableError
from app.market import quotes as answers
from app.market.passport import Stale
from app.market.quotes import Quotes
from app.market.source import MarketSource

_KEPT = 24 * 3600.0


class Memory(Protocol):
    """As much of a cache as this needs."""

    async def get(self, key: str) -> bytes | None:
        """What was set under ``key``, or None."""

    async def set(self, key: str, value: bytes, seconds: float) -> None:
        """Keep ``value`` for at most ``seconds``."""


class Remembering:
    """Answers like ``source``; an older answer says since when and why in ``Quotes.stale``."""

    def __init__(
        self, source: MarketSource, memory: Memory, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.title, self.tickers = source.title, source.tickers
        self._source, self._memory, self._clock = source, memory, clock

    async def load(self, ticker: str) -> Quotes:
        """What the source says now; where it says nothing, what it last said; where that is too old, its error."""
        key = f"last:{self.title}:{ticker}"
        try:
            quotes = await self._source.load(ticker)
        except SourceUnavailableError as failure:
            kept = await self._memory.get(key)
            if kept is None:
                raise
            return self._aged(answers.decode(kept), failure.sentence)
        loaded = replace(quotes, stale=Stale(self._clock(), 0, ""))
        await self._memory.set(key, answers.encode(loaded), _KEPT)
        return quotes

    def _aged(self, kept: Quotes, why: str) -> Quotes:
        if kept.stale is None:
            return kept
        minutes = int((self._clock() - kept.stale.loaded).total_seconds() // 60)
        return replace(kept, stale=Stale(kept.stale.loaded, minutes, why))

"""A market source whose health is tracked, and its last good answer for when it is unavailable."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from pydantic import TypeAdapter

from app.errors import AppError, SourceBrokenError, SourceRefusedError, SourceSilentError, SourceUnavailableError
from app.market import raw_history as answers
from app.market.passport import Stale
from app.market.raw_history import RawHistory
from app.market.source import MarketSource

# A source that nobody has asked for so long may be well again.
_DOWN_SECONDS = 300.0
_OUTCOMES: dict[type[Exception], str] = {
    SourceRefusedError: "refused",
    SourceBrokenError: "broken",
    SourceSilentError: "silent",
}


class HealthTracked:
    """Answers like ``source``; ``note`` is called with how each load ended.

    That is ok, cancelled, unknown, failed, or a word for how the source is unavailable.
    """

    def __init__(
        self, source: MarketSource, note: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.title, self.tickers = source.title, source.tickers
        self._source, self._note, self._clock = source, note, clock
        self._down_since: float | None = None

    @property
    def down(self) -> bool:
        """Whether its last answer, unless that is long ago, was none."""
        return self._down_since is not None and self._clock() - self._down_since < _DOWN_SECONDS

    async def load(self, ticker: str) -> RawHistory:
        """All rows of ``ticker`` from the source; raises what the source raises, once it is noted."""
        outcome, down = "cancelled", False
        try:
            quotes = await self._source.load(ticker)
            outcome = "ok"
        except SourceUnavailableError as error:
            outcome, down = _OUTCOMES.get(type(error), "unavailable"), True
            raise
        except AppError:
            outcome = "unknown"
            raise
        except Exception:
            outcome = "failed"
            raise
        finally:
            self._record(outcome, down=down)
        return quotes

    def _record(self, outcome: str, *, down: bool) -> None:
        self._note(outcome)
        if outcome != "cancelled":
            self._down_since = self._clock() if down else None


ANSWER_SECONDS = 24 * 3600.0
"""For how long the answer of a source may be given once more."""
_LAST_ANSWER = TypeAdapter(tuple[str, datetime])


class Memory(Protocol):
    """As much of a cache as this needs."""

    async def get(self, key: str) -> bytes | None:
        """What was set under ``key``, or None."""

    async def set(self, key: str, value: bytes, seconds: float) -> None:
        """Keep ``value`` for at most ``seconds``."""


async def keep_answer(memory: Memory, quotes: RawHistory, seconds: float) -> str:
    """Keep ``quotes`` without their age, and return the hash under which they are: the same rows are there once."""
    answer = answers.encode(replace(quotes, stale=None))
    digest = hashlib.sha256(answer).hexdigest()
    await memory.set(_answer_key(digest), answer, seconds)
    return digest


async def kept_answer(memory: Memory, digest: str) -> RawHistory | None:
    """The answer of that hash, as long as it is kept."""
    answer = await memory.get(_answer_key(digest))
    return None if answer is None else answers.decode(answer)


class LastGoodAnswer:
    """Answers like ``source``; an older answer says since when and why in ``RawHistory.stale``."""

    def __init__(
        self, source: MarketSource, memory: Memory, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.title, self.tickers = source.title, source.tickers
        self._source, self._memory, self._clock = source, memory, clock

    async def load(self, ticker: str) -> RawHistory:
        """What the source says now; where it says nothing, what it last said; where that is too old, its error."""
        key = f"last:{self.title}:{ticker}"
        try:
            quotes = await self._source.load(ticker)
        except SourceUnavailableError as failure:
            if (last := await self._last_answer(key, failure.sentence)) is None:
                raise
            return last
        digest = await keep_answer(self._memory, quotes, ANSWER_SECONDS)
        await self._memory.set(key, _LAST_ANSWER.dump_json((digest, self._clock())), ANSWER_SECONDS)
        return quotes

    async def _last_answer(self, key: str, why: str) -> RawHistory | None:
        if (last := await self._memory.get(key)) is None:
            return None
        digest, loaded = _LAST_ANSWER.validate_json(last)
        quotes = await kept_answer(self._memory, digest)
        minutes = int((self._clock() - loaded).total_seconds() // 60)
        return None if quotes is None else replace(quotes, stale=Stale(loaded, minutes, why))


def _answer_key(digest: str) -> str:
    return f"answer:{digest}"

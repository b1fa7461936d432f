"""A source whose last answer is remembered, so that somebody can be told when it is down."""

import time
from collections.abc import Callable

from app.errors import AppError, SourceBrokenError, SourceRefusedError, SourceSilentError, SourceUnavailableError
from app.market.quotes import Quotes
from app.market.source import MarketSource

# A source that nobody has asked for so long may be well again.
_REMEMBERED = 300.0
_WORDS: dict[type[Exception], str] = {
    SourceRefusedError: "refused",
    SourceBrokenError: "broken",
    SourceSilentError: "silent",
}


class Watched:
    """Answers like ``source``; ``saw`` hears how each load ended.

    That is ok, cancelled, unknown, failed, or a word for how the source is unavailable.
    """

    def __init__(
        self, source: MarketSource, saw: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.title, self.tickers = source.title, source.tickers
        self._source, self._saw, self._clock = source, saw, clock
        self._down_since: float | None = None

    @property
    def down(self) -> bool:
        """Whether its last answer, unless that is long ago, was none."""
        return self._down_since is not None and self._clock() - self._down_since < _REMEMBERED

    async def load(self, ticker: str) -> Quotes:
        """What the source says."""
        outcome, down = "cancelled", False
        try:
            quotes = await self._source.load(ticker)
            outcome = "ok"
        except SourceUnavailableError as error:
            outcome, down = _WORDS.get(type(error), "unavailable"), True
            raise
        except AppError:
            outcome = "unknown"
            raise
        except Exception:
            outcome = "failed"
            raise
        finally:
            self._note(outcome, down=down)
        return quotes

    def _note(self, outcome: str, *, down: bool) -> None:
        self._saw(outcome)
        if outcome != "cancelled":
            self._down_since = self._clock() if down else None

"""Yahoo as a market source: off the event loop, within one deadline, and with a memory for what it refused."""

import asyncio
import importlib
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from cachetools import TTLCache

from app.errors import NoPricesError, SourceRefusedError, SourceSilentError, UnknownTickerError
from app.market.deadline import Deadline
from app.market.quotes import Quotes
from app.market.yahoo_verdict import TITLE

CLIENT = "app.market.yahoo_client"
"""Imports yfinance and pandas, which takes longer than all else the web process needs to start; so it is named here and
imported by a thread, when the app warms up or at the first question."""
PATIENCE = 14.0
_THREADS = 8
_UNKNOWN_KEPT = 1000
_UNKNOWN_SECONDS = 300


class YahooSource:
    """Any ticker that Yahoo Finance knows; one request each."""

    title = TITLE
    tickers: tuple[str, ...] = ()

    def __init__(self, patience: float = PATIENCE, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience, self._clock = patience, clock
        self._refused_until = -math.inf
        self._unknown: TTLCache[str, type[UnknownTickerError] | type[NoPricesError]] = TTLCache(
            _UNKNOWN_KEPT, _UNKNOWN_SECONDS, timer=clock
        )
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="yahoo")

    async def load(self, ticker: str) -> Quotes:
        """All daily bars of ``ticker``, oldest first, the one of a running session left out and told of."""
        self._raise_remembered(ticker)
        try:
            async with asyncio.timeout(self._patience):
                return await self._fetched(ticker)
        except TimeoutError:
            raise SourceSilentError(TITLE, self._patience) from None
        except SourceRefusedError as refusal:
            self._refused_until = max(self._refused_until, self._clock() + refusal.retry_after)
            raise
        except (UnknownTickerError, NoPricesError) as nothing:
            self._unknown[ticker] = type(nothing)
            raise

    def _raise_remembered(self, ticker: str) -> None:
        left = self._refused_until - self._clock()
        if left > 0:
            raise SourceRefusedError(TITLE, math.ceil(left))
        if ticker in self._unknown:
            raise self._unknown[ticker](TITLE, ticker)

    async def _fetched(self, ticker: str) -> Quotes:
        deadline = Deadline.after(self._patience, TITLE)
        return await asyncio.get_running_loop().run_in_executor(self._threads, _fetch, ticker, deadline)


def _fetch(ticker: str, deadline: Deadline) -> Quotes:
    quotes: Quotes = importlib.import_module(CLIENT).fetch(ticker, deadline)
    return quotes

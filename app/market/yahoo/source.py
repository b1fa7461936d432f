"""Yahoo as a market source: off the event loop, within one deadline, and with a memory for what it refused."""

import asyncio
import importlib
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from cachetools import TTLCache

from app.errors import NoPricesError, SourceRefusedError, SourceSilentError, UnknownTickerError
from app.market.raw_history import RawHistory
from app.market.source import Announced, Deadline, Instrument, LatestPrice
from app.market.yahoo.answers import TITLE

CLIENT = "app.market.yahoo.client"
"""Imports yfinance, pandas and curl, which takes longer than all else the web process needs to start. So it is
named here and imported by a thread, when the app warms up or at the first question."""
PATIENCE = 14.0
# Who types does not wait; and words sought never keep a thread from prices.
_SEARCH_PATIENCE = 4.0
_THREADS, _SEARCH_THREADS, _QUOTE_THREADS, _ANNOUNCE_THREADS = 8, 2, 2, 1
_UNKNOWN_KEPT = 1000
T = TypeVar("T")
_UNKNOWN_SECONDS = 300


class YahooSource:
    """Any ticker that Yahoo Finance knows; one request each."""

    title = TITLE
    tickers: tuple[str, ...] = ()

    def __init__(self, patience: float = PATIENCE, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience, self._clock = patience, clock
        self._refused_until = self._silent_until = -math.inf
        self._unknown: TTLCache[str, type[UnknownTickerError] | type[NoPricesError]] = TTLCache(
            _UNKNOWN_KEPT, _UNKNOWN_SECONDS, timer=clock
        )
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="yahoo")
        self._searchers = ThreadPoolExecutor(_SEARCH_THREADS, thread_name_prefix="yahoo-search")
        self._quoters = ThreadPoolExecutor(_QUOTE_THREADS, thread_name_prefix="yahoo-quote")
        self._announcers = ThreadPoolExecutor(_ANNOUNCE_THREADS, thread_name_prefix="yahoo-announced")

    async def load(self, ticker: str) -> RawHistory:
        """All daily bars of ``ticker``, oldest first, the one of a running session left out and told of."""
        self._raise_refused()
        if ticker in self._unknown:
            raise self._unknown[ticker](TITLE, ticker)
        try:
            return await self._in_time(self._patience, self._threads, _fetch, ticker)
        except (UnknownTickerError, NoPricesError) as nothing:
            self._unknown[ticker] = type(nothing)
            raise

    async def search(self, words: str) -> tuple[Instrument, ...]:
        """What Yahoo takes ``words`` for; a refusal of this is one of prices too, and the other way round."""
        self._raise_refused()
        return await self._in_time(min(self._patience, _SEARCH_PATIENCE), self._searchers, _search, words)

    async def newest(self, ticker: str) -> LatestPrice:
        """The last price of ``ticker``, delayed as Yahoo gives it; a refusal of this is one of everything."""
        self._raise_refused()
        return await self._in_time(self._patience, self._quoters, _quote, ticker)

    async def announced(self, ticker: str) -> Announced:
        """What is announced of ``ticker``; a refusal of this is none of prices, which need no crumb."""
        self._raise_refused(self._silent_until)
        try:
            return await self._within(self._patience, self._announcers, _announced, ticker)
        except SourceRefusedError as refusal:
            self._silent_until = self._clock() + refusal.retry_after
            raise

    def _raise_refused(self, until: float = -math.inf) -> None:
        left = max(self._refused_until, until) - self._clock()
        if left > 0:
            raise SourceRefusedError(TITLE, math.ceil(left))

    async def _in_time(
        self, patience: float, threads: ThreadPoolExecutor, ask: Callable[[str, Deadline], T], about: str
    ) -> T:
        try:
            return await self._within(patience, threads, ask, about)
        except SourceRefusedError as refusal:
            self._refused_until = max(self._refused_until, self._clock() + refusal.retry_after)
            raise

    @staticmethod
    async def _within(patience: float, threads: ThreadPoolExecutor, ask: Callable[[str, Deadline], T], about: str) -> T:
        deadline = Deadline.after(patience, TITLE)
        try:
            async with asyncio.timeout(patience):
                return await asyncio.get_running_loop().run_in_executor(threads, ask, about, deadline)
        except TimeoutError:
            raise SourceSilentError(TITLE, patience) from None


def _fetch(ticker: str, deadline: Deadline) -> RawHistory:
    quotes: RawHistory = importlib.import_module(CLIENT).fetch(ticker, deadline)
    return quotes


def _search(words: str, deadline: Deadline) -> tuple[Instrument, ...]:
    instruments: tuple[Instrument, ...] = importlib.import_module(CLIENT).search(words, deadline)
    return instruments


def _quote(ticker: str, deadline: Deadline) -> LatestPrice:
    quote: LatestPrice = importlib.import_module(CLIENT).newest(ticker, deadline)
    return quote


def _announced(ticker: str, deadline: Deadline) -> Announced:
    days: Announced = importlib.import_module(CLIENT).announced(ticker, deadline)
    return days

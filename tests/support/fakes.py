"""Stand-ins for the world outside: a market that can be rewritten, and engines that need no processes."""

import asyncio
import threading
from dataclasses import replace

import numpy as np

from app.compute.call import resolve
from app.compute.engine import EngineStatus
from app.errors import UnknownTickerError
from app.market.calendar import WEEKDAYS
from app.market.raw_history import Dividend, Listing, RawHistory, Split

LISTING = Listing(
    ticker="SYN",
    name="Synthetic Industries",
    source="sample",
    currency="USD",
    exchange="Test Exchange",
    time_zone="America/New_York",
    calendar=WEEKDAYS,
    adjustment="split and dividend adjusted",
)
_ONE_AT_A_TIME = threading.Lock()


def weekdays(count, start="2015-01-05"):
    return np.busday_offset(np.datetime64(start), np.arange(count))


def quotes(close, listing=LISTING, **columns):
    """Rows on weekdays whose prices all equal ``close``, unless a column is given."""
    close = np.asarray(close, dtype=float)
    every = {"dates": weekdays(len(close)), "volume": np.full(len(close), 1e6)}
    every |= dict.fromkeys(("open", "high", "low", "close", "adj_close"), close)
    return RawHistory(listing, (), **(every | columns))


def market(bars=340, seed=11, listing=LISTING):
    """A stock as a source tells it: a random walk in cents, its days' ranges, its volume, and a dividend a quarter."""
    rng = np.random.default_rng(seed)
    close = np.round(80 * np.exp(np.cumsum(rng.normal(0.0003, 0.015, bars))), 2)
    start = np.round(np.r_[close[0], close[:-1]] * np.exp(rng.normal(0, 0.004, bars)), 2)
    reach = np.round(np.abs(rng.normal(0, 0.6, (2, bars))), 2)
    high, low = np.maximum(start, close) + reach[0], np.minimum(start, close) - reach[1]
    volume = rng.integers(100_000, 9_000_000, bars).astype(float)
    raw = quotes(close, listing, open=start, high=high, low=low, volume=volume)
    for day in raw.dates[bars - 63 : 0 : -63].tolist():
        raw = with_dividend(raw, day, 0.9937)
    return replace(raw, adj_close=np.round(raw.adj_close, 4))


def with_split(raw, day, ratio):
    """What the same source tells after a split on ``day``: prices and volume of the new share, before it and after."""
    prices = {name: getattr(raw, name) / ratio for name in ("open", "high", "low", "close", "adj_close")}
    paid = tuple(replace(dividend, amount=dividend.amount / ratio) for dividend in raw.dividends)
    return replace(raw, splits=(*raw.splits, Split(day, ratio)), dividends=paid, volume=raw.volume * ratio, **prices)


def with_dividend(raw, day, factor):
    """What the same source tells after a dividend on ``day`` that adjusts everything before it by ``factor``."""
    paid = Dividend(day, float(raw.close[raw.dates < np.datetime64(day)][-1]) * (1 - factor))
    return replace(adjusted_before(raw, day, factor), dividends=(*raw.dividends, paid))


def adjusted_before(raw, day, factor):
    """The same, from a source that lists no dividends."""
    return replace(raw, adj_close=np.where(raw.dates < np.datetime64(day), raw.adj_close * factor, raw.adj_close))


def joined(first, second):
    """The rows of both, those of ``second`` behind."""
    both = {
        name: np.r_[getattr(first, name), getattr(second, name)]
        for name in ("dates", "open", "high", "low", "close", "adj_close", "volume")
    }
    return replace(first, **both)


def at_and_after(raw, day):
    """The rows up to ``day``, and those after it."""
    past = raw.dates <= np.datetime64(day)
    return raw.rows(past), raw.rows(~past)


def tripled_later(raw, day):
    past, later = at_and_after(raw, day)
    names = ("open", "high", "low", "close", "adj_close")
    return joined(past, replace(later, **{name: 3 * getattr(later, name) for name in names}))


def nothing_later(raw, day):
    return at_and_after(raw, day)[0]


def reversed_later(raw, day):
    past, later = at_and_after(raw, day)
    return joined(past, later.rows(np.arange(len(later.dates))[::-1]))


def later_before_past(raw, day):
    past, later = at_and_after(raw, day)
    return joined(later.rows(np.arange(len(later.dates))[::-1]), past)


def nonsense_later(raw, day):
    past, later = at_and_after(raw, day)
    worthless = np.where(np.arange(len(later.dates)) % 2, np.nan, -1.0)
    return joined(joined(past, later), replace(later, close=later.close * 7, open=worthless, high=worthless))


def empty_later(raw, day):
    past, later = at_and_after(raw, day)
    return joined(past, replace(later, **dict.fromkeys(("open", "close", "adj_close", "volume"), later.close * np.nan)))


def event_later(event, change, bars_later):
    def event_after(raw, day):
        return event(raw, raw.dates[raw.dates > np.datetime64(day)][bars_later - 1].item(), change)

    return event_after


LATER = {
    "tripled": tripled_later,
    "deleted": nothing_later,
    "reversed": reversed_later,
    "in front of the past": later_before_past,
    "conflicting": nonsense_later,
    "without numbers": empty_later,
    "a dividend": event_later(with_dividend, 0.98, 1),
    "an unlisted dividend": event_later(adjusted_before, 0.98, 30),
    "a 2:1 split": event_later(with_split, 2, 1),
    "a 4:1 split": event_later(with_split, 4, 30),
    "a 3:1 split": event_later(with_split, 3, 30),
    "a 7:1 split": event_later(with_split, 7, 30),
    "a 1:10 split": event_later(with_split, 0.1, 30),
}
"""Ways in which what comes after a day can differ: ``(quotes, day) -> quotes``."""


class FakeMarket:
    """A source with a few tickers; it counts how often it is asked."""

    title = "The synthetic market"

    def __init__(self, *histories):
        self._histories = {raw.listing.ticker: raw for raw in histories}
        self.tickers = tuple(self._histories)
        self.loads = 0

    async def load(self, ticker):
        self.loads += 1
        if ticker not in self._histories:
            raise UnknownTickerError(self.title, ticker, self.tickers)
        return self._histories[ticker]


class BrokenMarket:
    """A source that raises what it is told to."""

    title = "The broken market"
    tickers = ()

    def __init__(self, error):
        self._error = error

    async def load(self, ticker):
        raise self._error


class SearchableMarket:
    """Finds ``found`` for any words, or raises ``error`` where there is one; it notes what it was asked."""

    title, tickers = "The searchable market", ()

    def __init__(self, *found, error=None):
        self.found, self.error, self.searches = found, error, []

    async def load(self, ticker):
        raise UnknownTickerError(self.title, ticker)

    async def search(self, words):
        self.searches.append(words)
        if self.error:
            raise self.error
        return self.found


class SilentMarket(FakeMarket):
    """A source that is asked and never answers."""

    def __init__(self):
        super().__init__()
        self.asked = asyncio.Event()
        self.cancelled = 0

    async def load(self, ticker):
        self.asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


class InlineEngine:
    """Calls the named function in a thread; an answer is remembered by everything that was sent to get it."""

    answers: dict[tuple[str, tuple[bytes, ...]], bytes] = {}  # noqa: RUF012  (shared, as the functions are pure)

    def __init__(self):
        self.calls = []

    async def start(self):
        pass

    async def stop(self):
        pass

    def status(self):
        return EngineStatus(expected=1, warm=1, running=0, waiting=0, restarts=0)

    async def run(self, function, *payload):
        self.calls.append((function.rpartition(":")[2], *payload))
        return await asyncio.to_thread(self._answer, function, payload)

    def _answer(self, function, payload):
        # Stan and numpy's old generator keep a state for the whole process.
        with _ONE_AT_A_TIME:
            if (function, payload) not in self.answers:
                self.answers[function, payload] = resolve(function)(*payload)
            return self.answers[function, payload]


class FailingEngine(InlineEngine):
    """Raises ``error`` for the cards named, for every card where none is."""

    def __init__(self, error, *slugs):
        super().__init__()
        self._error, self._slugs = error, slugs

    def forgive(self):
        self._error = None

    async def run(self, function, *payload):
        if self._error and (not self._slugs or payload[0].decode() in self._slugs):
            self.calls.append((function, *payload))
            raise self._error
        return await super().run(function, *payload)


class WaitingEngine(InlineEngine):
    """Begins every job and ends none before it is cancelled."""

    def __init__(self):
        super().__init__()
        self.begun = asyncio.Event()
        self.begins = self.cancelled = 0

    async def run(self, function, *payload):
        self.begun.set()
        self.begins += 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


class StatedEngine(InlineEngine):
    """Has the status it was given."""

    def __init__(self, **status):
        super().__init__()
        self._status = EngineStatus(**{"expected": 2, "warm": 0, "running": 0, "waiting": 0, "restarts": 0} | status)

    def status(self):
        return self._status


class Kitchen:
    """Counts what is begun, finished and cancelled; ``serve`` lets it finish."""

    def __init__(self, error=None):
        self.begun = self.cancelled = 0
        self.serve = asyncio.Event()
        self.error = error

    async def cook(self):
        self.begun += 1
        try:
            await self.serve.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error:
            raise self.error
        return self.begun


class Moody(FakeMarket):
    """Raises ``error`` as long as there is one."""

    error = None

    async def load(self, ticker):
        if self.error:
            raise self.error
        return await super().load(ticker)

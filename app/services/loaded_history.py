"""The history of a query: loaded once, kept under the hash of its content, and read row by row only to be made."""

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from pydantic import TypeAdapter

from app.compute.progress import report
from app.errors import QueryError
from app.market import history as histories
from app.market.calendar import sessions_after, sessions_between
from app.market.fallback import ANSWER_SECONDS, keep_answer, kept_answer
from app.market.passport import Passport, Stale
from app.market.raw_history import RawHistory
from app.market.source import MarketSource
from app.panels.outcome import Following, following
from app.panels.panel import MAXIMUM_HORIZON, Query
from app.store.cache import Cache
from app.store.single_flight import Flights, SingleFlight
from app.text.numbers import day, plural

_SECONDS_STALE = 60.0
_FOLLOWING = TypeAdapter(Following | None)
_NOTHING_FOLLOWS = b"null"


@dataclass(frozen=True, slots=True)
class LoadedHistory:
    """An encoded history, whose ``key`` tells it from others by content, and what is known of it without decoding it.

    ``newest`` is the source's last bar; ``stale`` is set where the source has no newer prices to give; ``following``
    is what came after the history, where the query looks back. ``age_sessions`` are the trading days from the last bar
    to the query's day, or to today.
    """

    history: bytes
    key: str
    passport: Passport
    newest: date
    stale: Stale | None
    following: Following | None
    age_sessions: int


MOST_SESSIONS = 5
"""Sessions that the last bar may be old before a page says so."""

OLD_PRICES = re.compile(
    r"These prices end on [\w ]{1,20}, [\d,]{1,9} trading days (ago|before [\w ]{1,20}): [\w ]{1,60} said that day\."
)
"""Every sentence of ``old_prices``: it depends on the day of asking, so that no hash is made of it."""


def old_prices(query: Query, loaded: LoadedHistory) -> str:
    """The sentence that the prices are more than five sessions older than the query's day, or today; else nothing."""
    if loaded.age_sessions <= MOST_SESSIONS:
        return ""
    before = f"before {day(query.as_of)}" if query.as_of else "ago"
    end = f"{day(loaded.passport.last_bar)}, {plural(loaded.age_sessions, 'trading day')} {before}"
    return f"These prices end on {end}: what follows is what would have been said that day."


def horizon_of(query: Query, passport: Passport) -> int:
    """How many trading days ahead ``query`` asks, seen from the last bar; raises ``QueryError`` for a day that is not.

    A day without trading means the last session before it.
    """
    if query.by is None:
        return query.horizon
    days = sessions_after(passport.calendar, passport.last_bar, MAXIMUM_HORIZON + 1)
    ahead = sum(day <= query.by for day in days)
    if not 1 <= ahead <= MAXIMUM_HORIZON:
        needed = f"a day from {days[0]} to {days[-2]}, {MAXIMUM_HORIZON} trading days after the last price"
        raise QueryError("by", str(query.by), needed)
    return ahead


def check_levels(query: Query, loaded: LoadedHistory) -> None:
    """Raises ``QueryError`` for a level of ``query`` too far from the last price, before anything is computed."""
    last = float(histories.decode(loaded.history).adj_close[-1]) if query.levels else 0.0
    for level in query.levels:
        level.price(last)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What stands in the cache for a source's answer: the hash under which its rows are, and their age."""

    digest: str
    newest: date
    stale: Stale | None


_ANSWER = TypeAdapter(_Answer)


def today_utc() -> date:
    """The calendar day in UTC."""
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class HistoryLoader:
    """Loads the prices of a ticker once for all its cards, while an answer is younger than ``seconds``.

    A visitor's file is read once for all its cards too: its rows stay in the cache for ``seconds``, and are found only
    by who sends the same file. The rows of a source stay for longer, for when it is unavailable.
    """

    sources: Mapping[str, MarketSource]
    cache: Cache
    seconds: float
    flights: Flights = field(default_factory=SingleFlight[bytes])
    today: Callable[[], date] = today_utc
    preparing: SingleFlight[LoadedHistory] = field(default_factory=SingleFlight[LoadedHistory], init=False)

    async def prepare(self, query: Query) -> LoadedHistory:
        """The history that ``query`` asks for; raises what its source and its rows give cause to."""
        ahead = query.by or query.horizon if query.as_of else 0
        return await self.preparing.run(f"{query.prices}:{query.as_of}:{ahead}", lambda: self._prepared(query))

    async def _prepared(self, query: Query) -> LoadedHistory:
        answer, quotes = await self._answer(query)
        history = await self.cache.get(_history_key(answer, query))
        after = await self.cache.get(_following_key(answer, query)) if query.as_of else _NOTHING_FOLLOWS
        if history is None or after is None:
            quotes = quotes or await kept_answer(self.cache, answer.digest)
            if quotes is None:
                # The cache made room for something newer; what is loaded now may differ.
                (answer, quotes), history = await self._load(query), None
            history, after = await self._built(query, answer, quotes, history)
        key, passport = hashlib.sha256(history).hexdigest(), histories.decode_passport(history)
        # The calendar of an exchange takes a while the first time, and whoever answers asks it on the event loop.
        await asyncio.to_thread(sessions_after, passport.calendar, answer.newest, 1)
        seen = query.as_of or self.today()
        age = await asyncio.to_thread(sessions_between, passport.calendar, passport.last_bar, seen)
        return LoadedHistory(history, key, passport, answer.newest, answer.stale, _FOLLOWING.validate_json(after), age)

    async def _built(
        self, query: Query, answer: _Answer, quotes: RawHistory, history: bytes | None
    ) -> tuple[bytes, bytes]:
        """The history, unless there is one already, and what followed it, both kept."""
        if history is None:
            until = await asyncio.to_thread(histories.history_until, quotes, query.as_of)
            history = histories.encode(until)
            await self.cache.set(_history_key(answer, query), history, self.seconds)
        if query.as_of is None:
            return history, _NOTHING_FOLLOWS
        passport = histories.decode_passport(history)
        after = _FOLLOWING.dump_json(following(quotes, passport.last_bar, horizon_of(query, passport)))
        await self.cache.set(_following_key(answer, query), after, self.seconds)
        return history, after

    async def _answer(self, query: Query) -> tuple[_Answer, RawHistory | None]:
        """The source's answer, and its rows where they were loaded just now."""
        if kept := await self.cache.get(_quotes_key(query)):
            return _ANSWER.validate_json(kept), None
        loaded: list[RawHistory] = []

        async def load() -> bytes:
            answer, quotes = await self._load(query)
            loaded.append(quotes)
            return _ANSWER.dump_json(answer)

        answer = _ANSWER.validate_json(await self.flights.run(_quotes_key(query), load))
        return answer, loaded[0] if loaded else None

    async def _load(self, query: Query) -> tuple[_Answer, RawHistory]:
        report("Loading the prices")
        quotes = await (query.upload or self.sources[query.source]).load(query.ticker)
        digest = await keep_answer(self.cache, quotes, self.seconds if query.upload else ANSWER_SECONDS)
        newest = quotes.dates.max().item() if len(quotes.dates) else date.min
        answer = _Answer(digest, newest, quotes.stale)
        # Prices that are old already are asked for again soon, but not by every card of a page.
        seconds = min(self.seconds, _SECONDS_STALE) if quotes.stale else self.seconds
        await self.cache.set(_quotes_key(query), _ANSWER.dump_json(answer), seconds)
        return answer, quotes


def _quotes_key(query: Query) -> str:
    return f"quotes:{query.prices}"


def _history_key(answer: _Answer, query: Query) -> str:
    return f"history:{answer.digest}:{query.as_of}"


def _following_key(answer: _Answer, query: Query) -> str:
    return f"following:{answer.digest}:{query.as_of}:{query.by or query.horizon}"

"""A fair queue in front of the workers: whose turn it is, how many may wait, and how long that takes."""

import asyncio
import contextlib
import math
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from app.compute.engine import Card

T = TypeVar("T")

_QUICK_SECONDS = 0.5
_RANKS = range(3)
_LEAST_SHARE = 8


class JobQueue(Generic[T]):
    """Jobs of cards that have begun come first, then quick cards, then the others; a ticket is a future.

    Among each of these the client goes first who has the fewest jobs running, and clients take turns.
    """

    def __init__(self) -> None:
        self._lines: tuple[dict[str, deque[asyncio.Future[T]]], ...] = tuple({} for _ in _RANKS)
        self._cards: dict[asyncio.Future[T], tuple[Card, int]] = {}
        self._running: Counter[str] = Counter()
        self._refusal: Exception | None = None

    def __len__(self) -> int:
        return len(self._cards)

    def join(self, card: Card, *, again: bool = False) -> asyncio.Future[T]:
        """Take a ticket; a job that has been called before goes ahead of all of its client."""
        ticket: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        if self._refusal is not None:
            ticket.set_exception(self._refusal)
            return ticket
        rank = 0 if again or card.begun else 1 if card.seconds <= _QUICK_SECONDS else 2
        line = self._lines[rank].setdefault(card.client, deque())
        line.appendleft(ticket) if again else line.append(ticket)
        self._cards[ticket] = card, rank
        return ticket

    @property
    def hurry(self) -> bool:
        """Whether any job waits but those of slow cards that have not begun."""
        return any(self._lines[:-1])

    def others_wait(self, client: str) -> bool:
        """Whether anybody else has a job that waits."""
        return any(waiting != client for line in self._lines for waiting in line)

    def ahead(self, ticket: asyncio.Future[T]) -> int:
        """About how many come before it; 0 where it does not wait."""
        if ticket not in self._cards:
            return 0
        card, rank = self._cards[ticket]
        line = self._lines[rank]
        own, turn = line[card.client].index(ticket), [*line].index(card.client)
        before = sum(len(tickets) for ranked in self._lines[:rank] for tickets in ranked.values())
        return before + sum(min(len(tickets), own + (place < turn)) for place, tickets in enumerate(line.values()))

    def leave(self, ticket: asyncio.Future[T]) -> None:
        """Give the ticket up; nothing happens if it was already called."""
        if ticket in self._cards:
            self._take_out(ticket)
            ticket.cancel()

    def call(self, found: T) -> bool:
        """Give ``found`` to whose turn it is; False if nobody waits. The card has ``done`` to be said of it later."""
        for line in self._lines:
            while line:
                client = min(line, key=lambda one: self._running[one])
                ticket = line[client][0]
                card = self._take_out(ticket)
                if not ticket.done():
                    if not card.begun:
                        self._begin(card)
                    self._running[client] += 1
                    ticket.set_result(found)
                    return True
        return False

    def _begin(self, card: Card) -> None:
        card.begun = True
        # What it asked for in one go is ahead too, and no worker is held back for what it may ask for next.
        for ticket in [one for one, (owner, _) in self._cards.items() if owner is card]:
            self._take_out(ticket)
            self._lines[0].setdefault(card.client, deque()).append(ticket)
            self._cards[ticket] = card, 0

    def done(self, card: Card) -> None:
        """A job of it that was called has ended."""
        self._running[card.client] -= 1
        self._running += Counter()

    def close(self, error: Exception) -> None:
        """Send everyone away with the same error, from now on too."""
        self._refusal = error
        for ticket in tuple(self._cards):
            self._take_out(ticket)
            if not ticket.done():
                ticket.set_exception(error)

    def _take_out(self, ticket: asyncio.Future[T]) -> Card:
        card, rank = self._cards.pop(ticket)
        # Whoever had a turn goes to the end of the round.
        line = self._lines[rank].pop(card.client)
        line.remove(ticket)
        if line:
            self._lines[rank][card.client] = line
        return card


class PendingCards:
    """The cards that were admitted and have not ended: an engine can refuse more, and wait for the last job.

    As many may wait as there is time for (``seconds``), at the pace measured lately, and at most ``queue``. What a
    client has beyond its share takes no room from others, and it gets no more while somebody else waits.
    """

    SHORTEST, LONGEST, MEMORY = 1, 30, 0.9

    def __init__(self, queue: int, seconds: float) -> None:
        self._queue, self._seconds = queue, seconds
        self._jobs: Counter[Card] = Counter()
        self._closed = False
        self._none = asyncio.Event()
        self._none.set()
        # Seconds that cards took, and that they were said to take; recent ones count most.
        self._spent = self._stated = 10.0

    def __len__(self) -> int:
        return sum(card.weight for card in self._jobs)

    def has_others(self, client: str) -> bool:
        """Whether cards of anybody else are among them."""
        return any(card.client != client for card in self._jobs)

    @contextlib.contextmanager
    def admitted(
        self, card: Card, workers: int, refusal: Callable[[], Exception], *, others_wait: bool = False
    ) -> Iterator[None]:
        """Count a job of ``card`` meanwhile; raises ``refusal()`` where that is a card too many, or after ``drain``."""
        known = card in self._jobs or card.begun
        if self._closed or not workers or not (known or self._has_room(card, workers, others_wait=others_wait)):
            raise refusal()
        if card not in self._jobs:
            card.leaving.append(self._forget)
        self._jobs[card] += 1
        self._none.clear()
        try:
            yield
        finally:
            self._jobs[card] -= 1
            self._forget(card)
            if not self._jobs.total():
                self._none.set()

    async def drain(self, seconds: float) -> None:
        """Admit no more, and return when the last job has ended or after so many ``seconds``."""
        self._closed = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._none.wait()

    def until_done(self, workers: int) -> int:
        """Guess after how many whole seconds the present cards are done."""
        work = sum(card.weight * card.seconds for card in self._jobs)
        return min(self.LONGEST, max(self.SHORTEST, math.ceil(self._pace * work / max(1, workers))))

    @property
    def _pace(self) -> float:
        return self._spent / self._stated

    def _has_room(self, card: Card, workers: int, *, others_wait: bool) -> bool:
        share = max(_LEAST_SHARE, workers + self._queue // 4)
        cards, work = Counter[str](), defaultdict[str, float](float)
        for one in self._jobs:
            cards[one.client] += one.weight
            work[one.client] += one.weight * one.seconds
        own, later = cards[card.client] + card.weight, work[card.client] + card.weight * card.seconds
        if others_wait and cards[card.client] and own > share:
            return False
        places = own + sum(min(count, share) for client, count in cards.items() if client != card.client)
        # Clients take turns, so of each other one as much comes first as of this one.
        before = work[card.client] + sum(min(one, later) for client, one in work.items() if client != card.client)
        # Whoever comes first is never too many.
        return not self._jobs or (places <= workers + self._queue and self._pace * before / workers <= self._seconds)

    def _forget(self, card: Card) -> None:
        if card.over and card in self._jobs and not self._jobs[card]:
            del self._jobs[card]
            if card.spent:
                self._spent = self.MEMORY * self._spent + card.spent
                self._stated = self.MEMORY * self._stated + card.weight * card.seconds

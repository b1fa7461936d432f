"""A fair queue in front of the workers, and an honest guess at how long it takes."""

import asyncio
import contextlib
import math
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class JobQueue(Generic[T]):
    """First come, first served: a ticket is a future of what is waited for."""

    def __init__(self) -> None:
        self._tickets: deque[asyncio.Future[T]] = deque()
        self._refusal: Exception | None = None

    def __len__(self) -> int:
        return len(self._tickets)

    def join(self, *, ahead: bool = False) -> asyncio.Future[T]:
        """Take a ticket, at the end or (for a job that has waited before) ahead of everyone."""
        ticket: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        if self._refusal is not None:
            ticket.set_exception(self._refusal)
        elif ahead:
            self._tickets.appendleft(ticket)
        else:
            self._tickets.append(ticket)
        return ticket

    def ahead(self, ticket: asyncio.Future[T]) -> int:
        """How many come before it; 0 where it does not wait."""
        return self._tickets.index(ticket) if ticket in self._tickets else 0

    def leave(self, ticket: asyncio.Future[T]) -> None:
        """Give the ticket up; nothing happens if it was already called."""
        if ticket in self._tickets:
            self._tickets.remove(ticket)
            ticket.cancel()

    def call(self, found: T) -> bool:
        """Give ``found`` to the first who still waits; False if nobody does."""
        while self._tickets:
            ticket = self._tickets.popleft()
            if not ticket.done():
                ticket.set_result(found)
                return True
        return False

    def close(self, error: Exception) -> None:
        """Send everyone away with the same error, from now on too."""
        self._refusal = error
        while self._tickets:
            ticket = self._tickets.popleft()
            if not ticket.done():
                ticket.set_exception(error)


class PendingJobs:
    """Counts the jobs that were admitted and have not ended: an engine can refuse more, and wait for the last."""

    def __init__(self) -> None:
        self._count = 0
        self._closed = False
        self._none = asyncio.Event()
        self._none.set()

    def __len__(self) -> int:
        return self._count

    @contextlib.contextmanager
    def admitted(self, most: int, refusal: Callable[[], Exception]) -> Iterator[None]:
        """Count one job meanwhile; raises ``refusal()`` where there are ``most`` already, or after ``drain``."""
        if self._closed or self._count >= most:
            raise refusal()
        self._count += 1
        self._none.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._none.set()

    async def drain(self, seconds: float) -> None:
        """Admit no more, and return when the last job has ended or after so many ``seconds``."""
        self._closed = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._none.wait()


class ThroughputEstimate:
    """How fast jobs go lately, as a moving average; it starts at two seconds a job."""

    SHORTEST, LONGEST, MEMORY = 1, 30, 0.9

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._seconds = 2.0

    def observe(self, seconds: float) -> None:
        """Take one finished job into account."""
        self._seconds = self.MEMORY * self._seconds + (1 - self.MEMORY) * seconds

    def until_done(self, jobs: int) -> int:
        """Guess after how many whole seconds ``jobs`` more are done."""
        return min(self.LONGEST, max(self.SHORTEST, math.ceil(self._seconds * jobs / self._workers)))

"""Callers who want the same thing at the same time share one computation of it."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")


class Flights(Protocol):
    """Where equal computations of bytes meet, in one process or among all."""

    async def run(self, key: str, make: Callable[[], Coroutine[Any, Any, bytes]]) -> bytes:
        """Await what ``make()`` gives, together with all others who asked for ``key`` meanwhile."""


@dataclass(slots=True)
class _Flight(Generic[T]):
    task: asyncio.Task[T]
    passengers: int = 0


class SingleFlight(Generic[T]):
    """Counts who still waits, so that one who leaves hurts nobody and the last who leaves cancels the work."""

    def __init__(self) -> None:
        self._flights: dict[str, _Flight[T]] = {}
        # The event loop itself holds tasks only weakly.
        self._tasks: set[asyncio.Task[T]] = set()

    def __len__(self) -> int:
        return len(self._flights)

    async def run(self, key: str, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Await what ``make()`` gives, together with all others who asked for ``key`` meanwhile.

        An error reaches all of them; neither errors nor values are kept for those who come later.
        """
        flight = self._flights.get(key) or self._depart(key, make)
        flight.passengers += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.passengers -= 1
            if not flight.passengers and not flight.task.done():
                self._land(key, flight.task)
                flight.task.cancel()

    def _depart(self, key: str, make: Callable[[], Coroutine[Any, Any, T]]) -> _Flight[T]:
        task = asyncio.create_task(make())
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._land(key, done))
        task.add_done_callback(self._tasks.discard)
        flight = self._flights[key] = _Flight(task)
        return flight

    def _land(self, key: str, task: asyncio.Task[T]) -> None:
        # A newcomer may have started the same key again while a cancelled task was still ending.
        flight = self._flights.get(key)
        if flight is not None and flight.task is task:
            del self._flights[key]

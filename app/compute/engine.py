"""The promise every engine keeps, wherever its workers are, and an engine that starts with its first job."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

from app.compute.errors import JobFailedError, JobTimeoutError

_PATIENCE = 180.0


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """How an engine is doing now; ``failure`` says why workers cannot warm up, as long as one cannot."""

    expected: int
    warm: int
    running: int
    waiting: int
    restarts: int
    failure: str | None = None

    @property
    def ready(self) -> bool:
        """Whether a job handed in now would find a worker that can take it."""
        return self.warm > 0


@dataclass(eq=False, slots=True)
class Card:
    """What a client asked for, which may be several jobs: an engine admits all of them or none.

    It counts as so many cards (``weight``), each of about so many ``seconds`` on one core. ``begun`` is set once a
    worker has had one of its jobs, and ``counted`` once its work counts among that of all visitors. A ``single`` one
    has no second job.
    """

    client: str = ""
    weight: int = 1
    seconds: float = 0.1
    begun: bool = False
    single: bool = False
    counted: bool = False
    over: bool = False
    spent: float = 0.0
    leaving: list[Callable[["Card"], None]] = field(default_factory=list)

    def end(self) -> None:
        """Nobody waits for it any more; whoever is in ``leaving`` hears so."""
        self.over = True
        for hear in self.leaving:
            hear(self)


CARD: ContextVar[Card | None] = ContextVar("card", default=None)
"""What the present task works for; a job of its own where None."""


@contextmanager
def working_for(card: Card) -> Iterator[Card]:
    """Meanwhile the present task, and those it starts, work for ``card``."""
    token = CARD.set(card)
    try:
        yield card
    finally:
        CARD.reset(token)
        card.end()


class Engine(Protocol):
    """Runs named functions of bytes on worker processes."""

    async def start(self) -> None:
        """Return at once; the workers come up in the background."""

    async def stop(self) -> None:
        """Let running jobs end for a moment, then leave no process and no file."""

    async def run(self, function: str, *payload: bytes) -> bytes:
        """Call ``"package.module:callable"`` on a worker; cancelling the awaiting task cancels the job.

        Raises what the function raised, or one of ``app.compute.errors``. Where the task has a
        ``progress.LISTENER``, an engine that can calls the function with a keyword ``say`` too.
        """

    def status(self) -> EngineStatus:
        """Tell at once how the workers are; never waits."""


class LazyEngine:
    """Wraps another engine, for who may need none and can wait for the workers to warm up.

    The wait for its first warm worker does not count as a wait in its queue.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting = asyncio.Lock()
        self._started = False

    async def start(self) -> None:
        """Nothing yet."""

    async def stop(self) -> None:
        """Stop what was started."""
        if self._started:
            await self._engine.stop()

    def status(self) -> EngineStatus:
        """The other engine's."""
        return self._engine.status()

    async def run(self, function: str, *payload: bytes) -> bytes:
        """Run the job on a warm worker; raises ``JobFailedError`` too where none can warm up."""
        async with self._waiting:
            if not self._started:
                self._started = True
                await self._engine.start()
            await self._until_ready()
        return await self._engine.run(function, *payload)

    async def _until_ready(self) -> None:
        begun = asyncio.get_running_loop().time()
        while not (status := self._engine.status()).ready:
            if status.failure:
                raise JobFailedError(status.failure)
            if asyncio.get_running_loop().time() - begun > _PATIENCE:
                raise JobTimeoutError(_PATIENCE)
            await asyncio.sleep(0.05)

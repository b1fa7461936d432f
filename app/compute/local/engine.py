"""The engine for one machine: a fair queue in front of warm worker processes next door."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from app.compute.call import CallResult
from app.compute.engine import CARD, Card, EngineStatus, working_for
from app.compute.errors import OutOfMemoryError, OverloadedError, WorkerDiedError
from app.compute.local.pool import PoolConfig, WorkerPool
from app.compute.local.process import WorkerProcess
from app.compute.local.queue import JobQueue, PendingCards
from app.compute.progress import LISTENER, ProgressSocket, report

ATTEMPTS = 2
WARMING_UP = 10
_LOOK_AGAIN = 0.5
_MOMENT = 0.05
_OFTEN_ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """How many cards may wait and for how long, how long a job may run, and after how many a worker is replaced.

    A job of a quick card has ``quick_seconds``, of others more, up to ``job_seconds``.
    """

    queue: int = 24
    queue_seconds: float = 20.0
    quick_seconds: float = 10.0
    job_seconds: float = 30.0
    max_tasks: int = 0
    drain_seconds: float = 2.0

    def seconds_for(self, card: Card) -> float:
        """How long each job of ``card`` may run, by how long all of that is said to take on one core."""
        return min(self.job_seconds, self.quick_seconds + _OFTEN_ENOUGH * card.weight * card.seconds)


class LocalEngine:
    """Needs a running event loop from ``start`` on; one per process, because Python has one fork server."""

    def __init__(self, plan: PoolConfig, limits: Limits | None = None) -> None:
        self._plan, self._limits = plan, limits or Limits()
        self._crew = WorkerPool(plan, self._serve)
        self._progress = ProgressSocket()
        self._line: JobQueue[WorkerProcess] = JobQueue()
        self._pending = PendingCards(self._limits.queue, self._limits.queue_seconds)

    @property
    def home(self) -> Path:
        """The directory that goes when this engine does, even if it is killed; there is one from ``start`` on."""
        return self._crew.home

    async def start(self) -> None:
        """Return at once; the workers come up in the background."""
        await self._progress.open()
        await self._crew.start()

    async def stop(self) -> None:
        """Let jobs end for ``drain_seconds``, then leave no process and no file."""
        await self._pending.drain(self._limits.drain_seconds)
        self._line.close(self._overloaded())
        await self._crew.stop()
        self._progress.close()

    async def run(self, function: str, *payload: bytes) -> bytes:
        """Call ``"package.module:callable"`` on a worker; cancelling the awaiting task cancels the job.

        Raises what the function raised, or one of ``app.compute.errors``.
        """
        return (await self.outcome(function, *payload)).value()

    async def outcome(self, function: str, *payload: bytes) -> CallResult:
        """The same, with the answer or the function's own error yet to be taken out; raises the other errors."""
        if (card := CARD.get()) is None:
            with working_for(Card(single=True)) as card:
                return await self._outcome(card, function, payload)
        return await self._outcome(card, function, payload)

    async def _outcome(self, card: Card, function: str, payload: tuple[bytes, ...]) -> CallResult:
        others_wait = self._line.others_wait(card.client)
        admitted = self._pending.admitted(card, self._plan.workers, self._overloaded, others_wait=others_wait)
        with admitted, self._progress.listening(function, payload) as (called, given):
            left = self._limits.seconds_for(card)
            for attempt in range(ATTEMPTS):
                begun = card.spent
                outcome = await self._attempt(card, called, given, left, again=attempt > 0)
                # Both attempts have the time of one; a worker that fell silent has used up some of it.
                left = max(left / 2, left - (card.spent - begun))
                if outcome is not None and not outcome.starved:
                    return outcome
            patience = self._patience()
            raise WorkerDiedError(patience) if outcome is None else OutOfMemoryError(patience)

    def status(self) -> EngineStatus:
        """Tell at once how the workers are; never waits."""
        lives = self._crew.lives
        return EngineStatus(
            expected=self._plan.workers,
            warm=sum(worker.warm and not worker.over.done() for worker in lives),
            running=sum(worker.busy for worker in lives),
            waiting=len(self._line),
            restarts=max(0, self._crew.begun - self._plan.workers),
            failure=next(iter(self._crew.failures.values()), None),
        )

    async def _attempt(
        self, card: Card, function: str, payload: tuple[bytes, ...], seconds: float, *, again: bool
    ) -> CallResult | None:
        async with self._turn(card, again=again) as worker:
            begun = time.monotonic()
            outcome = await worker.do(function, payload, seconds)
            card.spent += time.monotonic() - begun
            if self._has_served(worker) or (outcome is not None and outcome.starved):
                worker.finish()
        return outcome

    def _has_served(self, worker: WorkerProcess) -> bool:
        """Whether the worker has to go; while somebody waits or another one warms up, it may do as much again."""
        most = self._limits.max_tasks
        calm = not self._line and all(other.warm and not other.over.done() for other in self._crew.lives)
        return bool(most) and worker.jobs >= (most if calm else 2 * most)

    @contextlib.asynccontextmanager
    async def _turn(self, card: Card, *, again: bool) -> AsyncIterator[WorkerProcess]:
        ticket = self._line.join(card, again=again)
        self._serve()
        try:
            yield await self._called(ticket)
        finally:
            self._line.leave(ticket)
            # A worker given to somebody who left at that very moment goes back just like one that was used.
            if ticket.done() and not ticket.cancelled() and ticket.exception() is None:
                ticket.result().busy = False
                self._line.done(card)
            if card.over or card.single or self._line.hurry:
                self._serve()
            else:
                # What this card needs next comes in a moment, and should not wait for a slow job begun just before.
                asyncio.get_running_loop().call_later(_MOMENT, self._serve)

    async def _called(self, ticket: asyncio.Future[WorkerProcess]) -> WorkerProcess:
        try:
            # Until the first worker is warm nobody could be served, so the wait in the queue is counted from there.
            async with asyncio.timeout(self._plan.warm_seconds):
                if not self._crew.opened.is_set():
                    report("Starting the models")
                await self._crew.opened.wait()
            async with asyncio.timeout(self._limits.queue_seconds):
                await self._announced(ticket)
                return await ticket
        except TimeoutError:
            raise self._overloaded() from None

    async def _announced(self, ticket: asyncio.Future[WorkerProcess]) -> None:
        """Tell who hears the present task how many are ahead, until its turn has come."""
        while LISTENER.get() is not None and not ticket.done():
            ahead = self._line.ahead(ticket)
            report(f"Waiting in the queue, {ahead} ahead" if ahead else "Next in the queue")
            await asyncio.wait({ticket}, timeout=_LOOK_AGAIN)

    def _serve(self) -> None:
        while self._line and (worker := self._crew.idle()) is not None:
            worker.busy = self._line.call(worker)

    def _overloaded(self) -> OverloadedError:
        return OverloadedError(self._patience() if self.status().ready else WARMING_UP)

    def _patience(self) -> int:
        return self._pending.until_done(self._plan.workers)

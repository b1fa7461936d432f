"""The engine for many machines: the same guarded calls in the workers of a Dask scheduler."""

import asyncio
import contextlib
from dataclasses import replace
from typing import Any

from distributed import Client, Future
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

from app.compute.call import CallResult
from app.compute.dask.connection import SchedulerConnection
from app.compute.dask.job import JobOrder, Parts, key_of, perform
from app.compute.engine import CARD, Card, EngineStatus, working_for
from app.compute.errors import JobTimeoutError, OverloadedError, WorkerDiedError
from app.compute.local.engine import ATTEMPTS, WARMING_UP, Limits
from app.compute.local.queue import PendingCards
from app.compute.progress import report

_ON_THE_WAY = 5.0


class DaskEngine:
    """Jobs wait, run and are killed in the local engines of the workers, by limits of their own.

    This end refuses what is too much for all of them together, and what finds none of them within ``warm_seconds``.
    Equal jobs of all replicas are one.
    """

    def __init__(self, scheduler: str, build: str, limits: Limits | None = None, warm_seconds: float = 20.0) -> None:
        self._build, self._limits = build, limits or Limits()
        self._connection, self._warm_seconds = SchedulerConnection(scheduler, build), warm_seconds
        self._pending = PendingCards(self._limits.queue, self._limits.queue_seconds)

    async def start(self) -> None:
        """Return at once; the line to the scheduler comes up in the background."""
        await self._connection.start()

    async def stop(self) -> None:
        """Let jobs end for ``drain_seconds``, then leave."""
        await self._pending.drain(self._limits.drain_seconds)
        await self._connection.stop()

    async def run(self, function: str, *payload: bytes) -> bytes:
        """Call ``"package.module:callable"`` on a worker; cancelling the awaiting task cancels the job.

        Raises what the function raised, or one of ``app.compute.errors``.
        """
        if (card := CARD.get()) is None:
            with working_for(Card()) as card:
                return await self._run(card, function, payload)
        return await self._run(card, function, payload)

    async def _run(self, card: Card, function: str, payload: tuple[bytes, ...]) -> bytes:
        with self._pending.admitted(card, self._workers, self._overloaded, others_wait=self._others_wait(card)):
            for attempt in range(ATTEMPTS):
                parts = await self._attempt(card, attempt, function, payload)
                if parts is not None:
                    card.begun = True
                    return CallResult(*parts).value()
            raise WorkerDiedError(self._patience())

    def status(self) -> EngineStatus:
        """How the workers are; running and waiting are the jobs of this replica only. Never waits."""
        workers = self._connection.status()
        running = min(len(self._pending), workers.warm)
        return replace(workers, running=running, waiting=len(self._pending) - running)

    @property
    def _workers(self) -> int:
        return 0 if self._connection.away else max(1, self._connection.status().expected)

    def _others_wait(self, card: Card) -> bool:
        """Whether there may be somebody else for whom no worker is free."""
        return self._pending.has_others(card.client) and self.status().waiting > 0

    async def _attempt(self, card: Card, attempt: int, function: str, payload: tuple[bytes, ...]) -> Parts | None:
        """The parts of the job's outcome, or None if its workers are gone."""
        client, addresses = await self._connected()
        key = key_of(f"{self._build} {attempt}", function, payload)
        with self._connection.listening(key) as reports:
            order = JobOrder(key, function, reports, card.client, card.weight * card.seconds, card.begun)
            future = client.submit(perform, order.pack(), *payload, key=key, workers=addresses, pure=False)
            return await self._awaited(future, addresses, self._limits.seconds_for(card))

    async def _awaited(self, future: Future[Any], addresses: list[str], seconds: float) -> Parts | None:
        answer, lost = asyncio.ensure_future(future.result()), asyncio.create_task(self._connection.lose(addresses))
        try:
            async with asyncio.timeout(self._limits.queue_seconds + seconds + _ON_THE_WAY):
                await asyncio.wait({answer, lost}, return_when=asyncio.FIRST_COMPLETED)
            return await answer if answer.done() else None
        except KilledWorker:
            raise WorkerDiedError(self._patience()) from None
        except TimeoutError:
            raise JobTimeoutError(seconds) from None
        except (FutureCancelledError, OSError):
            raise self._overloaded() from None
        finally:
            # The last one who lets go of a job cancels it.
            future.release()
            answer.cancel()
            lost.cancel()

    async def _connected(self) -> tuple[Client, list[str]]:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._warm_seconds):
                if not self.status().ready:
                    report("Starting the models")
                await self._connection.open()
        client, addresses = self._connection.client, self._connection.addresses
        if client is None or not addresses:
            raise self._overloaded()
        return client, addresses

    def _patience(self) -> int:
        return self._pending.until_done(self._workers)

    def _overloaded(self) -> OverloadedError:
        return OverloadedError(self._patience() if self.status().ready else WARMING_UP)

"""A Dask worker that hands every job to the engine beside it, whose processes can be killed without it."""

import asyncio
import contextlib
import logging
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dask.typing import Key
from distributed import Scheduler, Worker
from distributed.diagnostics.plugin import WorkerPlugin

from app.compute.call import failed
from app.compute.dask.connection import reconnect_forever
from app.compute.dask.job import WORKSHOP, JobOrder, Parts, parts_of
from app.compute.engine import Card, working_for
from app.compute.errors import ComputeError
from app.compute.local.engine import LocalEngine
from app.compute.progress import LISTENER, Listener

log = logging.getLogger(__name__)

_FAREWELL = 2.0
# More jobs than the engine takes would only wait unseen; it refuses them itself.
_JOBS_A_SLOT = 32


class EnginePlugin(WorkerPlugin):
    """Lends an engine that runs code of one ``build`` to a Dask worker, and cancels what nobody waits for."""

    name = WORKSHOP

    def __init__(self, engine: LocalEngine, build: str) -> None:
        self._engine, self._build = engine, build
        self._jobs: dict[Key, asyncio.Task[Parts]] = {}

    async def perform(self, order: JobOrder, payload: tuple[bytes, ...], say: Listener | None) -> Parts | None:
        """Do the job, which reports to ``say``; None if it was cancelled."""
        job = self._jobs[order.key] = asyncio.create_task(self._done(order, payload, say))
        try:
            await asyncio.wait({job})
            return None if job.cancelled() else job.result()
        finally:
            del self._jobs[order.key]
            job.cancel()

    async def _done(self, order: JobOrder, payload: tuple[bytes, ...], say: Listener | None) -> Parts:
        LISTENER.set(say)
        with working_for(Card(order.client, seconds=order.seconds, begun=order.begun, single=True)):
            try:
                return parts_of(await self._engine.outcome(order.function, *payload))
            except ComputeError as error:
                return parts_of(failed(error))

    def transition(self, key: Key, start: str, finish: str, **_: object) -> None:
        """Dask calls this for every change of a job's state."""
        if start == "executing" and finish == "released" and key in self._jobs:
            self._jobs[key].cancel()

    def report(self, worker: object) -> dict[str, Any]:
        """What the scheduler is told with every heartbeat."""
        return {"build": self._build, **asdict(self._engine.status())}


async def serve_jobs(plugin: EnginePlugin, scheduler: str, slots: int, home: Path) -> None:
    """Do the scheduler's jobs, as many as ``slots`` at a time; when it is lost, look for it until it is back."""

    async def note_lost(error: BaseException | None) -> None:
        log.warning("The Dask scheduler is away: %r", error)

    await reconnect_forever(lambda: _shift(plugin, scheduler, slots, home), note_lost)


async def _shift(plugin: EnginePlugin, scheduler: str, slots: int, home: Path) -> None:
    worker = Worker(
        scheduler,
        nthreads=slots * _JOBS_A_SLOT,
        local_directory=str(home),
        plugins=(plugin,),
        metrics={WORKSHOP: plugin.report},
        heartbeat_interval="500ms",
        # Nothing stays in its memory for longer than it takes to be fetched.
        memory_limit=0,
    )
    try:
        await worker
        await worker.finished()
    except asyncio.CancelledError:
        # Jobs of one who leaves in good order are done elsewhere, and nobody is blamed.
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(_FAREWELL):
                farewell = {"address": worker.address, "stimulus_id": "told to end"}
                await worker.scheduler.unregister(**farewell, expected=True, close=False)
        raise
    finally:
        await worker.close()


async def schedule(host: str, port: int) -> None:
    """Bring jobs and workers together there, until cancelled."""
    with tempfile.TemporaryDirectory(prefix="scheduler-") as home:
        async with Scheduler(
            host=host, port=port, allowed_failures=1, local_directory=home, dashboard=False, dashboard_address=":0"
        ) as scheduler:
            await scheduler.finished()

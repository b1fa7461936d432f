"""Keeps the wanted number of workers alive and warm, one worker after another in each place."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from app.compute.local.fork_server import NICENESS, ForkServer
from app.compute.local.process import WorkerProcess
from app.compute.readiness import Report, listen

log = logging.getLogger(__name__)
_BEATS = 4
_END_SECONDS = 10.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PoolConfig:
    """How many workers, what they inherit, which function warms each of them, and for how long that may take.

    One that is silent for ``silent_seconds`` is replaced, and its job is done by another. A ``fork_server`` may have
    been opened before.
    """

    workers: int
    preload: tuple[str, ...] = ()
    warm: str = ""
    warm_seconds: float = 90.0
    first_pause: float = 2.0
    longest_pause: float = 60.0
    niceness: int = NICENESS
    silent_seconds: float = 6.0
    fork_server: ForkServer | None = None

    def pause(self, failures: int) -> float:
        """Seconds to wait after that many failed warm-ups in a row: twice as long each time."""
        return min(self.longest_pause, self.first_pause * 2.0 ** (failures - 1)) if failures else 0.0


class WorkerPool:
    """Calls ``on_idle`` whenever a worker becomes able to take a job."""

    def __init__(self, plan: PoolConfig, on_idle: Callable[[], None]) -> None:
        self._plan, self._on_idle = plan, on_idle
        self.opened = asyncio.Event()
        self.begun = 0
        self.failures: dict[int, str] = {}
        self._lives: dict[int, WorkerProcess] = {}
        self._closed = asyncio.Event()
        self._threads = ThreadPoolExecutor(plan.workers, thread_name_prefix="compute")

    @property
    def lives(self) -> tuple[WorkerProcess, ...]:
        """The present worker of each place."""
        return tuple(self._lives.values())

    @property
    def home(self) -> Path:
        """Where the files of all workers are."""
        return self._nursery.home

    async def start(self) -> None:
        """Start the fork server and let every place be tended from now on."""
        self._nursery = self._plan.fork_server or ForkServer(self._plan.preload, self._plan.niceness)
        self._nursery.open()
        self._transport, self._port = await listen(self._receive)
        self._listening = asyncio.create_task(self._replace_silent())
        self._tending = [asyncio.create_task(self._tend(place)) for place in range(self._plan.workers)]

    async def stop(self, patience: float = 1.5) -> None:
        """Kill every worker; afterwards no process, thread or file of theirs is left."""
        self._closed.set()
        self.opened.set()
        for worker in self.lives:
            worker.finish()
        await asyncio.wait(self._tending, timeout=patience)
        # A place may still wait for a fork server that is busy importing; killing that one frees it.
        self._nursery.close()
        await asyncio.wait(self._tending)
        self._nursery.clear()
        self._listening.cancel()
        self._transport.close()
        self._threads.shutdown()

    def idle(self) -> WorkerProcess | None:
        """Find a worker that can take a job now."""
        return next((worker for worker in self.lives if worker.idle), None)

    async def _tend(self, place: int) -> None:
        failed = 0
        while not self._closed.is_set():
            self.begun += 1
            failure = await self._live(place)
            failed = failed + 1 if failure else 0
            await self._note(place, failure, self._plan.pause(failed))

    async def _live(self, place: int) -> str | None:
        try:
            self._nursery.open()
            given = self._plan.warm, self._plan.silent_seconds / _BEATS
            worker = self._lives[place] = WorkerProcess(self._nursery, self._port, *given)
            await self._accompany(worker)
        except (BrokenProcessPool, OSError, EOFError) as error:
            cause = error.__cause__ or error
            return f"{type(cause).__qualname__}: {cause}"
        return worker.failure

    async def _accompany(self, worker: WorkerProcess) -> None:
        loop = asyncio.get_running_loop()
        try:
            sentinel = await self._in_thread(worker.begin, self._plan.warm_seconds)
            loop.add_reader(sentinel, worker.finish)
            worker.over.add_done_callback(lambda _: loop.remove_reader(sentinel))
            await self._warmed(worker)
            await worker.over
        finally:
            worker.finish()
            await self._in_thread(worker.end, _END_SECONDS)

    async def _in_thread(self, step: Callable[[], T], seconds: float) -> T:
        """Do what waits for the fork server; one that takes longer hangs, and is killed, which ends the wait.

        Then every worker goes with it, and has a successor from the next one.
        """
        running = asyncio.get_running_loop().run_in_executor(self._threads, step)
        done, _ = await asyncio.wait({running}, timeout=seconds)
        if not done:
            log.warning("the fork server does not answer and is replaced")
            self._nursery.close()
        return await running

    async def _replace_silent(self) -> None:
        """End whoever has said nothing for too long, whether it has a job or not."""
        pause, loop = self._plan.silent_seconds / _BEATS, asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(pause)
            late = loop.time() - before - pause
            for place, worker in self._lives.items():
                # While this process itself stood still, no report could arrive.
                worker.last_report += late
                if (
                    worker.warm
                    and not worker.over.done()
                    and loop.time() - worker.last_report > self._plan.silent_seconds
                ):
                    log.warning("worker %d is silent and is replaced", place)
                    worker.finish()

    async def _warmed(self, worker: WorkerProcess) -> None:
        try:
            async with asyncio.timeout(self._plan.warm_seconds):
                await worker.settled.wait()
        except TimeoutError:
            worker.settle(f"A worker was not warm after {self._plan.warm_seconds:g} s.")
            worker.finish()
        if not worker.warm and not worker.failure and not self._closed.is_set():
            worker.failure = "A worker died while it warmed up."

    def _receive(self, report: Report) -> None:
        for place, worker in self._lives.items():
            if str(worker.home) != report.home:
                continue
            worker.last_report = asyncio.get_running_loop().time()
            if not worker.settled.is_set():
                worker.settle(report.failure)
                if worker.warm:
                    self._welcome(place)

    def _welcome(self, place: int) -> None:
        self.failures.pop(place, None)
        self.opened.set()
        self._on_idle()

    async def _note(self, place: int, failure: str | None, pause: float) -> None:
        if failure is None:
            return
        self.failures[place] = failure
        self.opened.set()
        log.error("worker %d cannot warm up, next try in %g s: %s", place, pause, failure)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._closed.wait()

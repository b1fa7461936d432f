"""One worker process as the web process sees it, from its fork to the removal of its last file."""

import asyncio
import contextlib
import multiprocessing
import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pebble.common

from app.compute.call import CallResult
from app.compute.errors import JobFailedError, JobTimeoutError
from app.compute.local import worker
from app.compute.local.fork_server import ForkServer

pebble.common.CONSTS.term_timeout = 0.5


class WorkerProcess:
    """A pebble pool of one, given up with its process, because a killed worker can leave its pool's locks held."""

    def __init__(self, fork_server: ForkServer, port: int, warm: str, beat: float) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="worker-", dir=fork_server.home))
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.settled = asyncio.Event()
        self.warm = self.busy = False
        self.last_report = 0.0
        self.jobs = 0
        self.failure: str | None = None
        self._processes: list[WatchedProcess] = []
        self._pool = pebble.ProcessPool(
            max_workers=1,
            initializer=worker.enter,
            initargs=(worker.WorkerConfig(self.home, fork_server.lifeline, port, warm, beat),),
            context=WatchedContext(self._processes.append),
        )

    @property
    def idle(self) -> bool:
        """Whether a job could start on it this instant."""
        return self.warm and not self.busy and not self.over.done()

    def begin(self) -> int:
        """Fork the process and give a descriptor that is readable when it dies; blocks, so call it in a thread."""
        # Asking a pebble pool whether it is active is what starts it.
        if not self._pool.active:
            raise OSError("the worker's pool did not start")
        return self._processes[0].sentinel

    def settle(self, failure: str) -> None:
        """Take note that the warm-up is over."""
        self.warm, self.failure = not failure, failure or None
        self.settled.set()

    def finish(self) -> None:
        """Take note that this worker will do nothing more."""
        if not self.over.done():
            self.over.set_result(None)
        self.settled.set()

    async def do(self, function: str, payload: tuple[bytes, ...], seconds: float) -> CallResult | None:
        """Run one job; None if the worker died of it. A job that is cancelled or takes too long ends this life."""
        try:
            answer = asyncio.wrap_future(self._pool.schedule(worker.work, args=(function, *payload)))
        except RuntimeError:
            self.finish()
            return None
        answer.add_done_callback(_seen)
        try:
            async with asyncio.timeout(seconds):
                await asyncio.wait({answer, self.over}, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            raise JobTimeoutError(seconds) from None
        finally:
            if not answer.done() or answer.exception():
                self.finish()
        self.jobs += 1
        return _opened(answer)

    def end(self) -> None:
        """Kill the process with all its children and remove its files; blocks, so call it in a thread."""
        self._pool.stop()
        self._kill()
        self._pool.join()
        # Until it noticed the stop, pebble may have started a successor.
        self._kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def _kill(self) -> None:
        for process in tuple(self._processes):
            # The group outlives its leader, and a fresh process has no group yet: both, then.
            if process.pid:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            process.kill()


def _opened(answer: asyncio.Future[CallResult]) -> CallResult | None:
    if not answer.done():
        return None
    error = answer.exception()
    if error is None:
        return answer.result()
    if isinstance(error, pebble.ProcessExpired | BrokenProcessPool):
        return None
    raise JobFailedError(type(error).__qualname__)


def _seen(answer: asyncio.Future[CallResult]) -> None:
    # An error that comes after everybody has left is nobody's to retrieve.
    if not answer.cancelled():
        answer.exception()


class WatchedProcess(ForkServerProcess):
    """A process that calls ``born`` with itself as soon as it has a pid."""

    def __init__(self, born: "Callable[[WatchedProcess], None]", **wanted: Any) -> None:
        super().__init__(**wanted)
        self._born = born

    def start(self) -> None:
        """Fork, then announce."""
        super().start()
        self._born(self)

    def __getstate__(self) -> dict[str, Any]:
        # The process travels to its own child, where nobody waits for the announcement.
        return {name: value for name, value in self.__dict__.items() if name != "_born"}


class WatchedContext:
    """As much of a multiprocessing context as pebble asks for."""

    def __init__(self, born: Callable[[WatchedProcess], None]) -> None:
        context = multiprocessing.get_context("forkserver")
        self.Pipe, self.RLock = context.Pipe, context.RLock
        self._born = born

    def Process(self, **wanted: Any) -> WatchedProcess:  # noqa: N802 - multiprocessing's name.
        """Make a process that will be announced."""
        return WatchedProcess(self._born, **wanted)

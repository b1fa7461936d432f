"""The line to a Dask scheduler, which mends itself, and what the workers behind it said last."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from distributed import Client

from app.compute.dask.job import SAID, WORKSHOP
from app.compute.engine import EngineStatus
from app.compute.progress import LISTENER, LONGEST, Listener

log = logging.getLogger(__name__)

_LOOK_AGAIN = 0.5
_PATIENCE = 5.0
_AWAY = "The Dask scheduler does not answer."


class SchedulerConnection:
    """All workers whose code is of the same ``build``."""

    def __init__(self, scheduler: str, build: str) -> None:
        self._scheduler, self._build = scheduler, build
        self._client: Client | None = None
        self._crews: dict[str, EngineStatus] = {}
        self._news = asyncio.Condition()
        self._listeners: defaultdict[str, list[Listener]] = defaultdict(list)
        self.away: str | None = None

    @property
    def client(self) -> Client | None:
        """Who hands jobs to the scheduler, as long as it is there."""
        return self._client if self._client is not None and self._client.status == "running" else None

    @property
    def addresses(self) -> list[str]:
        """Workers that can take a job now."""
        return [address for address, crew in self._crews.items() if crew.warm]

    def status(self) -> EngineStatus:
        """The sum over all workers."""
        crews = self._crews.values()
        return EngineStatus(
            expected=sum(crew.expected for crew in crews),
            warm=sum(crew.warm for crew in crews),
            running=sum(crew.running for crew in crews),
            waiting=sum(crew.waiting for crew in crews),
            restarts=sum(crew.restarts for crew in crews),
            failure=self.away or next((crew.failure for crew in crews if crew.failure), None),
        )

    async def start(self) -> None:
        """Connect in the background, as often as it takes."""
        self._watching = asyncio.create_task(reconnect_forever(self._visit, self._note_lost))

    async def stop(self) -> None:
        """Leave the scheduler; whoever still waits for a job is told that it was cancelled."""
        self._watching.cancel()
        await asyncio.wait({self._watching})

    async def open(self) -> None:
        """Return when a job can be taken, or as soon as it is known why none can."""
        async with self._news:
            await self._news.wait_for(lambda: self.status().ready or self.status().failure)

    async def lose(self, addresses: Collection[str]) -> None:
        """Return when none of these workers is there any more."""
        async with self._news:
            await self._news.wait_for(lambda: not self._crews.keys() & set(addresses))

    @contextmanager
    def listening(self, job: str) -> Iterator[bool]:
        """Meanwhile the present task's listener, if it has one, gets what the job of that key reports."""
        if (listener := LISTENER.get()) is None:
            yield False
            return
        self._listeners[job].append(listener)
        try:
            yield True
        finally:
            self._listeners[job].remove(listener)
            if not self._listeners[job]:
                del self._listeners[job]

    def _pass_on(self, event: tuple[float, Any]) -> None:
        job, words = event[1]
        for listener in tuple(self._listeners.get(job, ())):
            listener(str(words)[:LONGEST])

    async def _note_lost(self, error: BaseException | None) -> None:
        if self.away is None:
            log.warning("The Dask scheduler is away: %r", error)
        self.away = _AWAY
        await self._receive({})

    async def _visit(self) -> None:
        client = await Client(self._scheduler, asynchronous=True, set_as_default=False, timeout=_PATIENCE)
        client.subscribe_topic(SAID, self._pass_on)
        try:
            while client.status == "running":
                async with asyncio.timeout(_PATIENCE):
                    told = await client.scheduler.identity(n_workers=-1)
                self._client, self.away = client, None
                await self._receive(told["workers"])
                await asyncio.sleep(_LOOK_AGAIN)
        finally:
            self._client = None
            await client._close(fast=True)

    async def _receive(self, workers: dict[str, Any]) -> None:
        reports = {address: dict(told["metrics"].get(WORKSHOP, {})) for address, told in workers.items()}
        ours = {address: report for address, report in reports.items() if report.pop("build", None) == self._build}
        self._crews = {address: EngineStatus(**report) for address, report in ours.items()}
        async with self._news:
            self._news.notify_all()


_PAUSE = 1.0


async def reconnect_forever(
    connect: Callable[[], Awaitable[None]], lost: Callable[[BaseException | None], Awaitable[None]]
) -> NoReturn:
    """Await ``connect()`` again and again; after each time ``lost`` is told what ended it, then there is a pause."""
    while True:
        await lost(await _end_of(connect))
        await asyncio.sleep(_PAUSE)


async def _end_of(connect: Callable[[], Awaitable[None]]) -> BaseException | None:
    try:
        await connect()
    except Exception as error:
        # Whatever ends a connection, the next one must follow. An error of its closing may hide that we are cancelled.
        if _cancelled():
            raise asyncio.CancelledError from error
        return error
    except asyncio.CancelledError as error:
        # Libraries cancel tasks of their own where a line breaks.
        if _cancelled():
            raise
        return error
    return None


def _cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0

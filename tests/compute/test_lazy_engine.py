import asyncio

import pytest

from app.compute.engine import LazyEngine
from app.compute.errors import JobFailedError
from tests.support.fakes import InlineEngine, StatedEngine

pytestmark = pytest.mark.anyio


class Counted(StatedEngine):
    """Warm a moment after its start, and counts its starts and stops."""

    def __init__(self, **status):
        super().__init__(**status)
        self.starts = self.stops = 0

    async def start(self):
        self.starts += 1
        asyncio.get_running_loop().call_later(0.05, self._warm)

    async def stop(self):
        self.stops += 1

    def _warm(self):
        if not self.status().failure:
            self._status = InlineEngine().status()


async def test_an_engine_that_is_never_asked_is_never_started():
    engine = Counted()
    lazy = LazyEngine(engine)
    await lazy.start()
    await lazy.stop()
    assert (engine.starts, engine.stops) == (0, 0)


async def test_jobs_wait_for_one_start():
    engine = Counted()
    lazy = LazyEngine(engine)
    answers = await asyncio.gather(*(lazy.run("tests.support.compute.jobs:echo", word) for word in (b"a", b"b", b"c")))
    await lazy.stop()
    assert answers == [b"a", b"b", b"c"]
    assert (engine.starts, engine.stops) == (1, 1)


async def test_workers_that_cannot_warm_up_are_told():
    lazy = LazyEngine(Counted(failure="ImportError: no module"))
    with pytest.raises(JobFailedError, match="no module"):
        await lazy.run("tests.support.compute.jobs:echo", b"a")
    await lazy.stop()

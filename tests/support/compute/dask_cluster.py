"""A real Dask scheduler and real workers of it on this machine, which tests may kill and start again."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from contextlib import asynccontextmanager, contextmanager

from app.compute.dask.engine import DaskEngine
from app.compute.local.engine import Limits
from tests.support.compute.processes import until
from tests.support.compute.redis import accepts, free_port


class DaskScheduler:
    """python -m app schedule."""

    def __init__(self, home):
        self._port = free_port()
        self.url = f"tcp://127.0.0.1:{self._port}"
        settings = {"HOST": "127.0.0.1", "PORT": str(self._port), "LOG_LEVEL": "error", "TMPDIR": str(home)}
        self._environment = os.environ | settings
        self.process = None

    def start(self):
        self.process = subprocess.Popen([sys.executable, "-m", "app", "schedule"], env=self._environment)
        end = time.monotonic() + 60
        while not accepts(self._port):
            assert time.monotonic() < end, "the scheduler does not start"
            time.sleep(0.05)

    def kill(self):
        self.process.kill()
        self.process.wait()


@contextmanager
def dask_scheduler(home):
    scheduler = DaskScheduler(home)
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.kill()


class DaskCluster:
    """Dask workers of one process each, all with code of the same build."""

    def __init__(self, scheduler, **options):
        self.build = uuid.uuid4().hex
        self._scheduler, self._options = scheduler, options | {"build": self.build}
        self.processes = []

    def start(self, workers=1):
        command = [
            sys.executable,
            "-m",
            "tests.support.compute.dask_worker",
            self._scheduler.url,
            json.dumps(self._options),
        ]
        self.processes += [subprocess.Popen(command) for _ in range(workers)]

    def stop(self, blow=signal.SIGTERM):
        for process in self.processes:
            process.send_signal(blow)
        for process in self.processes:
            process.wait(20)
        self.processes = []

    @asynccontextmanager
    async def engine(self, warm_seconds=20.0, **limits):
        limits = Limits(**{"drain_seconds": 0.0} | limits)
        engine = DaskEngine(self._scheduler.url, self.build, limits, warm_seconds)
        await engine.start()
        try:
            yield engine
        finally:
            await engine.stop()


def dask_engines(scheduler):
    """What opens engines like ``local_engine``, each with workers of its own."""

    @asynccontextmanager
    async def dask_engine(workers=1, warm="", **limits):
        fleet = DaskCluster(scheduler, warm=warm, limits=limits)
        fleet.start(workers)
        try:
            async with fleet.engine(**limits) as engine:
                # Otherwise the limits of the first tests would be those of a fleet of nobody.
                assert await until(lambda: engine.status().expected == workers, 60)
                yield engine
        finally:
            fleet.stop()

    return dask_engine

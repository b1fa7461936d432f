"""Engines as tests want them: small, quick, and stopped at the end."""

from contextlib import asynccontextmanager

from app.compute.local.engine import Limits, LocalEngine
from app.compute.local.pool import PoolConfig
from tests.support.compute.processes import until


@asynccontextmanager
async def local_engine(workers=1, warm="", preload=(), warm_seconds=20.0, niceness=0, silent=6.0, **limits):
    plan = PoolConfig(workers, preload, warm, warm_seconds, 0.2, niceness=niceness, silent_seconds=silent)
    engine = LocalEngine(plan, Limits(**{"drain_seconds": 0.0} | limits))
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop()


async def all_warm(engine):
    assert await until(lambda: engine.status().ready and engine.status().warm == engine.status().expected, 30)

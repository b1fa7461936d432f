"""A Dask worker as tests want it: like ``python -m app work``, with other limits and another warm-up."""

import asyncio
import json
import sys

from app.compute.cancellation import run_until_signalled
from app.compute.dask.worker import EnginePlugin, serve_jobs
from app.compute.local.engine import Limits, LocalEngine
from app.compute.local.pool import PoolConfig


async def main(scheduler, build, warm="", limits=None):
    plan = PoolConfig(1, (), warm, 20.0, first_pause=0.2, niceness=0)
    engine = LocalEngine(plan, Limits(**{"drain_seconds": 0.0} | (limits or {})))
    await engine.start()
    try:
        await run_until_signalled(serve_jobs(EnginePlugin(engine, build), scheduler, 1, engine.home))
    finally:
        await engine.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], **json.loads(sys.argv[2])))

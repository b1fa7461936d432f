"""A program with an engine at work in it, for tests that kill it."""

import asyncio
import sys

from tests.support.compute.engines import local_engine
from tests.support.compute.jobs import HERE


async def main(job, path):
    async with local_engine(workers=2) as engine:
        await engine.run(f"{HERE}:{job}", path.encode())
        await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

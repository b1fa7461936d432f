"""Work that goes on until this process is told to end."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any


async def until_told(work: Coroutine[Any, Any, None]) -> None:
    """Do ``work`` until it ends or a TERM or INT comes, which cancels it."""
    told, job = asyncio.Event(), asyncio.create_task(work)
    for end in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(end, told.set)
    waiting = asyncio.create_task(told.wait())
    try:
        await asyncio.wait({job, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if job.done():
            job.result()
    finally:
        waiting.cancel()
        job.cancel()
        await asyncio.gather(job, waiting, return_exceptions=True)

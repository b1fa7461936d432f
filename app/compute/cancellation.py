"""Ending work when a client leaves or a signal comes."""

import asyncio
import signal
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from app.compute.errors import ClientGoneError

T = TypeVar("T")


async def cancel_when(gone: Awaitable[object], work: Awaitable[T]) -> T:
    """Await ``work``; when ``gone`` completes first, cancel it and raise ClientGoneError once it has ended."""
    watch, job = asyncio.ensure_future(gone), asyncio.ensure_future(work)
    try:
        await asyncio.wait({watch, job}, return_when=asyncio.FIRST_COMPLETED)
        if job.done():
            return job.result()
        watch.result()
        raise ClientGoneError
    finally:
        watch.cancel()
        job.cancel()
        await asyncio.gather(watch, job, return_exceptions=True)


async def run_until_signalled(work: Coroutine[Any, Any, None]) -> None:
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

"""Work that goes on only as long as somebody is there to receive it."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

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

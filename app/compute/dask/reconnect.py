"""A connection that is made again whenever it ends, until its task is cancelled."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn

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

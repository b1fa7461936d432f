import asyncio

import pytest

from app.compute.dask.connection import reconnect_forever

pytestmark = pytest.mark.anyio


class Line:
    """A connection that ends with the errors it is given, one after another, and then stays."""

    def __init__(self, *ends, closing=None):
        self.ends, self.lost, self.closing = list(ends), [], closing
        self.stays = asyncio.Event()

    async def connect(self):
        if self.ends:
            raise self.ends.pop(0)
        self.stays.set()
        try:
            await asyncio.Event().wait()
        finally:
            if self.closing:
                raise self.closing

    async def note_lost(self, error):
        self.lost.append(error)


async def test_the_next_connection_follows_whatever_ended_the_last_one():
    line = Line(OSError("away"), asyncio.CancelledError())
    task = asyncio.create_task(reconnect_forever(line.connect, line.note_lost))
    await asyncio.wait_for(line.stays.wait(), 10)
    task.cancel()
    await asyncio.wait({task}, timeout=5)
    assert ([type(error) for error in line.lost], task.cancelled()) == ([OSError, asyncio.CancelledError], True)


async def test_who_is_cancelled_ends_even_if_closing_fails():
    line = Line(closing=OSError("gone already"))
    task = asyncio.create_task(reconnect_forever(line.connect, line.note_lost))
    await asyncio.wait_for(line.stays.wait(), 10)
    task.cancel()
    await asyncio.wait({task}, timeout=5)
    assert (line.lost, task.cancelled()) == ([], True)

import asyncio

import pytest

from app.compute.cancellation import cancel_when
from app.compute.errors import ClientGoneError

pytestmark = pytest.mark.anyio


class Work:
    cancelled = False

    async def long(self):
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            self.cancelled = True
            raise


async def test_work_that_ends_first_gives_its_value():
    assert await cancel_when(asyncio.Event().wait(), asyncio.sleep(0, "done")) == "done"


async def test_work_that_fails_gives_its_error():
    async def wrong():
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        await cancel_when(asyncio.Event().wait(), wrong())


async def test_work_is_cancelled_when_the_client_goes():
    work = Work()
    with pytest.raises(ClientGoneError):
        await cancel_when(asyncio.sleep(0.01), work.long())
    assert work.cancelled


async def test_whoever_cancels_the_whole_cancels_both_parts():
    work, watch = Work(), Work()
    whole = asyncio.create_task(cancel_when(watch.long(), work.long()))
    await asyncio.sleep(0.01)
    whole.cancel()
    with pytest.raises(asyncio.CancelledError):
        await whole
    assert work.cancelled
    assert watch.cancelled

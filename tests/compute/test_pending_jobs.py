import asyncio
import time

import pytest

from app.compute.errors import OverloadedError
from app.compute.local.queue import PendingJobs

pytestmark = pytest.mark.anyio


def overloaded():
    return OverloadedError(1)


async def test_no_more_jobs_are_admitted_than_wanted_and_a_place_is_free_again_after_a_failure():
    pending = PendingJobs()
    with pending.admitted(1, overloaded), pytest.raises(OverloadedError), pending.admitted(1, overloaded):
        pytest.fail("nobody is admitted here")
    with pytest.raises(ZeroDivisionError), pending.admitted(1, overloaded):
        raise ZeroDivisionError
    assert len(pending) == 0
    with pending.admitted(1, overloaded):
        assert len(pending) == 1


async def test_draining_ends_with_the_last_job_and_admits_nobody():
    pending = PendingJobs()
    with pending.admitted(2, overloaded):
        draining = asyncio.create_task(pending.drain(60))
        await asyncio.sleep(0)
        assert not draining.done()
        with pytest.raises(OverloadedError), pending.admitted(2, overloaded):
            pytest.fail("nobody is admitted here")
    await asyncio.wait_for(draining, 5)


async def test_draining_is_given_up_after_a_while():
    pending, begun = PendingJobs(), time.monotonic()
    with pending.admitted(1, overloaded):
        await pending.drain(0.05)
    assert 0.04 <= time.monotonic() - begun < 5

import asyncio
import json
import socket

import pytest

from app.compute.progress import LISTENER, LONGEST, ProgressSocket, call_with_progress, prefix_progress, report
from app.compute.readiness import HOST
from tests.support.compute.engines import all_warm
from tests.support.compute.jobs import HERE
from tests.support.compute.processes import until, written

pytestmark = pytest.mark.anyio


@pytest.fixture
def heard():
    """What is said to the test's own task, in order."""
    words = []
    token = LISTENER.set(words.append)
    yield words
    LISTENER.reset(token)


async def test_a_job_is_heard_in_the_order_it_speaks(open_engine, heard):
    async with open_engine() as engine:
        assert await engine.run(f"{HERE}:counts_aloud", b"3") == b"3"
        assert await until(lambda: heard[-1:] == ["step 3 of 3"], 5)
    assert [words for words in heard if words.startswith("step")] == [f"step {k} of 3" for k in (1, 2, 3)]


async def test_who_waits_is_told_how_many_are_ahead(open_engine, heard, tmp_path):
    async with open_engine() as engine:
        await all_warm(engine)
        jobs = [asyncio.create_task(engine.run(f"{HERE}:hold_aloud", bytes(tmp_path / "pid"), b"0.7"))]
        await written(tmp_path / "pid")
        jobs += [asyncio.create_task(engine.run(f"{HERE}:counts_aloud", steps)) for steps in (b"1", b"2")]
        await asyncio.gather(*jobs)
    assert {"Next in the queue", "Waiting in the queue, 1 ahead"} <= set(heard)


async def test_a_job_that_nobody_hears_is_called_as_it_is(open_engine):
    async with open_engine() as engine:
        assert await engine.run(f"{HERE}:echo", b"plain") == b"plain"


async def test_a_job_speaks_into_the_void_without_failing(heard):
    progress = ProgressSocket()
    await progress.open()
    with progress.listening(f"{HERE}:counts_aloud", (b"2",)) as (function, payload):
        progress.close()
        assert await asyncio.to_thread(call_with_progress, *payload) == b"2"
    assert function.endswith(":call_with_progress")
    assert heard == []


async def test_noise_and_jobs_that_are_over_are_not_heard(heard):
    progress = ProgressSocket()
    await progress.open()
    with progress.listening("any:job", ()) as (_, (line, *_)):
        port, job = json.loads(line)
        for noise in (b"", b"\xff", b"1", b"[1]", b'["stranger", "hello"]', b'[["a"], "b"]'):
            progress.datagram_received(noise, (HOST, 1))
        progress.datagram_received(f'["{job}", "{"long" * LONGEST}"]'.encode(), (HOST, 1))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as late:
        late.sendto(f'["{job}", "too late"]'.encode(), (HOST, port))
    await asyncio.sleep(0.05)
    progress.close()
    assert heard == [("long" * LONGEST)[:LONGEST]]


def test_what_is_said_for_another_bears_its_name(heard):
    prefix_progress("Prophet")
    report("Fitting the trend")
    assert heard == ["Prophet: fitting the trend"]

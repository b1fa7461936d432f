import asyncio
import errno
import sys

import pytest

from app.compute.errors import (
    DiskFullError,
    JobFailedError,
    JobTimeoutError,
    OutOfMemoryError,
    OverloadedError,
    WorkerDiedError,
)
from tests.support.compute.engines import all_warm
from tests.support.compute.jobs import HERE
from tests.support.compute.processes import until, written

pytestmark = pytest.mark.anyio


async def test_a_job_gets_its_payload_and_its_answer_comes_back(open_engine):
    async with open_engine() as engine:
        assert await engine.run(f"{HERE}:joined", b"a", b"b") == b"a+b"
        assert await engine.run(f"{HERE}.echo", b"x" * 1_000_000) == b"x" * 1_000_000


async def test_many_jobs_at_once_are_all_answered(open_engine):
    async with open_engine(workers=2, queue=100) as engine:
        jobs = [engine.run(f"{HERE}:echo", str(number).encode()) for number in range(100)]
        assert await asyncio.gather(*jobs) == [str(number).encode() for number in range(100)]
        assert (engine.status().running, engine.status().waiting) == (0, 0)


async def test_errors_of_a_job_come_back_as_themselves_or_by_name(open_engine):
    async with open_engine() as engine:
        with pytest.raises(ValueError, match="a wrong value"):
            await engine.run(f"{HERE}:wrong")
        with pytest.raises(TypeError, match="returned dict"):
            await engine.run(f"{HERE}:no_bytes")
        with pytest.raises(AttributeError):
            await engine.run(f"{HERE}:missing")


@pytest.mark.parametrize(("job", "name"), [("two_facts", "TwoFactsError"), ("locked", "ValueError")])
async def test_an_error_that_cannot_be_pickled_comes_back_by_name(open_engine, job, name):
    async with open_engine() as engine:
        with pytest.raises(JobFailedError, match=rf"\({name}\)"):
            await engine.run(f"{HERE}:{job}")
        assert await engine.run(f"{HERE}:echo", b"next") == b"next"


async def test_a_job_that_exits_hurts_neither_its_worker_nor_the_asker(open_engine):
    async with open_engine() as engine:
        worker = await engine.run(f"{HERE}:pid")
        with pytest.raises(JobFailedError, match="SystemExit"):
            await engine.run(f"{HERE}:leaves")
        assert await engine.run(f"{HERE}:pid") == worker


async def test_an_error_from_an_unknown_module_is_not_imported(open_engine):
    async with open_engine() as engine:
        sys.modules.pop("wave", None)
        with pytest.raises(JobFailedError, match="Error"):
            await engine.run(f"{HERE}:foreign")
        assert "wave" not in sys.modules


async def test_a_job_that_takes_too_long_is_stopped_and_the_next_one_works(open_engine):
    async with open_engine(job_seconds=0.4) as engine:
        await all_warm(engine)
        begun = asyncio.get_running_loop().time()
        with pytest.raises(JobTimeoutError, match=r"longer than 0\.4 s"):
            await engine.run(f"{HERE}:nap", b"30")
        assert asyncio.get_running_loop().time() - begun < 2
        assert await engine.run(f"{HERE}:echo", b"next") == b"next"


async def test_the_warm_up_is_not_charged_to_the_first_job(open_engine):
    async with open_engine(warm=f"{HERE}:slow_warm_up", job_seconds=0.6, queue_seconds=0.6) as engine:
        assert not engine.status().ready
        assert await engine.run(f"{HERE}:nap", b"0.1") == b"rested"
        assert engine.status().ready


async def test_more_than_workers_and_queue_is_refused_at_once(open_engine, tmp_path):
    async with open_engine(queue=1) as engine:
        jobs = [asyncio.create_task(engine.run(f"{HERE}:nap", b"0.5")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(OverloadedError) as refused:
            await engine.run(f"{HERE}:echo", b"late")
        assert 1 <= refused.value.retry_after <= 30
        assert await asyncio.gather(*jobs) == [b"rested"] * 2


async def test_a_job_that_waits_too_long_is_refused(open_engine):
    async with open_engine(queue_seconds=0.3) as engine:
        await all_warm(engine)
        running = asyncio.create_task(engine.run(f"{HERE}:nap", b"1"))
        await asyncio.sleep(0)
        with pytest.raises(OverloadedError):
            await engine.run(f"{HERE}:echo", b"patient")
        assert engine.status().waiting == 0
        assert await running == b"rested"


async def test_cancelling_a_waiting_job_only_removes_it(open_engine):
    async with open_engine() as engine:
        running = asyncio.create_task(engine.run(f"{HERE}:nap", b"0.5"))
        await asyncio.sleep(0)
        waiting = asyncio.create_task(engine.run(f"{HERE}:echo", b"never"))
        await asyncio.sleep(0.05)
        waiting.cancel()
        assert await running == b"rested"
        assert waiting.cancelled()
        assert engine.status().restarts == 0


async def test_cancelling_a_running_job_frees_its_slot(open_engine, tmp_path):
    async with open_engine() as engine:
        running = asyncio.create_task(engine.run(f"{HERE}:hold", bytes(tmp_path / "pid"), b"30"))
        await written(tmp_path / "pid")
        running.cancel()
        assert await engine.run(f"{HERE}:echo", b"next") == b"next"
        assert running.cancelled()
        assert await until(lambda: engine.status().restarts == 1)


async def test_a_job_whose_worker_is_killed_is_tried_once_more(open_engine, tmp_path):
    async with open_engine(workers=2) as engine:
        assert await engine.run(f"{HERE}:killed_once", bytes(tmp_path / "marker")) == b"survived"
        with pytest.raises(WorkerDiedError) as died:
            await engine.run(f"{HERE}:killed")
        assert died.value.retry_after >= 1
        assert await engine.run(f"{HERE}:echo", b"next") == b"next"


async def test_a_job_out_of_memory_is_tried_once_more_in_a_fresh_process(open_engine, tmp_path):
    async with open_engine() as engine:
        assert await engine.run(f"{HERE}:greedy", bytes(tmp_path / "once"), b"1") == b"enough"
        with pytest.raises(OutOfMemoryError) as starved:
            await engine.run(f"{HERE}:greedy", bytes(tmp_path / "always"), b"9")
        assert starved.value.retry_after >= 1
        assert (tmp_path / "always").read_text() == "xx"
        assert await engine.run(f"{HERE}:echo", b"next") == b"next"
        assert await until(lambda: engine.status().restarts == 3)


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EDQUOT])
async def test_a_full_disk_is_said_and_costs_no_worker(open_engine, reason):
    async with open_engine() as engine:
        with pytest.raises(DiskFullError, match="out of disk space"):
            await engine.run(f"{HERE}:without_room", str(reason).encode())
        assert await engine.run(f"{HERE}:echo", b"next") == b"next"
        assert engine.status().restarts == 0


async def test_one_crash_fails_no_other_job(open_engine):
    async with open_engine(workers=2) as engine:
        calm = asyncio.create_task(engine.run(f"{HERE}:nap", b"1"))
        with pytest.raises(WorkerDiedError):
            await engine.run(f"{HERE}:killed")
        assert await calm == b"rested"


async def test_a_warm_up_that_fails_is_reported_and_tried_again(open_engine):
    async with open_engine(warm=f"{HERE}:failing_warm_up", queue_seconds=0.2) as engine:
        assert await until(lambda: engine.status().restarts >= 2)
        assert engine.status().failure == "RuntimeError: no model here"
        assert not engine.status().ready
        with pytest.raises(OverloadedError):
            await engine.run(f"{HERE}:echo", b"")


async def test_an_engine_that_stops_refuses_work_and_lets_running_jobs_end(open_engine):
    async with open_engine(drain_seconds=3.0) as engine:
        running = asyncio.create_task(engine.run(f"{HERE}:nap", b"0.3"))
        await all_warm(engine)
        stopping = asyncio.create_task(engine.stop())
        await asyncio.sleep(0)
        with pytest.raises(OverloadedError):
            await engine.run(f"{HERE}:echo", b"late")
        assert await running == b"rested"
        await stopping

"""Several machines, played by processes: what replicas share, and what they lose with a worker or the scheduler."""

import asyncio
import signal
import time

import pytest

from app.compute.errors import OverloadedError, WorkerDiedError
from tests.support.compute.dask_cluster import DaskCluster
from tests.support.compute.engines import all_warm
from tests.support.compute.jobs import HERE
from tests.support.compute.processes import alive, descendants, until, written

pytestmark = pytest.mark.anyio


@pytest.fixture
def fleet(scheduler, home, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(home))
    fleet = DaskCluster(scheduler)
    yield fleet
    fleet.stop()
    assert list(home.iterdir()) == []


async def strength(engine, workers):
    assert await until(lambda: engine.status().warm == workers, 60), engine.status()


async def pids(path, number):
    assert await until(lambda: path.exists() and len(path.read_text().split()) == number, 30)
    return [int(pid) for pid in path.read_text().split()]


def lender_of(fleet, pid):
    return next(process for process in fleet.processes if pid in descendants(process.pid))


async def test_a_job_whose_dask_worker_is_lost_is_done_by_another_and_the_lost_one_leaves_nobody(fleet, tmp_path):
    fleet.start(2)
    async with fleet.engine() as engine:
        await strength(engine, 2)
        running = asyncio.create_task(engine.run(f"{HERE}:held", bytes(tmp_path / "pids"), b"1"))
        lost = lender_of(fleet, (await pids(tmp_path / "pids", 1))[0])
        orphans = descendants(lost.pid)
        lost.kill()
        assert await running == b"done"
        assert await until(lambda: not any(map(alive, orphans)), 5)
        await strength(engine, 1)


async def test_a_job_that_costs_a_second_dask_worker_is_given_up(fleet, tmp_path):
    fleet.start(3)
    async with fleet.engine() as engine:
        await strength(engine, 3)
        running = asyncio.create_task(engine.run(f"{HERE}:held", bytes(tmp_path / "pids"), b"9"))
        for turn in (1, 2):
            lender_of(fleet, (await pids(tmp_path / "pids", turn))[-1]).kill()
        with pytest.raises(WorkerDiedError):
            await running
        assert await engine.run(f"{HERE}:echo", b"next") == b"next"


async def test_without_any_worker_jobs_are_refused_until_one_is_there_again(fleet):
    fleet.start()
    async with fleet.engine(warm_seconds=0.5) as engine:
        await strength(engine, 1)
        fleet.stop(signal.SIGKILL)
        await strength(engine, 0)
        with pytest.raises(OverloadedError):
            await engine.run(f"{HERE}:echo", b"nobody")
        fleet.start()
        await strength(engine, 1)
        assert await engine.run(f"{HERE}:echo", b"back") == b"back"


async def test_a_worker_that_is_told_to_end_hands_its_job_to_another(fleet, tmp_path):
    fleet.start(2)
    async with fleet.engine() as engine:
        await strength(engine, 2)
        running = asyncio.create_task(engine.run(f"{HERE}:held", bytes(tmp_path / "pids"), b"1"))
        leaving = lender_of(fleet, (await pids(tmp_path / "pids", 1))[0])
        leaving.terminate()
        assert await running == b"done"
        assert await until(lambda: leaving.poll() == 0, 20)


async def test_a_scheduler_lost_in_mid_job_is_said_at_once_and_found_again_when_it_is_back(fleet, scheduler, tmp_path):
    fleet.start()
    async with fleet.engine() as engine:
        await strength(engine, 1)
        running = asyncio.create_task(engine.run(f"{HERE}:hold", bytes(tmp_path / "pid"), b"60"))
        (worker,) = await written(tmp_path / "pid", 30)
        scheduler.kill()
        begun = time.monotonic()
        with pytest.raises(OverloadedError):
            await running
        assert time.monotonic() - begun < 5
        assert await until(lambda: engine.status().failure == "The Dask scheduler does not answer.")
        assert await until(lambda: not alive(worker))
        with pytest.raises(OverloadedError):
            await engine.run(f"{HERE}:echo", b"nobody")
        scheduler.start()
        await all_warm(engine)
        assert await engine.run(f"{HERE}:echo", b"back") == b"back"


async def test_equal_jobs_of_two_replicas_are_one_and_stay_while_either_wants_it(fleet, tmp_path):
    fleet.start()
    async with fleet.engine() as one, fleet.engine() as other:
        await all_warm(one)
        await all_warm(other)
        job = f"{HERE}:counted", bytes(tmp_path / "pids"), b"3"
        leaving, staying = asyncio.create_task(one.run(*job)), asyncio.create_task(other.run(*job))
        await pids(tmp_path / "pids", 1)
        await asyncio.sleep(0.5)
        leaving.cancel()
        assert await staying == b"rested"
        assert len((tmp_path / "pids").read_text().split()) == 1
        assert one.status().restarts == 0


async def test_workers_with_other_code_are_not_asked(fleet, scheduler):
    fleet.start()
    async with fleet.engine() as ours, DaskCluster(scheduler).engine() as newer:
        await all_warm(ours)
        assert newer.status().expected == 0
        assert not newer.status().ready

import asyncio
import json
import os
import signal
import subprocess
import sys

import pytest

from app.compute.engine import Card, working_for
from app.compute.errors import JobTimeoutError, WorkerDiedError
from app.compute.local.engine import Limits
from app.panels import PANELS
from tests.support.compute.engines import all_warm, local_engine
from tests.support.compute.jobs import HERE
from tests.support.compute.processes import alive, descendants, parent, until, written

pytestmark = pytest.mark.anyio


async def test_a_cancelled_job_takes_its_child_process_along(tmp_path):
    async with local_engine() as engine:
        running = asyncio.create_task(engine.run(f"{HERE}:with_child", bytes(tmp_path / "pids")))
        pids = await written(tmp_path / "pids")
        running.cancel()
        # Not even as zombies, which nobody else would reap in a container.
        assert await until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in pids), 2)


async def test_a_job_out_of_time_takes_its_child_process_along(tmp_path):
    async with local_engine(job_seconds=0.5) as engine:
        with pytest.raises(JobTimeoutError):
            await engine.run(f"{HERE}:with_child", bytes(tmp_path / "pids"))
        pids = await written(tmp_path / "pids")
        assert await until(lambda: not any(map(alive, pids)), 2)


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM])
async def test_a_killed_worker_takes_its_child_process_along(tmp_path, blow):
    async with local_engine() as engine:
        running = asyncio.create_task(engine.run(f"{HERE}:with_child", bytes(tmp_path / "pids")))
        worker, child = await written(tmp_path / "pids")
        os.kill(worker, blow)
        assert await until(lambda: not alive(child), 2)
        running.cancel()


async def test_a_worker_stuck_in_native_code_is_killed_all_the_same(tmp_path):
    async with local_engine(job_seconds=0.5) as engine:
        with pytest.raises(JobTimeoutError):
            await engine.run(f"{HERE}:wedged", bytes(tmp_path / "pid"))
        (worker,) = await written(tmp_path / "pid")
        assert await until(lambda: not alive(worker), 2)
        assert await engine.run(f"{HERE}:echo", b"next") == b"next"


async def test_a_job_may_run_for_as_long_as_its_own_card_takes():
    async with local_engine(quick_seconds=0.5) as engine:
        with working_for(Card(seconds=0.0)), pytest.raises(JobTimeoutError, match=r"0\.5 s"):
            await engine.run(f"{HERE}:nap", b"20")
        with working_for(Card(seconds=4.0)):
            assert await engine.run(f"{HERE}:nap", b"1") == b"rested"


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.slug)
def test_each_card_has_several_times_what_it_takes_and_quick_ones_no_more_than_they_need(panel):
    seconds = Limits().seconds_for(Card(seconds=panel.seconds))
    assert 5 * panel.seconds < seconds <= Limits().job_seconds
    assert (seconds <= 12) == (panel.seconds < 0.5)


async def test_an_idle_worker_that_is_killed_is_replaced_and_warm_again():
    async with local_engine(workers=2, warm=f"{HERE}:warm_up") as engine:
        await all_warm(engine)
        os.kill(int(await engine.run(f"{HERE}:pid")), signal.SIGKILL)
        assert await until(lambda: engine.status().restarts == 1)
        await all_warm(engine)
        assert len(json.loads(await engine.run(f"{HERE}:warmed"))) == 1


async def test_a_killed_fork_server_is_started_again():
    async with local_engine(warm=f"{HERE}:warm_up") as engine:
        worker = int(await engine.run(f"{HERE}:pid"))
        os.kill(parent(worker), signal.SIGKILL)
        assert await until(lambda: not alive(worker))
        assert json.loads(await engine.run(f"{HERE}:surroundings"))["NUMBA_DISABLE_JIT"] == "1"


async def test_a_second_kill_gives_the_job_up_but_not_the_engine(tmp_path):
    async with local_engine(workers=2) as engine:
        running = asyncio.create_task(engine.run(f"{HERE}:hold", bytes(tmp_path / "pid"), b"30"))
        for _ in range(2):
            (worker,) = await written(tmp_path / "pid")
            (tmp_path / "pid").unlink()
            os.kill(worker, signal.SIGKILL)
        with pytest.raises(WorkerDiedError):
            await running
        assert await engine.run(f"{HERE}:echo", b"next") == b"next"


async def test_a_warm_up_that_kills_its_worker_is_reported():
    async with local_engine(warm=f"{HERE}:dying_warm_up") as engine:
        assert await until(lambda: engine.status().failure == "A worker died while it warmed up.")


async def test_a_warm_up_without_end_is_reported():
    async with local_engine(warm=f"{HERE}:slow_warm_up", warm_seconds=0.3) as engine:
        assert await until(lambda: engine.status().failure == "A worker was not warm after 0.3 s.")


async def test_a_worker_stopped_in_its_sleep_and_a_full_pipe_do_not_wedge_the_engine(tmp_path):
    async with local_engine(job_seconds=0.5) as engine:
        worker = int(await engine.run(f"{HERE}:pid"))
        os.kill(worker, signal.SIGSTOP)
        with pytest.raises(JobTimeoutError):
            await engine.run(f"{HERE}:echo", b"x" * 1_000_000)
        assert await engine.run(f"{HERE}:echo", b"next") == b"next"
        assert not alive(worker)


async def test_an_idle_worker_that_is_stopped_is_missed_and_replaced():
    async with local_engine(silent=1.0) as engine:
        worker = int(await engine.run(f"{HERE}:pid"))
        os.kill(worker, signal.SIGSTOP)
        assert await until(lambda: not alive(worker), 20)
        assert await engine.run(f"{HERE}:echo", b"next") == b"next"


async def test_the_job_of_a_worker_that_is_stopped_is_done_by_another(tmp_path):
    async with local_engine(workers=2, silent=1.0) as engine:
        await all_warm(engine)
        running = asyncio.create_task(engine.run(f"{HERE}:held", bytes(tmp_path / "pids"), b"1"))
        (worker,) = await written(tmp_path / "pids")
        os.kill(worker, signal.SIGSTOP)
        assert await asyncio.wait_for(running, 25) == b"done"
        assert not alive(worker)


async def test_a_worker_with_much_to_do_is_not_taken_for_silent():
    async with local_engine(silent=1.0) as engine:
        worker = await engine.run(f"{HERE}:pid")
        assert await engine.run(f"{HERE}:nap", b"2.5") == b"rested"
        assert await engine.run(f"{HERE}:pid") == worker


async def test_a_fork_server_that_is_stopped_is_replaced():
    async with local_engine(warm_seconds=2.0, silent=1.0) as engine:
        worker = int(await engine.run(f"{HERE}:pid"))
        stopped = parent(worker)
        os.kill(stopped, signal.SIGSTOP)
        os.kill(worker, signal.SIGKILL)
        assert await until(lambda: not alive(stopped), 40)
        await all_warm(engine)
        assert await engine.run(f"{HERE}:echo", b"next") == b"next"


@pytest.mark.parametrize("job", ["with_child", "hold"], ids=["busy", "idle"])
async def test_when_the_web_process_is_killed_nobody_and_no_file_survives(home, tmp_path, job):
    command = [sys.executable, "-m", "tests.support.compute.killable_engine", job, tmp_path / "pids"]
    with subprocess.Popen(command, env=os.environ | {"TMPDIR": str(home)}) as doomed:
        await written(tmp_path / "pids")
        orphans = descendants(doomed.pid)
        doomed.kill()
    assert len(orphans) >= 4
    assert await until(lambda: not any(map(alive, orphans)), 5)
    assert os.listdir(home) == []

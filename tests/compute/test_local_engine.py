import asyncio
import gc
import json
import os
import statistics
import sys
import time

import pytest

from app.compute.engine import Card, working_for
from app.compute.errors import OverloadedError
from tests.support.compute.engines import all_warm, local_engine
from tests.support.compute.jobs import HERE
from tests.support.compute.processes import alive, descendants, files, written

pytestmark = pytest.mark.anyio


async def test_starting_takes_no_time_because_workers_come_up_in_the_background():
    begun = time.thread_time()
    async with local_engine(warm=f"{HERE}:slow_warm_up") as engine:
        assert time.thread_time() - begun < 0.05
        assert engine.status().warm == 0


async def test_a_worker_is_replaced_after_so_many_jobs():
    async with local_engine(max_tasks=3) as engine:
        pids = [await engine.run(f"{HERE}:pid") for _ in range(7)]
        assert len(set(pids)) == 3
        assert pids[0] == pids[2] != pids[3]


async def test_workers_are_replaced_one_after_another_and_none_while_somebody_waits():
    async with local_engine(workers=2, warm=f"{HERE}:slow_warm_up", max_tasks=20, queue=50) as engine:
        await all_warm(engine)
        crowd = [engine.run(f"{HERE}:pid") for _ in range(50)]
        assert len(set(await asyncio.gather(*crowd))) == 2
        least = []
        while engine.status().restarts < 2:
            await engine.run(f"{HERE}:pid")
            least.append(engine.status().warm)
            await asyncio.sleep(0.2)
        assert min(least) == 1


@pytest.mark.parametrize(("single", "order"), [(False, ["begun", "slow"]), (True, ["slow", "begun"])])
async def test_a_worker_is_kept_free_for_a_moment_unless_its_card_has_no_other_job(single, order):
    ended = []

    async def run(name, card):
        with working_for(card):
            await engine.run(f"{HERE}:pid")
            ended.append(name)

    async with local_engine() as engine:
        await all_warm(engine)
        first = asyncio.create_task(run("first", Card(single=single)))
        slow = asyncio.create_task(run("slow", Card(seconds=4)))
        await first
        await asyncio.gather(slow, run("begun", Card(begun=True)))
    assert ended == ["first", *order]


async def test_workers_have_their_own_directory_and_a_lower_priority():
    before = dict(os.environ)
    async with local_engine(niceness=10) as engine:
        found = json.loads(await engine.run(f"{HERE}:surroundings"))
        assert found["TMPDIR"] == found["MPLCONFIGDIR"] != found["KERAS_HOME"] == os.devnull
        assert found["NUMBA_DISABLE_JIT"] == found["OMP_NUM_THREADS"] == "1"
        assert found["nice"] >= os.nice(0) + 10
        assert dict(os.environ) == before


async def test_no_file_is_left_by_jobs_and_directories_of_the_warm_up_stay():
    async with local_engine(warm=f"{HERE}:warm_up") as engine:
        home = (await engine.run(f"{HERE}:litter")).decode()
        assert files(os.path.dirname(home)) == []
        assert [os.path.join(home, name) for name in os.listdir(home)] == json.loads(await engine.run(f"{HERE}:warmed"))
    assert not os.path.exists(os.path.dirname(home))


async def test_after_stop_no_process_is_left_and_it_takes_under_five_seconds(tmp_path):
    before = descendants(os.getpid())
    async with local_engine(workers=2, drain_seconds=0.2) as engine:
        running = asyncio.create_task(engine.run(f"{HERE}:with_child", bytes(tmp_path / "pids")))
        pids = await written(tmp_path / "pids")
        begun = time.monotonic()
        await engine.stop()
        assert time.monotonic() - begun < 5
        assert not any(map(alive, pids))
        assert descendants(os.getpid()) <= before
        with pytest.raises(OverloadedError):
            await running


async def test_stopping_in_the_middle_of_a_warm_up_leaves_nobody_either():
    before = descendants(os.getpid())
    async with local_engine(workers=2, warm=f"{HERE}:slow_warm_up") as engine:
        waiting = asyncio.create_task(engine.run(f"{HERE}:echo", b"never"))
        await asyncio.sleep(0.5)
    with pytest.raises(OverloadedError):
        await waiting
    assert descendants(os.getpid()) <= before


async def test_thousands_of_small_jobs_leave_memory_and_futures_as_they_were():
    async with local_engine(workers=2) as engine:
        await all_warm(engine)
        for _ in range(200):
            await engine.run(f"{HERE}:echo", b"x" * 10_000)
        # What a job leaves behind grows in every round; what other threads of this process keep once does not. Not
        # gc.get_objects, which holds what those threads are just making: pebble's would break on that.
        growth = []
        for _ in range(3):
            gc.collect()
            before = sys.getallocatedblocks()
            for _ in range(1_000):
                await engine.run(f"{HERE}:echo", b"x" * 10_000)
            gc.collect()
            growth.append(sys.getallocatedblocks() - before)
        print(f"blocks more after each 1,000 jobs: {growth}")
        assert min(growth) < 250


async def test_a_call_costs_a_few_milliseconds_at_most():
    async with local_engine() as engine:
        await all_warm(engine)
        costs = []
        for _ in range(100):
            begun = time.perf_counter()
            await engine.run(f"{HERE}:echo", b"x" * 150_000)
            costs.append(time.perf_counter() - begun)
    print(f"150 KB there and back: median {statistics.median(costs) * 1e3:.2f} ms")
    assert statistics.median(costs) < 0.02


async def test_modules_are_imported_once_for_all_workers_and_leave_no_file():
    async with local_engine(workers=2, preload=("tests.support.compute.slow_import",)) as engine:
        home = (await engine.run(f"{HERE}:litter")).decode()
        assert files(os.path.dirname(home)) == []
        assert await engine.run(f"{HERE}:has_imported", b"tests.support.compute.slow_import") == b"True"
    assert "tests.support.compute.slow_import" not in sys.modules


async def test_stopping_in_the_middle_of_the_imports_leaves_nobody_either():
    before = descendants(os.getpid())
    async with local_engine(workers=2, preload=("tests.support.compute.slow_import",)) as engine:
        await asyncio.sleep(0.1)
        begun = time.monotonic()
        await engine.stop()
        assert time.monotonic() - begun < 5
        assert descendants(os.getpid()) <= before


async def test_a_module_that_cannot_be_preloaded_does_no_harm():
    async with local_engine(preload=("tests.compute.no_such_module",)) as engine:
        assert await engine.run(f"{HERE}:echo", b"here") == b"here"

import asyncio

import pytest

from app.store.single_flight import SingleFlight
from tests.support.fakes import Kitchen

pytestmark = pytest.mark.anyio


async def guests(flight, kitchen, number):
    tasks = [asyncio.create_task(flight.run("soup", kitchen.cook)) for _ in range(number)]
    await asyncio.sleep(0.01)
    return tasks


async def test_callers_of_the_same_key_share_one_computation():
    flight, kitchen = SingleFlight(), Kitchen()
    tasks = await guests(flight, kitchen, 5)
    kitchen.serve.set()
    assert await asyncio.gather(*tasks) == [1] * 5
    assert len(flight) == 0


async def test_other_keys_do_not_wait_for_it():
    flight, kitchen, other = SingleFlight(), Kitchen(), Kitchen()
    (task,) = await guests(flight, kitchen, 1)
    other.serve.set()
    assert await flight.run("bread", other.cook) == 1
    assert not task.done()
    kitchen.serve.set()
    await task


async def test_one_who_leaves_hurts_nobody():
    flight, kitchen = SingleFlight(), Kitchen()
    first, second = await guests(flight, kitchen, 2)
    first.cancel()
    await asyncio.sleep(0.01)
    kitchen.serve.set()
    assert await second == 1
    assert first.cancelled()
    assert kitchen.cancelled == 0


async def test_the_last_who_leaves_cancels_the_work():
    flight, kitchen = SingleFlight(), Kitchen()
    tasks = await guests(flight, kitchen, 2)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0.01)
    assert (kitchen.cancelled, len(flight)) == (1, 0)


async def test_a_newcomer_after_the_last_left_starts_anew():
    flight, kitchen = SingleFlight(), Kitchen()
    (task,) = await guests(flight, kitchen, 1)
    task.cancel()
    await asyncio.sleep(0)
    (newcomer,) = await guests(flight, kitchen, 1)
    kitchen.serve.set()
    assert await newcomer == 2


async def test_an_error_reaches_everyone_and_is_not_remembered():
    flight, kitchen = SingleFlight(), Kitchen(error=ValueError("burnt"))
    tasks = await guests(flight, kitchen, 3)
    kitchen.serve.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [str(result) for result in results] == ["burnt"] * 3
    kitchen.error = None
    assert await flight.run("soup", kitchen.cook) == 2

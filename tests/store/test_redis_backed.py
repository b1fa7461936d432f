"""What replicas share through a real Redis, and how each goes on alone while it is away."""

import asyncio
import socket
import time
import uuid
from contextlib import asynccontextmanager

import pytest

from app.store.cache import MemoryCache
from app.store.redis_backed import RedisCache, RedisConnection, RedisSingleFlight
from tests.support.compute.processes import until
from tests.support.fakes import Kitchen

pytestmark = pytest.mark.anyio


class Replica:
    """Its line to Redis, its cache, and its flights."""

    def __init__(self, url, build):
        self.shared = RedisConnection(url)
        self.cache = RedisCache(self.shared, MemoryCache(2**20), build)
        self.flights = RedisSingleFlight(self.shared, self.cache, build)

    async def soup(self, kitchen):
        async def cook_and_keep():
            soup = str(await kitchen.cook()).encode()
            await self.cache.set("soup", soup, 60)
            return soup

        return await self.flights.run("soup", cook_and_keep)


@asynccontextmanager
async def replicas(url, number=2):
    build = uuid.uuid4().hex
    opened = [Replica(url, build) for _ in range(number)]
    yield opened
    for replica in opened:
        await replica.shared.close()


async def test_replicas_share_what_they_remember_and_other_builds_do_not(redis):
    async with replicas(redis.url) as (first, second), replicas(redis.url, 1) as (other,):
        await first.cache.set("a", b"apple", 60)
        assert await second.cache.get("a") == b"apple"
        assert await other.cache.get("a") is None


async def test_equal_computations_on_all_replicas_are_one(redis):
    kitchens = [Kitchen(), Kitchen(), Kitchen()]
    async with replicas(redis.url, 3) as opened:
        pairs = [pair for pair in zip(opened, kitchens, strict=True) for _ in range(5)]
        tasks = [asyncio.create_task(replica.soup(kitchen)) for replica, kitchen in pairs]
        await asyncio.sleep(0.3)
        for kitchen in kitchens:
            kitchen.serve.set()
        assert await asyncio.gather(*tasks) == [b"1"] * 15
    assert sum(kitchen.begun for kitchen in kitchens) == 1


async def test_a_computation_longer_than_its_lease_is_not_begun_again(redis, monkeypatch):
    monkeypatch.setattr("app.store.redis_backed._LEASE_SECONDS", 0.3)
    kitchens = [Kitchen(), Kitchen()]
    async with replicas(redis.url) as opened:
        tasks = [asyncio.create_task(one.soup(kitchen)) for one, kitchen in zip(opened, kitchens, strict=True)]
        await asyncio.sleep(1.0)
        assert sum(kitchen.begun for kitchen in kitchens) == 1
        for kitchen in kitchens:
            kitchen.serve.set()
        await asyncio.gather(*tasks)
    assert sum(kitchen.begun for kitchen in kitchens) == 1


@pytest.mark.parametrize("ending", ["cancelled", "failed"])
async def test_when_the_one_who_computes_gives_up_another_replica_takes_over(redis, ending):
    first, second = Kitchen(error=ValueError("burnt")), Kitchen()
    async with replicas(redis.url) as (one, other):
        leading = asyncio.create_task(one.soup(first))
        assert await until(lambda: first.begun)
        waiting = asyncio.create_task(other.soup(second))
        await asyncio.sleep(0.1)
        leading.cancel() if ending == "cancelled" else first.serve.set()
        assert await until(lambda: second.begun, 2)
        second.serve.set()
        assert await waiting == b"1"
        assert len(await asyncio.gather(leading, return_exceptions=True)) == 1


async def test_a_replica_that_dies_holds_the_others_up_no_longer_than_its_lease(redis, monkeypatch):
    monkeypatch.setattr("app.store.redis_backed._LEASE_SECONDS", 0.3)
    kitchen = Kitchen()
    kitchen.serve.set()
    async with replicas(redis.url) as (dead, alive):
        assert await dead.flights._leads(dead.flights._prefix + "soup", "of the dead")
        assert await asyncio.wait_for(alive.soup(kitchen), 2) == b"1"


async def test_without_redis_each_replica_goes_on_alone_and_together_again_after(redis):
    async with replicas(redis.url) as (first, second):
        await first.cache.set("a", b"apple", 60)
        redis.kill()
        kitchen = Kitchen()
        kitchen.serve.set()
        begun = time.monotonic()
        assert await first.cache.get("a") == b"apple"
        assert await second.cache.get("a") is None
        assert await second.soup(kitchen) == b"1"
        assert time.monotonic() - begun < 1
        assert first.shared.down
        redis.start()
        await asyncio.sleep(1.1)
        await first.cache.set("b", b"pear", 60)
        assert await second.cache.get("b") == b"pear"
        assert not first.shared.down


async def test_redis_lost_in_the_middle_of_a_computation_costs_nobody_the_answer(redis):
    first, second = Kitchen(), Kitchen()
    async with replicas(redis.url) as (one, other):
        leading = asyncio.create_task(one.soup(first))
        assert await until(lambda: first.begun)
        waiting = asyncio.create_task(other.soup(second))
        await asyncio.sleep(0.1)
        redis.kill()
        first.serve.set()
        second.serve.set()
        assert await asyncio.wait_for(asyncio.gather(leading, waiting), 3) == [b"1", b"1"]
    redis.start()


async def test_a_redis_that_hangs_is_waited_for_once_and_then_left_alone():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        async with replicas(f"redis://127.0.0.1:{deaf.getsockname()[1]}/0", 1) as (replica,):
            begun = time.monotonic()
            for number in range(20):
                await replica.cache.set(str(number), b"x", 60)
            assert [await replica.cache.get(str(number)) for number in range(20)] == [b"x"] * 20
            assert 0.4 < time.monotonic() - begun < 1.2

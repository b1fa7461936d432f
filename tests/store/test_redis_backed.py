"""What replicas share through a real Redis, and how each goes on alone while it is away."""

import asyncio
import socket
import time
import uuid
from contextlib import asynccontextmanager

import pytest

from app.store.cache import MemoryCache
from app.store.redis_backed import RedisCache, RedisConnection, RedisRateWindows, RedisSingleFlight
from tests.support.compute.processes import until
from tests.support.fakes import Kitchen

pytestmark = pytest.mark.anyio


class Replica:
    """Its line to Redis, its cache, and its flights."""

    def __init__(self, url, build):
        self.shared = RedisConnection(url)
        self.cache = RedisCache(self.shared, MemoryCache(2**20), build, b"key")
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


async def test_a_replica_that_stands_still_itself_does_not_blame_redis(redis):
    async with replicas(redis.url, 1) as (replica,):
        asking = asyncio.create_task(replica.cache.get("a"))
        await asyncio.sleep(0)
        time.sleep(0.6)
        await asking
        assert not replica.shared.down


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


FOREIGN = {
    "garbage": lambda good: b"\x80\x04K\x01." + good[:40],
    "empty": lambda good: b"",
    "cut short": lambda good: good[:-1],
    "another value": lambda good: good[:-1] + b"!",
    "another key's": None,
    "far too large": lambda good: bytes(20 * 2**20),
    "of another type": "list",
}


@pytest.mark.parametrize("what", FOREIGN)
async def test_what_others_have_written_is_a_miss_and_is_written_over(redis, what):
    async with replicas(redis.url) as (first, second):
        await first.cache.set("soup", b"leek", 60)
        await first.cache.set("bread", b"rye", 60)
        line, name = first.shared.redis, first.cache._prefix + "soup"
        good = await line.get(name)
        if what == "of another type":
            await line.delete(name)
            await line.rpush(name, "soup")
        else:
            await line.set(name, FOREIGN[what](good) if FOREIGN[what] else await line.get(name[:-4] + "bread"))
        assert await second.cache.get("soup") is None
        assert await second.cache.get("bread") == b"rye"
        assert not second.shared.down
        kitchen = Kitchen()
        kitchen.serve.set()
        assert await second.soup(kitchen) == b"1"
        assert await second.cache.get("soup") == b"1"


async def test_replicas_of_another_key_read_nothing_of_ours(redis):
    async with replicas(redis.url, 1) as (ours,):
        theirs = RedisCache(ours.shared, MemoryCache(0), ours.cache._prefix.split(":")[1], b"another")
        await ours.cache.set("a", b"apple", 60)
        assert await theirs.get("a") is None


@pytest.mark.parametrize("lead", ["without an end", "renewed for ever", "of another type"])
async def test_whoever_waits_for_a_lead_that_never_ends_computes_alone(redis, monkeypatch, lead):
    monkeypatch.setattr("app.store.redis_backed._LEASE_SECONDS", 0.2)
    monkeypatch.setattr("app.store.redis_backed._LONGEST_LEAD_SECONDS", 0.4 if lead == "renewed for ever" else 60.0)
    kitchen = Kitchen()
    kitchen.serve.set()
    async with replicas(redis.url, 1) as (replica,):
        line, name = replica.shared.redis, replica.flights._prefix + "soup"
        if lead == "of another type":
            await line.rpush(name, "somebody")
        else:
            await line.set(name, "somebody", ex=None if lead == "without an end" else 3600)
        assert await asyncio.wait_for(replica.soup(kitchen), 10) == b"1"
        await line.delete(name)


async def test_a_redis_that_is_full_is_not_away(redis):
    async with replicas(redis.url, 1) as (replica,):
        await replica.cache.set("a", b"apple", 60)
        await replica.shared.redis.config_set("maxmemory", "1")
        try:
            await replica.cache.set("b", b"pear", 60)
            assert not replica.shared.down
            assert await replica.cache.get("a") == b"apple"
            assert await replica.cache.get("b") == b"pear"
            assert await RedisRateWindows(replica.shared).hit("a", 1, 1, 60) == 0
        finally:
            await replica.shared.redis.config_set("maxmemory", "0")

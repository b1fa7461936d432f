"""What holds of limits wherever they are counted."""

import asyncio

import pytest
from limits.aio.storage import MemoryStorage

from app.errors import TooOftenError
from app.services.shared_state import CardLimits
from app.store.redis_backed import RedisConnection, RedisRateWindows
from tests.support.compute.redis import redis_server

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["memory", "redis", "redis that is away"])
async def windows(request, anyio_backend):
    if request.param == "memory":
        yield MemoryStorage()
        return
    away = "redis://127.0.0.1:9/0"
    shared = RedisConnection(away if request.param.endswith("away") else request.getfixturevalue("redis").url)
    await shared.ask(lambda redis: redis.flushall(), None)
    yield RedisRateWindows(shared)
    await shared.close()


async def test_a_client_at_its_limit_hears_when_and_others_are_not_held_up(windows):
    limits = CardLimits("3/minute", windows)
    for _ in range(3):
        await limits.admit("a")
    with pytest.raises(TooOftenError) as refused:
        await limits.admit("a")
    assert 58 <= refused.value.retry_after <= 60
    assert refused.value.sentence == "One visitor may run 3 cards a minute, and that limit is reached."
    await limits.admit("b")


async def test_all_clients_together_have_a_limit_too(windows):
    limits = CardLimits("1/minute", windows)
    for number in range(10):
        await limits.admit(str(number))
    with pytest.raises(TooOftenError, match="All visitors") as refused:
        await limits.admit("one more")
    assert refused.value.limit == "10 cards a minute"


async def test_a_request_for_more_cards_than_the_window_holds_takes_the_whole_window(windows):
    limits = CardLimits("2/hour", windows)
    await limits.admit("a", runs=6)
    with pytest.raises(TooOftenError, match="2 cards an hour"):
        await limits.admit("a")


async def test_after_the_stated_seconds_another_try_is_let_in(windows):
    limits = CardLimits("2/second", windows)
    await limits.admit("a", runs=2)
    with pytest.raises(TooOftenError) as refused:
        await limits.admit("a")
    await asyncio.sleep(refused.value.retry_after)
    await limits.admit("a", runs=2)


async def test_two_replicas_count_together(redis):
    lines = [RedisConnection(redis.url), RedisConnection(redis.url)]
    first, second = (CardLimits("2/hour", RedisRateWindows(line)) for line in lines)
    await first.admit("together")
    await second.admit("together")
    for limits in (first, second):
        with pytest.raises(TooOftenError):
            await limits.admit("together")
    for line in lines:
        await line.close()

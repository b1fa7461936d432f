"""What holds of limits wherever they are counted."""

import asyncio

import pytest

from app.errors import TooOftenError
from app.services.shared_state import RateLimits
from app.store.redis_backed import RedisConnection, RedisRateWindows
from app.store.windows import MemoryWindows
from tests.support.compute.redis import redis_server

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["memory", "redis", "redis that is away"])
async def windows(request, anyio_backend):
    if request.param == "memory":
        yield MemoryWindows()
        return
    away = "redis://127.0.0.1:9/0"
    shared = RedisConnection(away if request.param.endswith("away") else request.getfixturevalue("redis").url)
    await shared.ask(lambda redis: redis.flushall(), None)
    yield RedisRateWindows(shared)
    await shared.close()


async def test_a_client_at_its_limit_hears_when_and_others_are_not_held_up(windows):
    limits = RateLimits("3/minute", windows)
    for _ in range(3):
        await limits.admit("a")
    with pytest.raises(TooOftenError) as refused:
        await limits.admit("a")
    assert 58 <= refused.value.retry_after <= 60
    assert refused.value.sentence == "One visitor may run 3 cards a minute; that limit is reached for now."
    await limits.admit("b")


async def test_what_is_computed_for_all_clients_together_has_a_limit_too(windows):
    limits = RateLimits("1/minute", windows)
    for _ in range(10):
        await limits.admit_work()
    with pytest.raises(TooOftenError, match="All visitors") as refused:
        await limits.admit_work()
    assert refused.value.limit == "10 cards a minute"
    await limits.give_work_back(1)
    await limits.admit_work()


async def test_what_is_given_back_can_be_had_again(windows):
    limits = RateLimits("4/minute", windows)
    await limits.admit("a", 3)
    await limits.admit("a")
    await limits.give_back("a", 2)
    await limits.admit("a", 2)
    with pytest.raises(TooOftenError):
        await limits.admit("a")


@pytest.mark.parametrize(("prefix", "most"), [("2001:db8:1:{:x}::/64", 2), ("2001:db8:1:{:x}00::/64", 8)])
async def test_a_wider_network_of_many_addresses_has_a_limit_too(windows, prefix, most):
    limits = RateLimits("5/minute", windows)
    for number in range(most):
        await limits.admit(prefix.format(number), 5)
    with pytest.raises(TooOftenError, match="One network"):
        await limits.admit(prefix.format(most), 5)
    await limits.admit("2001:db8:2::/64", 5)


async def test_a_refusal_counts_nothing(windows):
    limits = RateLimits("5/minute", windows)
    for number in range(2):
        await limits.admit(f"2001:db8:1:{number}::/64", 5)
    for _ in range(3):
        with pytest.raises(TooOftenError):
            await limits.admit("2001:db8:1:2::/64", 5)
    for number in range(2):
        await limits.give_back(f"2001:db8:1:{number}::/64", 5)
    await limits.admit("2001:db8:1:2::/64", 5)


async def test_a_clock_that_is_set_back_locks_nobody_out():
    times = iter([0.0, 1.0, 2.0, 61.0])
    limits = RateLimits("2/minute", MemoryWindows(lambda: next(times)))
    await limits.admit("a", 2)
    with pytest.raises(TooOftenError) as refused:
        await limits.admit("a")
    assert refused.value.retry_after == 59
    with pytest.raises(TooOftenError):
        await limits.admit("a")
    await limits.admit("a")


async def test_a_request_for_more_cards_than_the_window_holds_takes_the_whole_window(windows):
    limits = RateLimits("2/hour", windows)
    await limits.admit("a", runs=6)
    with pytest.raises(TooOftenError, match="2 cards an hour"):
        await limits.admit("a")


async def test_after_the_stated_seconds_another_try_is_let_in(windows):
    limits = RateLimits("2/second", windows)
    await limits.admit("a", runs=2)
    with pytest.raises(TooOftenError) as refused:
        await limits.admit("a")
    await asyncio.sleep(refused.value.retry_after)
    await limits.admit("a", runs=2)


async def test_two_replicas_count_together(redis):
    lines = [RedisConnection(redis.url), RedisConnection(redis.url)]
    first, second = (RateLimits("2/hour", RedisRateWindows(line)) for line in lines)
    await first.admit("together")
    await second.admit("together")
    for limits in (first, second):
        with pytest.raises(TooOftenError):
            await limits.admit("together")
    for line in lines:
        await line.close()

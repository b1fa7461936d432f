import pytest

pytestmark = pytest.mark.anyio


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


async def test_what_was_set_is_got_and_nothing_else(open_cache):
    cache = open_cache(1000, Clock())
    await cache.set("a", b"apple", 10)
    assert await cache.get("a") == b"apple"
    assert await cache.get("b") is None


async def test_each_entry_expires_after_its_own_time(open_cache):
    clock = Clock()
    cache = open_cache(1000, clock)
    await cache.set("short", b"s", 5)
    await cache.set("long", b"l", 50)
    clock.now = 6
    assert (await cache.get("short"), await cache.get("long")) == (None, b"l")


async def test_setting_again_replaces_value_and_time(open_cache):
    clock = Clock()
    cache = open_cache(1000, clock)
    await cache.set("a", b"old", 5)
    clock.now = 4
    await cache.set("a", b"new", 5)
    clock.now = 8
    assert await cache.get("a") == b"new"


async def test_bytes_are_bounded_and_the_least_used_go_first(open_cache):
    cache = open_cache(100, Clock())
    await cache.set("a", b"x" * 40, 10)
    await cache.set("b", b"x" * 40, 10)
    await cache.get("a")
    await cache.set("c", b"x" * 40, 10)
    assert [await cache.get(key) is not None for key in "abc"] == [True, False, True]


async def test_what_is_larger_than_the_cache_is_not_kept_nor_what_it_replaces(open_cache):
    cache = open_cache(100, Clock())
    await cache.set("a", b"small", 10)
    await cache.set("a", b"x" * 101, 10)
    assert await cache.get("a") is None


async def test_an_entry_without_time_is_not_kept(open_cache):
    cache = open_cache(100, Clock())
    await cache.set("a", b"small", 10)
    await cache.set("a", b"gone", 0)
    assert await cache.get("a") is None

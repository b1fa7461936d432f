import pytest

from tests.support.compute.caches import MemoryCaches

pytestmark = pytest.mark.anyio


async def test_what_was_set_is_got_and_nothing_else(caches):
    cache = caches.open()
    await cache.set("a", b"apple", 10)
    assert await cache.get("a") == b"apple"
    assert await cache.get("b") is None


async def test_any_bytes_come_back_as_they_were(caches):
    cache = caches.open(2**20)
    for value in (b"", b"\x00\xff\r\n", bytes(range(256)) * 2000):
        await cache.set("a: \u00e4\n", value, 10)
        assert await cache.get("a: \u00e4\n") == value


async def test_each_entry_expires_after_its_own_time(caches):
    cache = caches.open()
    await cache.set("short", b"s", 5)
    await cache.set("long", b"l", 50)
    await caches.pass_time(6)
    assert (await cache.get("short"), await cache.get("long")) == (None, b"l")


async def test_setting_again_replaces_value_and_time(caches):
    cache = caches.open()
    await cache.set("a", b"old", 5)
    await caches.pass_time(3)
    await cache.set("a", b"new", 8)
    await caches.pass_time(4)
    assert await cache.get("a") == b"new"


async def test_an_entry_without_time_is_not_kept(caches):
    cache = caches.open()
    await cache.set("a", b"small", 10)
    await cache.set("a", b"gone", 0)
    assert await cache.get("a") is None


async def test_in_memory_bytes_are_bounded_and_the_least_used_go_first():
    cache = MemoryCaches().open(100)
    await cache.set("a", b"x" * 40, 10)
    await cache.set("b", b"x" * 40, 10)
    await cache.get("a")
    await cache.set("c", b"x" * 40, 10)
    assert [await cache.get(key) is not None for key in "abc"] == [True, False, True]


async def test_in_memory_what_is_larger_than_the_cache_is_not_kept_nor_what_it_replaces():
    cache = MemoryCaches().open(100)
    await cache.set("a", b"small", 10)
    await cache.set("a", b"x" * 101, 10)
    assert await cache.get("a") is None

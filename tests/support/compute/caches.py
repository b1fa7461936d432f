"""Caches as their contract wants them: with a time that passes when it is told to."""

import asyncio
import uuid

from app.store.cache import MemoryCache
from app.store.redis_backed import RedisCache, RedisConnection

# A Redis goes by its own clock, so a second of the contract is a twentieth of one there.
_SECOND = 0.05


class MemoryCaches:
    """In this process, by a clock of our own."""

    def __init__(self):
        self._now = 0.0

    def open(self, max_bytes=1000):
        return MemoryCache(max_bytes, lambda: self._now)

    async def pass_time(self, seconds):
        self._now += seconds

    async def close(self):
        pass


class RedisCaches:
    """In a Redis that others use too."""

    def __init__(self, url):
        self._shared = RedisConnection(url)

    def open(self, max_bytes=1000):
        return Hurried(self._shared, MemoryCache(0), uuid.uuid4().hex, b"key")

    async def pass_time(self, seconds):
        await asyncio.sleep(seconds * _SECOND)

    async def close(self):
        await self._shared.close()


class Hurried(RedisCache):
    """Lives faster."""

    async def set(self, key, value, seconds):
        await super().set(key, value, seconds * _SECOND)

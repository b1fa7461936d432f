"""Answers that all replicas remember together."""

from app.compute.cache import Cache
from app.compute.shared import Shared


class SharedCache:
    """Keeps everything in Redis, which makes room by itself, and in this replica's ``own`` cache, for when it is away.

    Keys begin with ``build``, because other code may mean other bytes by the same key.
    """

    def __init__(self, shared: Shared, own: Cache, build: str) -> None:
        self._shared, self._own, self._prefix = shared, own, f"stock:{build}:"

    async def get(self, key: str) -> bytes | None:
        """Give what any replica has set under ``key``, or None."""
        kept = await self._shared.ask(lambda redis: redis.get(self._prefix + key), None)
        if isinstance(kept, bytes):
            return kept
        return await self._own.get(key)

    async def set(self, key: str, value: bytes, seconds: float) -> None:
        """Keep ``value`` for at most ``seconds``."""
        await self._own.set(key, value, seconds)
        milliseconds, name = int(seconds * 1000), self._prefix + key
        if milliseconds > 0:
            await self._shared.ask(lambda redis: redis.set(name, value, px=milliseconds), None)
        else:
            await self._shared.ask(lambda redis: redis.delete(name), None)

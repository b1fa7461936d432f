"""Callers who want the same thing at the same time share one computation of it, whichever replica they came to."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from app.compute.cache import Cache
from app.compute.shared import Shared
from app.compute.single_flight import SingleFlight

# A replica that dies holds the others up for as long as this.
_LEASE = 5.0
_LOOK_AGAIN = 0.05
_IF_OURS = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call({}) end"
_RENEW = _IF_OURS.format("'pexpire', KEYS[1], ARGV[2]")
_RELEASE = _IF_OURS.format("'del', KEYS[1]")


class SharedFlight:
    """Like a single flight, for computations whose value goes to ``cache`` under the same key when it is made."""

    def __init__(self, shared: Shared, cache: Cache, build: str) -> None:
        self._shared, self._cache, self._prefix = shared, cache, f"stock:{build}:lead:"
        self._here: SingleFlight[bytes] = SingleFlight()

    async def run(self, key: str, make: Callable[[], Coroutine[Any, Any, bytes]]) -> bytes:
        """Await what ``make()`` gives here or on another replica; an error is for those who asked here only."""
        return await self._here.run(key, lambda: self._among_replicas(key, make))

    async def _among_replicas(self, key: str, make: Callable[[], Coroutine[Any, Any, bytes]]) -> bytes:
        name, token = self._prefix + key, secrets.token_hex(8)
        while not await self._leads(name, token):
            await asyncio.sleep(_LOOK_AGAIN)
            if (made := await self._cache.get(key)) is not None:
                return made
        async with self._lease(name, token):
            # Whoever led before may just have ended.
            return await self._cache.get(key) or await make()

    async def _leads(self, name: str, token: str) -> bool:
        lease = int(_LEASE * 1000)
        # Without Redis everybody leads.
        return bool(await self._shared.ask(lambda redis: redis.set(name, token, nx=True, px=lease), True))

    @asynccontextmanager
    async def _lease(self, name: str, token: str) -> AsyncIterator[None]:
        renewing = asyncio.create_task(self._renew(name, token))
        try:
            yield
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing
            await self._shared.ask(lambda redis: redis.eval(_RELEASE, 1, name, token), None)

    async def _renew(self, name: str, token: str) -> None:
        while True:
            await asyncio.sleep(_LEASE / 3)
            await self._shared.ask(lambda redis: redis.eval(_RENEW, 1, name, token, int(_LEASE * 1000)), None)

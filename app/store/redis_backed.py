"""A Redis that replicas share: cache, single flight and rate windows."""

import asyncio
import logging
import math
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from limits.aio.storage import MemoryStorage, RedisStorage
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.store.cache import Cache
from app.store.single_flight import SingleFlight

T = TypeVar("T")
_log = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 0.5
_PAUSE_SECONDS = 1.0


class RedisConnection:
    """Asks a Redis, and answers in its place while it is away.

    One that does not answer within half a second is left alone for the next, so that it slows nobody down.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        # Retrying is for those who have nothing else to fall back to.
        self.redis: Redis = Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=_TIMEOUT_SECONDS)
        self._clock = clock
        self._alone_until = -math.inf
        self.down = False

    async def ask(self, question: Callable[[Redis], Awaitable[T]], otherwise: T) -> T:
        """The answer to ``question``, or ``otherwise`` where there is none."""
        if self._clock() < self._alone_until:
            return otherwise
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                answer = await question(self.redis)
        except (RedisError, OSError, TimeoutError) as error:
            self._note(down=True, why=type(error).__name__)
            return otherwise
        self._note(down=False)
        return answer

    async def close(self) -> None:
        """Close all connections."""
        await self.redis.aclose()

    def _note(self, *, down: bool, why: str = "") -> None:
        if down != self.down:
            _log.warning("Redis is away (%s); this replica goes on alone.", why) if down else _log.info(
                "Redis is back."
            )
        self.down = down
        self._alone_until = self._clock() + _PAUSE_SECONDS if down else -math.inf


class RedisCache:
    """Keeps everything in Redis, which makes room by itself, and in this replica's ``own`` cache, for when it is away.

    Keys begin with ``build``, because other code may mean other bytes by the same key.
    """

    def __init__(self, shared: RedisConnection, own: Cache, build: str) -> None:
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


# A replica that dies holds the others up for as long as this.
_LEASE_SECONDS = 5.0
_POLL_SECONDS = 0.05
_IF_OURS = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call({}) end"
_RENEW = _IF_OURS.format("'pexpire', KEYS[1], ARGV[2]")
_RELEASE = _IF_OURS.format("'del', KEYS[1]")


class RedisSingleFlight:
    """Like a single flight, for computations whose value goes to ``cache`` under the same key when it is made."""

    def __init__(self, shared: RedisConnection, cache: Cache, build: str) -> None:
        self._shared, self._cache, self._prefix = shared, cache, f"stock:{build}:lead:"
        self._here: SingleFlight[bytes] = SingleFlight()

    async def run(self, key: str, make: Callable[[], Coroutine[Any, Any, bytes]]) -> bytes:
        """Await what ``make()`` gives here or on another replica; an error is for those who asked here only."""
        return await self._here.run(key, lambda: self._among_replicas(key, make))

    async def _among_replicas(self, key: str, make: Callable[[], Coroutine[Any, Any, bytes]]) -> bytes:
        name, token = self._prefix + key, secrets.token_hex(8)
        while not await self._leads(name, token):
            await asyncio.sleep(_POLL_SECONDS)
            if (made := await self._cache.get(key)) is not None:
                return made
        async with self._lease(name, token):
            # Whoever led before may just have ended.
            return await self._cache.get(key) or await make()

    async def _leads(self, name: str, token: str) -> bool:
        lease = int(_LEASE_SECONDS * 1000)
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
            await asyncio.sleep(_LEASE_SECONDS / 3)
            await self._shared.ask(lambda redis: redis.eval(_RENEW, 1, name, token, int(_LEASE_SECONDS * 1000)), None)


class RedisRateWindows(MemoryStorage):
    """Counts in Redis; while that is away, in this replica's own memory."""

    STORAGE_SCHEME = ["async+shared"]  # noqa: RUF012 - as its base has it.

    def __init__(self, shared: RedisConnection) -> None:
        super().__init__()
        self._shared = shared
        options: dict[str, Any] = {"connection_pool": shared.redis.connection_pool}
        self._far = RedisStorage("async+redis://", implementation="redispy", **options)

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count ``amount`` if the window has room for so many."""
        far = await self._shared.ask(lambda _: self._far.acquire_entry(key, limit, expiry, amount), None)
        return await super().acquire_entry(key, limit, expiry, amount) if far is None else far

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest that still counts was counted, and how many do."""
        far = await self._shared.ask(lambda _: self._far.get_moving_window(key, limit, expiry), None)
        return await super().get_moving_window(key, limit, expiry) if far is None else far

"""A Redis that replicas share: cache, single flight and rate windows."""

import asyncio
import hashlib
import hmac
import logging
import math
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from app.store.cache import Cache
from app.store.single_flight import SingleFlight
from app.store.windows import GIVE_BACK, HIT, MemoryWindows

T = TypeVar("T")
_log = logging.getLogger(__name__)

_CHECKS, _CHECK_SECONDS, _PAUSE_SECONDS = 10, 0.05, 1.0


class RedisConnection:
    """Asks a Redis, and answers in its place while it is away.

    One that does not answer within half a second is left alone for the next, so that it slows nobody down.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        # Retrying is for those who have nothing else to fall back to.
        self.redis: Redis = Redis.from_url(url, retry=Retry(NoBackoff(), 0))
        self._clock = clock
        self._alone_until = -math.inf
        self.down = False

    async def ask(self, question: Callable[[Redis], Awaitable[T]], otherwise: T) -> T:
        """The answer to ``question``, or ``otherwise`` where there is none."""
        if self._clock() < self._alone_until:
            return otherwise
        try:
            answer = await _in_time(question(self.redis))
        except ResponseError:
            # A key of a wrong type, or no room for one more: that is this question's trouble only.
            answer = otherwise
        except (RedisError, OSError, TimeoutError) as error:
            self._note(down=True, why=type(error).__name__)
            return otherwise
        self._note(down=False)
        return answer

    async def close(self) -> None:
        """Close all connections."""
        await self.redis.aclose()

    def _note(self, *, down: bool, why: str = "") -> None:
        if down and not self.down:
            _log.warning("Redis is away (%s); this replica goes on alone.", why)
        if self.down and not down:
            _log.info("Redis is back.")
        self.down = down
        self._alone_until = self._clock() + _PAUSE_SECONDS if down else -math.inf


async def _in_time(answer: Awaitable[T]) -> T:
    """Await ``answer`` for half a second; what is longer because this process itself stood still does not count."""
    asking = asyncio.ensure_future(answer)
    try:
        for _ in range(_CHECKS):
            await asyncio.wait({asking}, timeout=_CHECK_SECONDS)
            if asking.done():
                return await asking
        raise TimeoutError
    finally:
        asking.cancel()


_SEAL, _LARGEST = hashlib.sha256().digest_size, 16 * 2**20


class RedisCache:
    """Keeps everything in Redis, which makes room by itself, and in this replica's ``own`` cache, for when it is away.

    Keys begin with ``build``, because other code may mean other bytes by the same key. A value stands behind its
    HMAC-SHA256 with the replicas' common ``key``: what anybody else has written there, or in another place, is a miss.
    """

    def __init__(self, shared: RedisConnection, own: Cache, build: str, key: bytes) -> None:
        self._shared, self._own, self._prefix = shared, own, f"stock:{build}:"
        self._key = hmac.digest(key, b"cache", "sha256")

    async def get(self, key: str) -> bytes | None:
        """Give what any replica has set under ``key``, or None."""
        name = self._prefix + key
        # No more is fetched than an entry of ours can have, whatever its size is said to be.
        kept = await self._shared.ask(lambda redis: redis.getrange(name, 0, _LARGEST), None)
        if isinstance(kept, bytes) and hmac.compare_digest(self._seal(name, kept[_SEAL:]), kept[:_SEAL]):
            return kept[_SEAL:]
        return await self._own.get(key)

    async def set(self, key: str, value: bytes, seconds: float) -> None:
        """Keep ``value`` for at most ``seconds``."""
        await self._own.set(key, value, seconds)
        milliseconds, name = int(seconds * 1000), self._prefix + key
        if milliseconds > 0 and _SEAL + len(value) <= _LARGEST:
            sealed = self._seal(name, value) + value
            await self._shared.ask(lambda redis: redis.set(name, sealed, px=milliseconds), None)
        else:
            await self._shared.ask(lambda redis: redis.delete(name), None)

    def _seal(self, name: str, value: bytes) -> bytes:
        return hmac.digest(self._key, name.encode() + b"\0" + value, "sha256")


# A replica that dies holds the others up for as long as this.
_LEASE_SECONDS = 5.0
# A job waits and runs for no longer; whoever still claims to lead after that does not.
_LONGEST_LEAD_SECONDS = 60.0
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
        since = looked = time.monotonic()
        while not await self._leads(name, token):
            await asyncio.sleep(_POLL_SECONDS)
            if (made := await self._cache.get(key)) is not None:
                return made
            if time.monotonic() - since > _LONGEST_LEAD_SECONDS:
                return await make()
            if time.monotonic() - looked > _LEASE_SECONDS:
                looked = time.monotonic()
                # Every leader's key ends by itself, so one without an end is nobody's.
                if await self._shared.ask(lambda redis: redis.pttl(name), 0) == -1:
                    return await make()
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


_WINDOW = "stock:window:"


class RedisRateWindows:
    """Counts in Redis; while that is away, in this replica's own memory."""

    def __init__(self, shared: RedisConnection) -> None:
        self._shared, self._own = shared, MemoryWindows()

    async def hit(self, key: str, amount: int, limit: int, seconds: float) -> float:
        """Count ``amount`` and return 0, or return after how many seconds there is room for it."""
        given = str(amount), str(limit), str(math.ceil(seconds * 1000)), secrets.token_hex(8)
        wait = await self._shared.ask(lambda redis: redis.eval(HIT, 1, _WINDOW + key, *given), None)
        return await self._own.hit(key, amount, limit, seconds) if wait is None else int(wait) / 1000

    async def give_back(self, key: str, amount: int) -> None:
        """Count the last ``amount`` no longer."""
        given = str(amount), secrets.token_hex(8)
        if await self._shared.ask(lambda redis: redis.eval(GIVE_BACK, 1, _WINDOW + key, *given), None) is None:
            await self._own.give_back(key, amount)

"""Cache, single flight and rate limits, in memory or in Redis."""

import math
import time
from dataclasses import dataclass

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter

from app.errors import TooOftenError
from app.services.metrics import MeteredCache, Metrics
from app.services.receipts.provenance import code_digest
from app.store.cache import Cache
from app.store.redis_backed import RedisCache, RedisConnection, RedisRateWindows, RedisSingleFlight
from app.store.single_flight import Flights, SingleFlight

# The whole service may be kept as busy as by so many clients at their limit.
_CROWD = 10


class CardLimits:
    """Windows that move with time, so that nobody gets twice the ``rate`` (as "60/minute") around the full minute.

    All clients together may ask for as much as a ``crowd`` of so many.
    """

    def __init__(self, rate: str, storage: Storage | None = None, crowd: int = _CROWD) -> None:
        self._each = parse(rate)
        self._all = type(self._each)(self._each.amount * crowd, self._each.multiples)
        self._windows = MovingWindowRateLimiter(storage or MemoryStorage())

    async def admit(self, client: str, runs: int = 1) -> None:
        """Count ``runs`` of ``client``, or raise ``TooOftenError``; a client's stay counted where all are too many."""
        await self._count("One visitor", self._each, runs, "client", client)
        await self._count("All visitors together", self._all, runs, "all")

    async def _count(self, whose: str, limit: RateLimitItem, runs: int, *key: str) -> None:
        # More than the whole window holds would never fit.
        if await self._windows.hit(limit, *key, cost=min(runs, limit.amount)):
            return
        freed = (await self._windows.get_window_stats(limit, *key)).reset_time
        span = "an hour" if limit.GRANULARITY.name == "hour" else f"a {limit.GRANULARITY.name}"
        raise TooOftenError(whose, f"{limit.amount} cards {span}", max(1, math.ceil(freed - time.time())))


@dataclass(frozen=True, slots=True)
class SharedState:
    """Answers, computations under way, and windows of card runs; ``shared`` is None for a replica alone."""

    cache: Cache
    flights: Flights
    windows: Storage
    shared: RedisConnection | None


def shared_state(redis_url: str, own: Cache, metrics: Metrics) -> SharedState:
    """All of it in the Redis at ``redis_url`` and, while that is away or where there is none, in this replica's own."""
    if not redis_url:
        return SharedState(MeteredCache(own, metrics), SingleFlight[bytes](), MemoryStorage(), None)
    # Old and new replicas must not read one another's answers.
    shared, build = RedisConnection(redis_url), code_digest()[:16]
    cache = MeteredCache(RedisCache(shared, own, build), metrics)
    return SharedState(cache, RedisSingleFlight(shared, cache, build), RedisRateWindows(shared), shared)

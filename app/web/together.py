"""What replicas hold together through a Redis, or one alone in its memory."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from limits.aio.storage import MemoryStorage, Storage

from app.compute.cache import Cache
from app.compute.shared import Shared
from app.compute.shared_cache import SharedCache
from app.compute.shared_flight import SharedFlight
from app.compute.single_flight import Flights, SingleFlight
from app.web.metrics import MeteredCache, Metrics
from app.web.shared_windows import SharedWindows


@dataclass(frozen=True, slots=True)
class Together:
    """Answers, computations under way, and windows of card runs; ``shared`` is None for a replica alone."""

    cache: Cache
    flights: Flights
    windows: Storage
    shared: Shared | None


def together(redis_url: str, own: Cache, metrics: Metrics) -> Together:
    """All of it in the Redis at ``redis_url`` and, while that is away or where there is none, in this replica's own."""
    if not redis_url:
        return Together(MeteredCache(own, metrics), SingleFlight[bytes](), MemoryStorage(), None)
    shared = Shared(redis_url)
    cache = MeteredCache(SharedCache(shared, own, _build()), metrics)
    return Together(cache, SharedFlight(shared, cache, _build()), SharedWindows(shared), shared)


@lru_cache
def _build() -> str:
    """What tells this code from any other."""
    files = sorted(Path(__file__).parents[1].rglob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]

"""What replicas hold together through a Redis, or one alone in its memory."""

from dataclasses import dataclass

from limits.aio.storage import MemoryStorage, Storage

from app.compute.cache import Cache
from app.compute.shared import Shared
from app.compute.shared_cache import SharedCache
from app.compute.shared_flight import SharedFlight
from app.compute.single_flight import Flights, SingleFlight
from app.version import code_digest
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
    # Old and new replicas must not read one another's answers.
    shared, build = Shared(redis_url), code_digest()[:16]
    cache = MeteredCache(SharedCache(shared, own, build), metrics)
    return Together(cache, SharedFlight(shared, cache, build), SharedWindows(shared), shared)

"""What a platform may count and chart of a running app: no visitor, ticker or file is in any of it."""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.compute.engine import Engine, EngineStatus
from app.store.cache import Cache

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 50)
_OUTCOMES = {200: "ok", 304: "ok", 429: "limited", 499: "gone", 502: "source", 503: "busy", 504: "source"}


class Metrics:
    """The numbers of one app, in a registry of its own.

    Who asks for them has to say the ``token``; where it is empty nobody can, and where None everybody may ask.
    """

    def __init__(self, token: bytes | None = None) -> None:
        self.token = token
        self.registry = CollectorRegistry()
        self._requests = self._counter("requests", "Requests answered", "route", "method", "status")
        self._request_seconds = self._histogram("request_seconds", "From a request to its answer", "route")
        self._card_seconds = self._histogram("card_seconds", "From a card's request to its answer", "card", "outcome")
        self._job_seconds = self._histogram("job_seconds", "Work of the engine, waiting included", "job", "outcome")
        self._lookups = self._counter("cache_lookups", "Looks into the cache", "kind", "found")
        self._loads = self._counter("source_loads", "Loads asked of market sources", "source", "outcome")

    def answered(self, route: str, method: str, status: int, seconds: float, card: str) -> None:
        """Count a request by its route's template; ``card`` is the slug of the card it asked for, or a tool's name."""
        self._requests.labels(route, method, status).inc()
        self._request_seconds.labels(route).observe(seconds)
        if card:
            outcome = _OUTCOMES.get(status, "refused" if status < 500 else "failed")
            self._card_seconds.labels(card, outcome).observe(seconds)

    def looked_up(self, key: str, *, found: bool) -> None:
        """Count a look into the cache; what is before the first colon of ``key`` is its kind."""
        self._lookups.labels(key.partition(":")[0], "yes" if found else "no").inc()

    def loaded(self, source: str, outcome: str) -> None:
        """Count what became of a load from a market source."""
        self._loads.labels(source, outcome).inc()

    def worked(self, job: str, outcome: str, seconds: float) -> None:
        """Count a job of the engine."""
        self._job_seconds.labels(job, outcome).observe(seconds)

    def exposition(self) -> bytes:
        """All of it in Prometheus's text format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"stock_{name}", says, labels, registry=self.registry)

    def _histogram(self, name: str, says: str, *labels: str) -> Histogram:
        return Histogram(f"stock_{name}", says, labels, registry=self.registry, buckets=_SECONDS)


class Workforce(Collector):
    """How the workers are at the moment somebody looks."""

    def __init__(self, status: Callable[[], EngineStatus]) -> None:
        self._status = status

    def collect(self) -> Iterable[Metric]:
        """Workers by state, memory in bytes, the queue and restarts, as of now."""
        status, (web, below) = self._status(), resident_bytes()
        workers = GaugeMetricFamily("stock_workers", "Worker processes by state", labels=["state"])
        for state in ("expected", "warm", "running"):
            workers.add_metric([state], getattr(status, state))
        memory = GaugeMetricFamily("stock_resident_memory_bytes", "Memory in use", labels=["process"])
        memory.add_metric(["web"], web)
        memory.add_metric(["workers"], below)
        yield from (workers, memory)
        yield GaugeMetricFamily("stock_queue_depth", "Jobs that wait for a worker", status.waiting)
        yield CounterMetricFamily("stock_worker_restarts", "Workers that took another's place", status.restarts)


class MeteredCache:
    """A cache whose looks are counted."""

    def __init__(self, cache: Cache, metrics: Metrics) -> None:
        self._cache, self._metrics = cache, metrics

    async def get(self, key: str) -> bytes | None:
        """What the cache has under ``key``; counts whether it has."""
        value = await self._cache.get(key)
        self._metrics.looked_up(key, found=value is not None)
        return value

    async def set(self, key: str, value: bytes, seconds: float) -> None:
        """Keep ``value`` in the cache; not counted."""
        await self._cache.set(key, value, seconds)


class MeteredEngine:
    """An engine whose jobs are timed, and whose workers are shown among the ``metrics``."""

    def __init__(self, engine: Engine, metrics: Metrics) -> None:
        self._engine, self._metrics = engine, metrics
        metrics.registry.register(Workforce(engine.status))
        self.start, self.stop, self.status = engine.start, engine.stop, engine.status

    async def run(self, function: str, *payload: bytes) -> bytes:
        """Run the job and note how long it took and what became of it; an error by the name of its kind."""
        begun, outcome = perf_counter(), "cancelled"
        try:
            answer = await self._engine.run(function, *payload)
            outcome = "ok"
        except Exception as error:
            outcome = type(error).__name__
            raise
        finally:
            self._metrics.worked(function.rpartition(":")[2], outcome, perf_counter() - begun)
        return answer


_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def resident_bytes() -> tuple[int, int]:
    """Bytes resident in this process, and in its descendants together (what they share is counted for each).

    Zero where the system has no /proc.
    """
    return _resident(os.getpid()), sum(map(_resident, _descendants(os.getpid())))


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    return 0


def _descendants(pid: int) -> Iterator[int]:
    for child in _children(pid):
        yield child
        yield from _descendants(child)


def _children(pid: int) -> list[int]:
    children: list[int] = []
    # Any of them may end while it is looked at.
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            children += map(int, (thread / "children").read_text().split())
    return children

"""Cache, single flight and rate limits, in memory or in Redis."""

import importlib
import ipaddress
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from app.compute.engine import CARD, Engine, EngineStatus
from app.compute.errors import OverloadedError
from app.errors import TooOftenError
from app.services.metrics import MeteredCache, Metrics
from app.services.receipts.provenance import code_digest
from app.store.cache import Cache
from app.store.single_flight import Flights, SingleFlight
from app.store.windows import MemoryWindows, RateWindows

# The whole service may be kept as busy as by so many clients at their limit.
_CROWD = 10
_SPANS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}
# A household has at least one /64 of IPv6, many a /56, a firm a /48; each wider network may have more, but not as much
# as all the narrower ones that fit into it.
_WIDER = ((56, 2), (48, 8))


class RateLimits:
    """Windows that move with time, so that nobody gets twice the ``rate`` (as "60/minute") around the full minute.

    All clients together may have work done for as much as a ``crowd`` of so many may ask for.
    """

    def __init__(self, rate: str, windows: RateWindows | None = None, crowd: int = _CROWD, what: str = "cards") -> None:
        amount, _, self._span = rate.partition("/")
        self._each, self._crowd, self._what = int(amount), crowd, what
        self._windows = windows or MemoryWindows()

    async def admit(self, client: str, runs: int = 1) -> None:
        """Count ``runs`` of ``client``, or raise ``TooOftenError`` and count nothing."""
        counted: list[str] = []
        for name, factor in networks(client):
            whose = "One visitor" if not counted else "One network"
            try:
                await self._count(whose, name, self._each * factor, runs)
            except TooOftenError:
                for already in counted:
                    await self._give_back(already, runs)
                raise
            counted.append(name)

    async def give_back(self, client: str, runs: int) -> None:
        """Count ``runs`` of ``client``, which came to nothing, no longer."""
        for name, _ in networks(client):
            await self._give_back(name, runs)

    async def admit_work(self, runs: int = 1) -> None:
        """Count ``runs`` for which something is computed, among those of all; raises ``TooOftenError``."""
        await self._count("All visitors together", "all", self._each * self._crowd, runs)

    async def give_work_back(self, runs: int) -> None:
        """Count ``runs`` among those of all no longer."""
        await self._give_back("all", runs)

    async def _count(self, whose: str, name: str, limit: int, runs: int) -> None:
        # More than the whole window holds would never fit.
        wait = await self._windows.hit(f"{self._what}:{name}", min(runs, limit), limit, _SPANS[self._span])
        if wait:
            span = "an hour" if self._span == "hour" else f"a {self._span}"
            raise TooOftenError(whose, f"{limit} {self._what} {span}", math.ceil(wait))

    async def _give_back(self, name: str, runs: int) -> None:
        await self._windows.give_back(f"{self._what}:{name}", runs)


# A household or an attacker gets a whole network of these, so they count as one.
_IPV6_NETWORK = 64
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


def address_of(text: str) -> str:
    """The address, an IPv6 one by its network, without a port; empty where ``text`` is none."""
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    bare = bare.partition(":")[0] if bare.count(":") == 1 else bare
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if inside := _ipv4_in(address):
        return str(inside)
    return str(ipaddress.ip_network((address, _IPV6_NETWORK), strict=False))


def _ipv4_in(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 host that has this address as well, by mapping, by translation or by a tunnel."""
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def networks(client: str) -> Iterator[tuple[str, int]]:
    """``client`` and the wider networks that it is part of, each with how many times as much it may have."""
    yield client, 1
    if re.fullmatch(r"[0-9a-f:]+/64", client):
        for prefix, factor in _WIDER:
            yield str(ipaddress.ip_network(client).supernet(new_prefix=prefix)), factor


def household(client: str) -> str:
    """What takes turns with others in the queue: the address, of IPv6 the network of a household."""
    return [name for name, _ in networks(client)][:2][-1]


class CountedEngine:
    """An engine whose work is counted, once for each card, by ``limits`` (if any) among that of all clients."""

    def __init__(self, engine: Engine, limits: RateLimits | None) -> None:
        self._engine, self._limits = engine, limits

    async def start(self) -> None:
        """Start the engine."""
        await self._engine.start()

    async def stop(self) -> None:
        """Stop the engine."""
        await self._engine.stop()

    def status(self) -> EngineStatus:
        """The engine's."""
        return self._engine.status()

    async def run(self, function: str, *payload: bytes) -> bytes:
        """Run the job; raises ``TooOftenError`` too. What the engine refuses counts nothing."""
        card = CARD.get()
        if card is None or card.counted or self._limits is None:
            return await self._engine.run(function, *payload)
        card.counted = True
        try:
            await self._limits.admit_work(card.weight)
        except TooOftenError:
            card.counted = False
            raise
        try:
            return await self._engine.run(function, *payload)
        except OverloadedError:
            if not card.begun:
                card.counted = False
                await self._limits.give_work_back(card.weight)
            raise


class SharedStore(Protocol):
    """What replicas share; ``down`` while it does not answer."""

    down: bool

    async def close(self) -> None:
        """Close all connections."""


@dataclass(frozen=True, slots=True)
class SharedState:
    """Answers, computations under way, and windows of card runs; ``shared`` is None for a replica alone."""

    cache: Cache
    flights: Flights
    windows: RateWindows
    shared: SharedStore | None


def shared_state(redis_url: str, own: Cache, metrics: Metrics, key: bytes) -> SharedState:
    """All of it in the Redis at ``redis_url`` and, while that is away or where there is none, in this replica's own.

    What replicas keep there is authenticated with ``key``.
    """
    if not redis_url:
        return SharedState(MeteredCache(own, metrics), SingleFlight[bytes](), MemoryWindows(), None)
    # A dotted name, because the library takes a tenth of the start, and a replica alone needs none.
    kept = importlib.import_module("app.store.redis_backed")
    # Old and new replicas must not read one another's answers.
    shared, build = kept.RedisConnection(redis_url), code_digest()[:16]
    cache = MeteredCache(kept.RedisCache(shared, own, build, key), metrics)
    return SharedState(cache, kept.RedisSingleFlight(shared, cache, build), kept.RedisRateWindows(shared), shared)

"""Finished analyses and charts on demand: from the cache, or computed once however many ask for them together."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from app.charts.chart import Chart
from app.compute.cache import Cache
from app.compute.engine import Engine
from app.compute.single_flight import SingleFlight
from app.market import history as histories
from app.market import quotes as answers
from app.market.quotes import Quotes
from app.market.source import MarketSource
from app.panels import BY_SLUG
from app.panels.analysis import Analysis
from app.panels.outcome import Outcome, outcome_of
from app.panels.panel import Panel
from app.panels.query import Query

_CHARTS = TypeAdapter(dict[str, Chart])


@dataclass(frozen=True, slots=True)
class Finished:
    """A card's analysis with its JSON, and what happened afterwards where the query looks back."""

    analysis: Analysis
    json: bytes
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Packed:
    """An encoded history; ``key`` tells one from another by content."""

    history: bytes
    key: str


@dataclass(frozen=True, slots=True)
class Analyses:
    """Where a query is answered: sources load, the engine computes, the cache remembers for ``seconds``.

    Finished work is keyed by the content of its history, so equal bars are analysed once whatever query they came by.
    """

    sources: Mapping[str, MarketSource]
    engine: Engine
    cache: Cache
    seconds: float
    flights: SingleFlight[bytes] = field(default_factory=SingleFlight)

    async def prepare(self, query: Query) -> Packed:
        """The history that ``query`` asks for; raises what its source and its rows give cause to."""

        async def build() -> bytes:
            return histories.encode(histories.history_until(await self._quotes(query), query.as_of))

        history = await self._remembered(f"history:{query.source}:{query.ticker}:{query.as_of}", build)
        return Packed(history, hashlib.sha256(history).hexdigest())

    async def finished(self, panel: Panel, query: Query) -> Finished:
        """The card's analysis for ``query``; raises what sources, histories, models and the engine raise."""
        packed = await self.prepare(query)
        published = await self._analysis(panel, query.horizon, packed)
        analysis = TypeAdapter(panel.analysis).validate_json(published)
        outcome = outcome_of(analysis, await self._quotes(query)) if query.as_of else None
        return Finished(analysis, published, outcome)

    async def charts(self, panel: Panel, query: Query, canvas: str) -> dict[str, Chart]:
        """The card's charts by name, drawn for ``canvas`` from its finished analysis."""
        packed = await self.prepare(query)
        published = await self._analysis(panel, query.horizon, packed)

        async def draw() -> bytes:
            names = panel.slug.encode(), canvas.encode()
            return await self.engine.run("app.panels.work:draw", *names, packed.history, published)

        drawn = await self._remembered(f"charts:{panel.slug}:{canvas}:{query.horizon}:{packed.key}", draw)
        return _CHARTS.validate_json(drawn)

    async def _analysis(self, panel: Panel, horizon: int, packed: Packed) -> bytes:
        async def analyse() -> bytes:
            panel.check(len(histories.decode(packed.history)))
            needed = await asyncio.gather(*(self._analysis(BY_SLUG[slug], horizon, packed) for slug in panel.needs))
            asked = panel.slug.encode(), str(horizon).encode()
            return await self.engine.run("app.panels.work:analyse", *asked, packed.history, *needed)

        return await self._remembered(f"analysis:{panel.slug}:{horizon}:{packed.key}", analyse)

    async def _quotes(self, query: Query) -> Quotes:
        async def load() -> bytes:
            return answers.encode(await self.sources[query.source].load(query.ticker))

        return answers.decode(await self._remembered(f"quotes:{query.source}:{query.ticker}", load))

    async def _remembered(self, key: str, make: Callable[[], Awaitable[bytes]]) -> bytes:
        if (kept := await self.cache.get(key)) is not None:
            return kept

        async def make_and_keep() -> bytes:
            made = await make()
            await self.cache.set(key, made, self.seconds)
            return made

        return await self.flights.run(key, make_and_keep)

"""Finished analyses and charts on demand: from the cache, or computed once however many ask for them together."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from app.charts.chart import Chart
from app.compute.engine import Engine
from app.compute.progress import ProgressListeners, prefix_progress
from app.errors import NotApplicableError, TooFewBarsError
from app.market.passport import Passport, Stale
from app.market.upload.source import SOURCE, ShortFileError
from app.panels import BY_SLUG, jobs
from app.panels.analysis import Analysis
from app.panels.outcome import OUTCOME, Outcome, outcome_of, with_outcome
from app.panels.panel import Panel, Query
from app.services.loaded_history import HistoryLoader, LoadedHistory
from app.store.cache import Cache
from app.store.single_flight import Flights, SingleFlight

_STALE = TypeAdapter(Stale)


@dataclass(frozen=True, slots=True)
class Finished:
    """A card's analysis with its JSON, its history, and what happened afterwards where the query looks back."""

    loaded: LoadedHistory
    analysis: Analysis
    json: bytes
    outcome: Outcome | None

    def published(self) -> bytes:
        """The JSON object of the analysis, with the members ``outcome`` and ``stale`` where there are such."""
        published, stale = with_outcome(self.json, self.outcome), self.loaded.stale
        return published if stale is None else published[:-1] + b',"stale":' + _STALE.dump_json(stale) + b"}"


@dataclass(frozen=True, slots=True)
class Analyses:
    """Where a query is answered: ``loader`` loads, the engine computes, the cache remembers for ``seconds``.

    Finished work is keyed by the content of its history, so equal bars are analysed once whatever query they came by.
    """

    loader: HistoryLoader
    engine: Engine
    cache: Cache
    seconds: float
    flights: Flights = field(default_factory=SingleFlight[bytes])
    listeners: ProgressListeners = field(default_factory=ProgressListeners)

    async def finished(self, panel: Panel, query: Query) -> Finished:
        """The card's analysis for ``query``; raises what sources, histories, models and the engine raise."""
        loaded = await self.loader.prepare(query)
        analysis_json = await self._analysis(panel, query.horizon, loaded)
        analysis = jobs.decode_analysis(panel, analysis_json)
        return Finished(loaded, analysis, analysis_json, outcome_of(analysis, loaded.following))

    async def charts(self, panel: Panel, finished: Finished, canvas: str) -> dict[str, Chart]:
        """The card's charts by name, drawn for ``canvas`` from its ``finished`` analysis.

        Where there is an outcome, its picture is ``outcome`` among them: drawn apart, so that no other knows of it.
        """
        key = f"{panel.slug}:{canvas}:{finished.analysis.horizon}:{finished.loaded.key}"

        async def draw() -> bytes:
            history, analysis = finished.loaded.history, finished.json
            return await jobs.request_charts(self.engine.run, panel, canvas, history, analysis)

        charts, outcome = await asyncio.gather(
            self._remembered(f"charts:{key}", draw), self._outcome_chart(key, panel, finished, canvas)
        )
        return jobs.decode_charts(charts) | outcome

    async def ranges(self, verdicts: Sequence[Finished], canvas: str) -> Chart:
        """The chart that sets the ranges of finished ``verdicts`` side by side."""
        compared = [finished.json for finished in verdicts]
        key = f"ranges:{canvas}:{hashlib.sha256(b' '.join(compared)).hexdigest()}"

        async def draw() -> bytes:
            return await jobs.request_ranges_chart(self.engine.run, canvas, compared)

        return jobs.decode_chart(await self._remembered(key, draw))

    async def _outcome_chart(self, key: str, panel: Panel, finished: Finished, canvas: str) -> dict[str, Chart]:
        if (outcome := finished.outcome) is None:
            return {}

        async def draw() -> bytes:
            history, analysis = finished.loaded.history, finished.json
            return await jobs.request_outcome_chart(self.engine.run, panel, canvas, history, analysis, outcome)

        digest = hashlib.sha256(OUTCOME.dump_json(outcome)).hexdigest()
        return {"outcome": jobs.decode_chart(await self._remembered(f"outcome:{key}:{digest}", draw))}

    async def _analysis(self, panel: Panel, horizon: int, loaded: LoadedHistory) -> bytes:
        async def analyse() -> bytes:
            _check(panel, loaded.passport)
            needed = await asyncio.gather(*(self._needed(BY_SLUG[slug], horizon, loaded) for slug in panel.needs))
            return await jobs.request_analysis(self.engine.run, panel, horizon, loaded.history, needed)

        return await self._remembered(f"analysis:{panel.slug}:{horizon}:{loaded.key}", analyse)

    async def _needed(self, panel: Panel, horizon: int, loaded: LoadedHistory) -> bytes:
        """The analysis that another card needs, empty where its model has nothing to say."""
        prefix_progress(panel.title)
        try:
            return await self._analysis(panel, horizon, loaded)
        except NotApplicableError:
            return b""

    async def _remembered(self, key: str, make: Callable[[], Awaitable[bytes]]) -> bytes:
        if (kept := await self.cache.get(key)) is not None:
            return kept

        async def make_and_keep() -> bytes:
            self.listeners.publish_to(key)
            value = await make()
            await self.cache.set(key, value, self.seconds)
            return value

        with self.listeners.subscribed(key):
            return await self.flights.run(key, make_and_keep)


def _check(panel: Panel, passport: Passport) -> None:
    """Raises what the card has against a history; whose own file is too short can do something about that."""
    try:
        panel.check(passport.bars, passport.jumps)
    except TooFewBarsError as short:
        if passport.source != SOURCE:
            raise
        raise ShortFileError(short.found, short.needed) from None

"""Finished analyses and charts on demand: from the cache, or computed once however many ask for them together."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pydantic import TypeAdapter

from app.charts.chart import Chart
from app.compute.audience import Audience
from app.compute.cache import Cache
from app.compute.engine import Engine
from app.compute.progress import speak_as, tell
from app.compute.single_flight import Flights, SingleFlight
from app.errors import NoSayError, TooFewBarsError
from app.market import history as histories
from app.market import quotes as answers
from app.market.history import PriceHistory
from app.market.passport import Stale
from app.market.source import MarketSource
from app.market.upload import SOURCE, ShortFileError
from app.panels import BY_SLUG
from app.panels.analysis import Analysis
from app.panels.outcome import OUTCOME, Outcome, outcome_of, with_outcome
from app.panels.panel import Panel
from app.panels.query import Query

_CHARTS = TypeAdapter(dict[str, Chart])
_CHART = TypeAdapter(Chart)
_STALE = TypeAdapter(Stale)
_SECONDS_STALE = 60.0


@dataclass(frozen=True, slots=True)
class Packed:
    """An encoded history, whose ``key`` tells it from others by content, and the source's whole answer it is from."""

    history: bytes
    key: str
    answer: bytes


@dataclass(frozen=True, slots=True)
class Finished:
    """A card's analysis with its JSON, and what stands outside it: what happened afterwards where the query looks back,
    and how old its prices are where the source has no newer ones to give. ``newest`` is the source's last bar.
    """

    packed: Packed
    analysis: Analysis
    json: bytes
    outcome: Outcome | None
    stale: Stale | None
    newest: date

    def published(self) -> bytes:
        """The JSON object of the analysis, with the members ``outcome`` and ``stale`` where there are such."""
        published = with_outcome(self.json, self.outcome)
        return published if self.stale is None else published[:-1] + b',"stale":' + _STALE.dump_json(self.stale) + b"}"


@dataclass(frozen=True, slots=True)
class Analyses:
    """Where a query is answered: sources load, the engine computes, the cache remembers for ``seconds``.

    Finished work is keyed by the content of its history, so equal bars are analysed once whatever query they came by.
    A visitor's file is read once for all its cards: its rows stay in the cache like any others, for ``seconds`` and
    under a hash of the file, so that nobody finds them who does not send the same file.
    """

    sources: Mapping[str, MarketSource]
    engine: Engine
    cache: Cache
    seconds: float
    flights: Flights = field(default_factory=SingleFlight[bytes])
    audience: Audience = field(default_factory=Audience)

    async def prepare(self, query: Query) -> Packed:
        """The history that ``query`` asks for; raises what its source and its rows give cause to."""
        answer = await self._answer(query)

        async def build() -> bytes:
            return histories.encode(histories.history_until(answers.decode(answer), query.as_of))

        history = await self._remembered(f"history:{hashlib.sha256(answer).hexdigest()}:{query.as_of}", build)
        return Packed(history, hashlib.sha256(history).hexdigest(), answer)

    async def finished(self, panel: Panel, query: Query) -> Finished:
        """The card's analysis for ``query``; raises what sources, histories, models and the engine raise."""
        packed = await self.prepare(query)
        published = await self._analysis(panel, query.horizon, packed)
        analysis = TypeAdapter(panel.analysis).validate_json(published)
        quotes = answers.decode(packed.answer)
        outcome = outcome_of(analysis, quotes) if query.as_of else None
        return Finished(packed, analysis, published, outcome, quotes.stale, quotes.dates.max().item())

    async def charts(self, panel: Panel, finished: Finished, canvas: str) -> dict[str, Chart]:
        """The card's charts by name, drawn for ``canvas`` from its ``finished`` analysis.

        Where there is an outcome, its picture is ``outcome`` among them: drawn apart, so that no other knows of it.
        """
        packed, key = finished.packed, f"{panel.slug}:{canvas}:{finished.analysis.horizon}:{finished.packed.key}"
        given = panel.slug.encode(), canvas.encode(), packed.history, finished.json

        async def draw() -> bytes:
            return await self.engine.run("app.panels.work:draw", *given)

        drawn, happened = await asyncio.gather(
            self._remembered(f"charts:{key}", draw), self._outcome_chart(key, given, finished.outcome)
        )
        return _CHARTS.validate_json(drawn) | happened

    async def ranges(self, verdicts: Sequence[Finished], canvas: str) -> Chart:
        """The chart that sets the ranges of finished ``verdicts`` side by side."""
        given = canvas.encode(), *(finished.json for finished in verdicts)
        key = f"ranges:{hashlib.sha256(b' '.join(given)).hexdigest()}"

        async def draw() -> bytes:
            return await self.engine.run("app.panels.work:draw_ranges", *given)

        return _CHART.validate_json(await self._remembered(key, draw))

    async def _outcome_chart(self, key: str, given: tuple[bytes, ...], outcome: Outcome | None) -> dict[str, Chart]:
        if outcome is None:
            return {}
        happened = OUTCOME.dump_json(outcome)

        async def draw() -> bytes:
            return await self.engine.run("app.panels.work:draw_outcome", *given, happened)

        drawn = await self._remembered(f"outcome:{key}:{hashlib.sha256(happened).hexdigest()}", draw)
        return {"outcome": _CHART.validate_json(drawn)}

    async def _analysis(self, panel: Panel, horizon: int, packed: Packed) -> bytes:
        async def analyse() -> bytes:
            history = histories.decode(packed.history)
            _check(panel, history)
            needed = await asyncio.gather(*(self._needed(BY_SLUG[slug], horizon, packed) for slug in panel.needs))
            asked = panel.slug.encode(), str(horizon).encode()
            return await self.engine.run("app.panels.work:analyse", *asked, packed.history, *needed)

        return await self._remembered(f"analysis:{panel.slug}:{horizon}:{packed.key}", analyse)

    async def _needed(self, panel: Panel, horizon: int, packed: Packed) -> bytes:
        """The analysis that another card needs, empty where its model has nothing to say."""
        speak_as(panel.title)
        try:
            return await self._analysis(panel, horizon, packed)
        except NoSayError:
            return b""

    async def _answer(self, query: Query) -> bytes:
        source, key = query.upload or self.sources[query.source], f"quotes:{query.prices}"

        async def load() -> bytes:
            tell("Loading the prices")
            quotes = await source.load(query.ticker)
            answer = answers.encode(quotes)
            # Prices that are old already are asked for again soon, but not by every card of a page.
            await self.cache.set(key, answer, min(self.seconds, _SECONDS_STALE) if quotes.stale else self.seconds)
            return answer

        return await self.cache.get(key) or await self.flights.run(key, load)

    async def _remembered(self, key: str, make: Callable[[], Awaitable[bytes]]) -> bytes:
        if (kept := await self.cache.get(key)) is not None:
            return kept

        async def make_and_keep() -> bytes:
            self.audience.speak(key)
            made = await make()
            await self.cache.set(key, made, self.seconds)
            return made

        with self.audience.attending(key):
            return await self.flights.run(key, make_and_keep)


def _check(panel: Panel, history: PriceHistory) -> None:
    """Raises what the card has against ``history``; whose own file is too short can do something about that."""
    try:
        panel.check(len(history), history.passport.jumps)
    except TooFewBarsError as short:
        if history.passport.source != SOURCE:
            raise
        raise ShortFileError(short.found, short.needed) from None

"""Finished analyses and charts on demand: from the cache, or computed once however many ask for them together."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import partial

from pydantic import TypeAdapter

from app.charts.chart import Chart, DayMark
from app.compute.engine import Engine
from app.compute.progress import ProgressListeners, prefix_progress
from app.errors import AppError, BeforeTrainingError, NotApplicableError, TooFewBarsError
from app.market import history as histories
from app.market.passport import Stale
from app.market.upload.reader import SOURCE as UPLOADED
from app.panels import BY_SLUG, jobs
from app.panels.analysis import Analysis
from app.panels.outcome import OUTCOME, Outcome, outcome_of, with_outcome
from app.panels.panel import Panel, Query, Question
from app.panels.prophet import fits
from app.services.announced import announced_by_now
from app.services.loaded_history import HistoryLoader, LoadedHistory, check_levels, horizon_of
from app.store.cache import Cache
from app.store.single_flight import Flights, SingleFlight

_STALE = TypeAdapter(Stale)
_NOTHING = Question()
# A fit depends on its window alone, and tomorrow's page rests on nearly all of today's.
_FITS_KEPT_SECONDS = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class Finished:
    """A card's analysis, its history, and what happened afterwards where the query looks back.

    ``json`` is the analysis as its worker made it; an amount of money is in ``analysis`` and ``in_money`` alone.
    """

    loaded: LoadedHistory
    analysis: Analysis
    json: bytes
    outcome: Outcome | None
    in_money: bytes | None = None

    def published(self) -> bytes:
        """The JSON object of the analysis with ``age_sessions``, and ``outcome`` and ``stale`` where there are such."""
        aged = (self.in_money or self.json)[:-1] + b',"age_sessions":%d}' % self.loaded.age_sessions
        published, stale = with_outcome(aged, self.outcome), self.loaded.stale
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

    async def finished(self, panel: Panel, query: Query, loaded: LoadedHistory | None = None) -> Finished:
        """The card's analysis for ``query``, of ``loaded`` prices where some are given; raises what all parts raise."""
        loaded = loaded or await self.loader.prepare(query)
        horizon = horizon_of(query, loaded.passport)
        try:
            question = await self._question(panel, query, horizon, loaded)
            analysis_json = await self._analysis(panel, horizon, loaded, question)
        except AppError as error:
            raise _with_a_later_date(error, query) from error.__cause__
        analysis = jobs.decode_analysis(panel, analysis_json)
        outcome = outcome_of(analysis, loaded.following)
        if panel.in_money is None or query.amount is None:
            return Finished(loaded, analysis, analysis_json, outcome)
        with_money = panel.in_money(analysis, query.amount)
        return Finished(loaded, with_money, analysis_json, outcome, jobs.encode_analysis(panel, with_money))

    async def charts(self, panel: Panel, finished: Finished, canvas: str) -> dict[str, Chart]:
        """The card's charts by name, drawn for ``canvas`` from its ``finished`` analysis.

        Where there is an outcome, its picture is ``outcome`` among them: drawn apart, so that no other knows of it.
        """
        horizon = "" if panel.drawn_once else finished.analysis.horizon
        key = f"{panel.slug}:{canvas}:{horizon}:{finished.loaded.key}"
        if panel.in_money:
            key = f"{key}:{hashlib.sha256(finished.json).hexdigest()}"

        async def draw() -> bytes:
            return await jobs.request_charts(self.engine.run, panel, canvas, finished.loaded.history, finished.json)

        charts, outcome = await asyncio.gather(
            self.remembered(f"charts:{key}", draw), self._outcome_chart(key, panel, finished, canvas)
        )
        return jobs.decode_charts(charts) | outcome

    async def marked_fan(self, panel: Panel, finished: Finished, canvas: str, marks: tuple[DayMark, ...]) -> Chart:
        """The fan of a ``finished`` forecast with ``marks`` at days to come, drawn apart from its other charts."""
        digest = hashlib.sha256(jobs.MARKS.dump_json(marks)).hexdigest()

        async def draw() -> bytes:
            history, analysis = finished.loaded.history, finished.json
            return await jobs.request_marked_fan(self.engine.run, panel, canvas, history, analysis, marks)

        key = f"fan:{panel.slug}:{canvas}:{finished.analysis.horizon}:{finished.loaded.key}:{digest}"
        return jobs.decode_chart(await self.remembered(key, draw))

    async def ranges(self, verdicts: Sequence[Finished], canvas: str) -> Chart:
        """The chart that sets the past year and the ranges of finished ``verdicts`` side by side."""
        compared = [finished.json for finished in verdicts]
        key = f"ranges:{canvas}:{hashlib.sha256(b' '.join(compared)).hexdigest()}"

        async def draw() -> bytes:
            past = [finished.loaded.history for finished in verdicts]
            return await jobs.request_ranges_chart(self.engine.run, canvas, past, compared)

        return jobs.decode_chart(await self.remembered(key, draw))

    async def _outcome_chart(self, key: str, panel: Panel, finished: Finished, canvas: str) -> dict[str, Chart]:
        if (outcome := finished.outcome) is None:
            return {}

        async def draw() -> bytes:
            history, analysis = finished.loaded.history, finished.json
            return await jobs.request_outcome_chart(self.engine.run, panel, canvas, history, analysis, outcome)

        digest = hashlib.sha256(OUTCOME.dump_json(outcome)).hexdigest()
        return {"outcome": jobs.decode_chart(await self.remembered(f"outcome:{key}:{digest}", draw))}

    async def _analysis(
        self, panel: Panel, horizon: int, loaded: LoadedHistory, question: Question = _NOTHING
    ) -> bytes:
        async def analyse() -> bytes:
            panel.check(loaded.passport)
            beside, *needed = await asyncio.gather(
                self._beside(panel, horizon, loaded, question),
                *(self._needed(BY_SLUG[slug], horizon, loaded) for slug in panel.needs),
            )
            return await jobs.request_analysis(self.engine.run, panel, horizon, loaded.history, needed, beside)

        return await self.remembered(f"analysis:{panel.slug}:{horizon}:{loaded.key}{question}", analyse)

    async def _question(self, panel: Panel, query: Query, horizon: int, loaded: LoadedHistory) -> Question:
        """What a card that answers questions is asked, with what is announced by the time that it can begin."""
        if panel.in_money is None:
            return _NOTHING
        check_levels(query, loaded)
        panel.check(loaded.passport)
        await asyncio.gather(*(self._needed(BY_SLUG[slug], horizon, loaded) for slug in panel.needs))
        return Question(query.levels, (await announced_by_now(self.cache, query)).ex_dividend)

    async def _needed(self, panel: Panel, horizon: int, loaded: LoadedHistory) -> bytes:
        """The analysis that another card needs, empty where its model has nothing to say."""
        prefix_progress(panel.title)
        try:
            return await self._analysis(panel, horizon, loaded)
        except NotApplicableError:
            return b""

    async def _beside(self, panel: Panel, horizon: int, loaded: LoadedHistory, question: Question) -> bytes:
        """What a card is given beside histories and other cards: its question, or what its fits of Prophet found.

        Each fit is a job of its own, kept by its window alone.
        """
        if (plan := panel.fits) is None:
            return jobs.encode_question(question) if panel.in_money else b""
        planned = await asyncio.to_thread(lambda: plan(histories.decode(loaded.history), horizon))
        # What comes of a visitor's file is kept no longer than the rest of it.
        seconds = None if loaded.passport.source == UPLOADED else _FITS_KEPT_SECONDS
        made = (self.remembered(one.key, partial(fits.request_fit, self.engine.run, one), seconds) for one in planned)
        return fits.encode(planned, await asyncio.gather(*made))

    async def remembered(self, key: str, make: Callable[[], Awaitable[bytes]], seconds: float | None = None) -> bytes:
        """What is kept under ``key``, or what ``make`` makes once for all who ask; kept for ``seconds``."""
        if (kept := await self.cache.get(key)) is not None:
            return kept

        async def make_and_keep() -> bytes:
            self.listeners.publish_to(key)
            value = await make()
            await self.cache.set(key, value, self.seconds if seconds is None else seconds)
            return value

        with self.listeners.subscribed(key):
            return await self.flights.run(key, make_and_keep)


def _with_a_later_date(error: AppError, query: Query) -> AppError:
    """The error for who asks for a day of the past, whom another may help; the same may be told to others."""
    if query.as_of is None or not isinstance(error, TooFewBarsError | BeforeTrainingError):
        return error
    told = copy(error)
    told.hint = f"{error.hint} Or choose a later date."
    return told

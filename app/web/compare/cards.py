"""The fragments of a comparison, made of the same analyses as the cards of its tickers."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from app.errors import AppError, NotApplicableError, TooFewBarsError, UnbelievablePricesError
from app.market.history import closes_in_common, decode
from app.panels import BY_SLUG
from app.panels.analysis import NONE, Analysis, Fact, Table, by_key
from app.panels.forecast.content import ERROR, held_label, range_label, receipt_facts
from app.panels.forecast.convert import PublishedForecast
from app.panels.outcome import Outcome, outcome_facts
from app.panels.overview.model import OverviewAnalysis
from app.panels.overview.panel import overview_facts, typical_move_fact
from app.panels.panel import Panel, Query
from app.panels.verdict.model import VerdictAnalysis
from app.panels.verdict.panel import CHANCE, EDGE, FALL, verdict_facts
from app.services.analyses import Finished
from app.services.loaded_history import LoadedHistory, old_prices
from app.text.numbers import day, isolated, signed_percent
from app.web.compare.request import ColumnView, LeftOut, RangesView
from app.web.context import AppContext
from app.web.failures import shown_failure
from app.web.http.query import query_string
from app.web.templating import render
from app.web.views import Failure, Pictures, Slot

_log = logging.getLogger(__name__)
_NO_VERDICT = (TooFewBarsError, UnbelievablePricesError, NotApplicableError)
_OVERVIEW, _VERDICT = BY_SLUG["overview"], BY_SLUG["verdict"]
COSTS = 2
"""The cards that a column runs."""
SECONDS = (_OVERVIEW.seconds + _VERDICT.seconds) / COSTS
"""About how long each of them takes on one core; the chart's are those of the columns beside it."""


async def column_card(app: AppContext, query: Query, slot: Slot, basket: LoadedHistory | None = None) -> str:
    """The column of ``query`` for its ``slot``; where its history can have no verdict, the verdict's rows say why.

    Where it is of a ``basket``, that is its history.
    """
    ended_overview, ended_verdict = await _ended(app, (_OVERVIEW, query), (_VERDICT, query), basket=basket)
    overview, why_not = _finished(ended_overview), ended_verdict if isinstance(ended_verdict, _NO_VERDICT) else None
    verdict = None if why_not else _finished(ended_verdict)
    outcome = (verdict or overview).outcome
    view = ColumnView(
        slot=replace(slot, question=isolated(overview.analysis.data.name)),
        stale=overview.loaded.stale,
        old=old_prices(query, overview.loaded),
        facts=compared_facts(
            cast("OverviewAnalysis", overview.analysis),
            cast("VerdictAnalysis", verdict.analysis) if verdict else None,
            why_not.sentence if why_not else "",
        ),
        happened=happened(outcome, overview.analysis) if outcome else None,
        query_string=query_string(query),
    )
    return render("compared/basket.html" if basket else "compared/column.html", view)


async def ranges_view(app: AppContext, queries: Sequence[Query], canvas: str, slot: Slot) -> RangesView:
    """The chart of all ``queries`` that have a verdict, for its ``slot``; raises the first error where none has."""
    ended = await _ended(app, *((_VERDICT, query) for query in queries))
    verdicts = [end for end in ended if isinstance(end, Finished)]
    failed = [(query, end) for query, end in zip(queries, ended, strict=True) if isinstance(end, Exception)]
    if not verdicts:
        raise failed[0][1]
    left_out = tuple(LeftOut(query.ticker, _failure(error)) for query, error in failed)
    waits = [missing.why.retry_after for missing in left_out if missing.why.retry_after is not None]
    return RangesView(
        slot=slot,
        as_of=verdicts[0].analysis.as_of,
        pictures=Pictures(
            {"ranges": await app.analyses.ranges(verdicts, canvas)},
            {"ranges": ranges_table(verdicts)},
            url=slot.url.replace("/ranges", "", 1),
        ),
        left_out=left_out,
        retry_after=max(waits, default=None),
    )


async def _ended(
    app: AppContext, *cards: tuple[Panel, Query], basket: LoadedHistory | None = None
) -> list[Finished | Exception]:
    """How the work for each card ended, done together."""
    working = (app.analyses.finished(panel, query, basket) for panel, query in cards)
    ended = await asyncio.gather(*working, return_exceptions=True)
    return [_unless_cancelled(end) for end in ended]


def _unless_cancelled(ended: Finished | BaseException) -> Finished | Exception:
    if isinstance(ended, Finished | Exception):
        return ended
    raise ended


def _finished(ended: Finished | Exception) -> Finished:
    if isinstance(ended, Exception):
        raise ended
    return ended


def _failure(error: Exception) -> Failure:
    if not isinstance(error, AppError):
        _log.error("A ticker has no place in a comparison.", exc_info=error)
    return shown_failure(error)


_MOVE_DAYS = (1, 5, 22)


def compared_facts(overview: OverviewAnalysis, verdict: VerdictAnalysis | None, why_not: str = "") -> tuple[Fact, ...]:
    """Every fact; those of a verdict that there cannot be are empty, and the first of them says ``why_not``."""
    facts = by_key(overview_facts(overview))
    reach, *others = _of_verdict(verdict) if verdict else _without_verdict(overview.horizon, why_not)
    return (
        facts["last_close"],
        reach,
        *(typical_move_fact(overview, days) for days in _MOVE_DAYS),
        facts["drawdown"],
        facts["volatility"],
        *others,
    )


def happened(outcome: Outcome, analysis: Analysis) -> Fact:
    """What became of the price, and whether the range held it."""
    facts = by_key(outcome_facts(outcome, analysis))
    return replace(facts["change"], note=facts["held"].value if "held" in facts else "")


def ranges_table(verdicts: Sequence[Finished]) -> Table:
    """The chart of the past year and of the ranges in numbers."""
    days, closes = closes_in_common([decode(verdict.loaded.history) for verdict in verdicts])
    grown = [signed_percent(line[-1] / 100 - 1) for line in closes] if len(days) > 1 else [NONE] * len(verdicts)
    rows = tuple(
        (verdict.analysis.ticker, past, *_ahead(cast("VerdictAnalysis", verdict.analysis).forecast))
        for verdict, past in zip(verdicts, grown, strict=True)
    )
    since = f"Since {day(days[0].item())}" if len(days) else "Past year"
    note = "Ranges are changes from each last close, so that prices in different currencies can be compared."
    headings = ("Ticker", since, "By", "1 in 40 below", "1 in 10 below", "Middle", "1 in 10 above", "1 in 40 above")
    return Table(headings, rows, note)


def _ahead(forecast: PublishedForecast) -> tuple[str, ...]:
    (low_95, high_95), (low_80, high_80) = forecast.band(95).end, forecast.band(80).end
    ends = (low_95, low_80, forecast.median[-1], high_80, high_95)
    return day(forecast.dates[-1]), *(signed_percent(forecast.change(price)) for price in ends)


def _of_verdict(verdict: VerdictAnalysis) -> tuple[Fact, ...]:
    facts = by_key(verdict_facts(verdict))
    receipt = by_key(receipt_facts(verdict.receipt, verdict.horizon))
    reach, error = facts["range_80"], receipt["error"]
    return (
        # Changes can be compared between currencies, prices cannot.
        replace(reach, value=reach.note, note=reach.value),
        facts["fall"],
        facts["chance_up"],
        replace(facts["edge"], value="shown" if verdict.edge.claimed else "none shown"),
        replace(error, note=f"{error.note}; {receipt['tested'].value}"),
        receipt["held_80"],
    )


def _without_verdict(horizon: int, why_not: str) -> tuple[Fact, ...]:
    first, *others = (range_label(80, horizon), FALL, CHANCE, EDGE, ERROR, held_label(80))
    return Fact(first, first, NONE, why_not), *(Fact(label, label, NONE) for label in others)

"""The fragments of a comparison, made of the same analyses as the cards of its tickers."""

import asyncio
import logging
from collections.abc import Sequence
from typing import cast

from app.errors import AppError, NotApplicableError, TooFewBarsError, UnbelievablePricesError
from app.panels import BY_SLUG
from app.panels.overview.model import OverviewAnalysis
from app.panels.panel import Panel, Query
from app.panels.verdict.model import VerdictAnalysis
from app.services.analyses import Finished
from app.web.compare.request import ColumnView, LeftOut, RangesView, comparison_string
from app.web.compare.rows import compared_facts, happened, ranges_table
from app.web.compare.slots import COLUMNS, RANGES, column_slot, ranges_slot
from app.web.context import AppContext
from app.web.errors.handlers import shown_failure
from app.web.http.query import query_string
from app.web.templating import render
from app.web.views import Failure, Pictures

_log = logging.getLogger(__name__)
_NEVER = (TooFewBarsError, UnbelievablePricesError, NotApplicableError)
_OVERVIEW, _VERDICT = BY_SLUG["overview"], BY_SLUG["verdict"]
COSTS = 2
"""The cards that a column runs."""


async def column_card(app: AppContext, query: Query, place: str) -> str:
    """The column of ``query``; where its history can have no verdict, the verdict's rows say why."""
    overview, verdict = await _ended(app, (_OVERVIEW, query), (_VERDICT, query))
    seen, why_not = _finished(overview), verdict if isinstance(verdict, _NEVER) else None
    weighed = None if why_not else _finished(verdict)
    outcome = (weighed or seen).outcome
    said = query_string(query)
    view = ColumnView(
        slot=column_slot(place, query.ticker, f"{COLUMNS}{place}?{said}", seen.analysis.data.name),
        stale=seen.loaded.stale,
        facts=compared_facts(
            cast("OverviewAnalysis", seen.analysis),
            cast("VerdictAnalysis", weighed.analysis) if weighed else None,
            why_not.sentence if why_not else "",
        ),
        happened=happened(outcome) if outcome else None,
        query_string=said,
    )
    return render("compared/column.html", view)


async def ranges_card(app: AppContext, queries: Sequence[Query], canvas: str) -> str:
    """The chart of all ``queries`` that have a verdict; raises the first error where none has."""
    ended = await _ended(app, *((_VERDICT, query) for query in queries))
    verdicts = [one for one in ended if isinstance(one, Finished)]
    failed = [(query, one) for query, one in zip(queries, ended, strict=True) if isinstance(one, Exception)]
    if not verdicts:
        raise failed[0][1]
    left_out = tuple(LeftOut(query.ticker, _failure(error)) for query, error in failed)
    waits = [one.why.retry_after for one in left_out if one.why.retry_after is not None]
    view = RangesView(
        slot=ranges_slot(f"{RANGES}?{comparison_string(queries)}"),
        horizon=queries[0].horizon,
        pictures=Pictures(
            {"ranges": await app.analyses.ranges(verdicts, canvas)},
            {"ranges": ranges_table([cast("VerdictAnalysis", one.analysis) for one in verdicts])},
        ),
        left_out=left_out,
        retry_after=max(waits, default=None),
    )
    return render("compared/ranges.html", view)


async def _ended(app: AppContext, *asked: tuple[Panel, Query]) -> list[Finished | Exception]:
    """How the work for each card ended, done together."""
    working = (app.analyses.finished(panel, query) for panel, query in asked)
    ended = await asyncio.gather(*working, return_exceptions=True)
    return [_unless_stopped(one) for one in ended]


def _unless_stopped(ended: Finished | BaseException) -> Finished | Exception:
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

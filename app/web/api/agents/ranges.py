"""From finished cards to what the tools for agents answer."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, TypeVar

from app.panels.analysis import Analysis, by_key
from app.panels.odds.model import OddsAnalysis, Rung, Spread
from app.panels.odds.panel import odds_facts
from app.panels.overview.model import OverviewAnalysis
from app.panels.verdict.model import VerdictAnalysis
from app.panels.verdict.panel import verdict_facts
from app.services.analyses import Finished
from app.services.receipts.signer import ReceiptSigner
from app.services.results import QueryResult
from app.text.numbers import NARROW_SPACE
from app.web.api.agents.answers import Chances, EdgeFinding, PriceRange, Ranged, Risks, TrackRecord

A = TypeVar("A", bound=Analysis)


def range_answer(result: QueryResult, signer: ReceiptSigner, document: str = "expected_range") -> Ranged:
    """The range of a ``result`` that has a verdict; raises the error that a card of it ended in."""
    return Ranged(**_ranged(result, signer, document))


def chances_answer(result: QueryResult, signer: ReceiptSigner) -> Chances:
    """The chances of the levels that were asked about, the first one's in front; raises like ``range_answer``."""
    odds = _analysis(result, OddsAnalysis)
    rungs = tuple(Rung(**_fields(rung, *_RUNG)) for rung in odds.asked or ())
    facts = by_key(odds_facts(odds))
    says = (facts[f"reached_{rung.level:g}"] for rung in rungs)
    lines = {f"odds_{place}": _line(rung) for place, rung in enumerate(rungs, 1)}
    return Chances(
        **_ranged(result, signer, "chance_of_level", **lines),
        **_fields(rungs[0], *_RUNG),
        says=_plain(f"{fact.label}: {fact.value}; {fact.note}" for fact in says),
        levels=rungs,
        amount=_in_money(odds),
    )


def risks_answer(result: QueryResult, signer: ReceiptSigner) -> Risks:
    """How much can be lost; raises like ``range_answer``."""
    overview, odds = _analysis(result, OverviewAnalysis), _analysis(result, OddsAnalysis)
    return Risks(
        **_ranged(result, signer, "risk", worst_20th=f"{odds.spread.worst_20th}"),
        fall=_analysis(result, VerdictAnalysis).fall,
        **_fields(odds.spread, *_LOSSES),
        amount=_in_money(odds),
        **_fields(overview, "tail_risk", "drawdown", "volatility"),
    )


def record_answer(result: QueryResult, signer: ReceiptSigner) -> TrackRecord:
    """How such forecasts did; raises like ``range_answer``."""
    scores = (verdict := _analysis(result, VerdictAnalysis)).receipt
    return TrackRecord(
        **_ranged(result, signer, "track_record", mae_ratio=f"{scores.mae_ratio}"),
        **_fields(scores, "mae_ratio", "mae_ratio_ci", "coverage_95", "coverage_95_ci"),
        **_fields(verdict, "brier", "brier_base_rate", "replay"),
        tests=verdict.edge.tests,
    )


_RUNG = tuple(field.name for field in fields(Rung))
# Without the middle: it would be taken for a promise.
_LOSSES = tuple(field.name for field in fields(Spread) if field.name != "middle")


def _in_money(odds: OddsAnalysis) -> dict[str, float] | None:
    if odds.amount is None:
        return None
    at_levels = zip(odds.asked or (), odds.amount.at_levels, strict=True)
    return _fields(odds.amount.changes, *_LOSSES) | {f"at {rung.level:g}": change for rung, change in at_levels}


def _fields(source: object, *names: str) -> dict[str, Any]:
    return {name: getattr(source, name) for name in names}


def _line(rung: Rung) -> str:
    trade = "unknown" if rung.p_trade is None else f"{rung.p_trade:.4f}"
    return f"{rung.level!r} end {rung.p_end:.4f} close {rung.p_close:.4f} trade {trade}"


def _analysis(result: QueryResult, kind: type[A]) -> A:
    for _, error in result.left_out():
        raise error
    return next(analysis for analysis in result.finished().values() if isinstance(analysis, kind))


def _ranged(result: QueryResult, signer: ReceiptSigner, document: str, **lines: str) -> dict[str, Any]:
    """The fields of ``Ranged``; the receipt of the ``document`` has these numbers as lines, and those given."""
    verdict = _analysis(result, VerdictAnalysis)
    forecast, scores = verdict.forecast, verdict.receipt
    return {
        **_fields(verdict, "ticker", "as_of", "horizon"),
        **_fields(verdict.data, "name", "currency"),
        "by": forecast.dates[-1],
        "last": forecast.last,
        "range_80": PriceRange(*forecast.band(80).end),
        "range_95": PriceRange(*forecast.band(95).end),
        "n": scores.origins,
        **_fields(scores, "coverage_80", "coverage_80_ci"),
        "edge": EdgeFinding(verdict.edge.claimed, _edge_in_words(verdict)),
        "age_sessions": next(one.end.loaded.age_sessions for one in result.cards if isinstance(one.end, Finished)),
        **_fields(result, "old", "stale"),
        "receipt": "\n".join(signer.receipt(result, document, **lines)),
    }


def _edge_in_words(verdict: VerdictAnalysis) -> str:
    """Without the middle that the finding of an edge names."""
    edge, finding = (by_key(verdict_facts(verdict))[key] for key in ("edge", "finding"))
    return _plain([edge.value, edge.note] if verdict.edge.claimed else [edge.value, edge.note, finding.value])


def _plain(sentences: Iterable[str]) -> str:
    return " ".join(f"{sentence}." for sentence in sentences).replace(NARROW_SPACE, " ")

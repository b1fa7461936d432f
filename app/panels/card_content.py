"""All that a card says apart from its charts, from its finished analysis."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.panels.analysis import Analysis, Fact, ForecastAnalysis, Table, by_key
from app.panels.forecast.content import outcome_table, receipt_facts, score_facts
from app.panels.outcome import Outcome, outcome_facts
from app.panels.panel import Panel


@dataclass(frozen=True, slots=True)
class CardContent:
    """Facts by their keys and tables by the names of their charts.

    ``receipt`` and ``scores`` are of past forecasts, empty on a card that makes none; ``outcome`` says what came later.
    """

    facts: Mapping[str, Fact]
    receipt: Mapping[str, Fact]
    scores: tuple[Fact, ...]
    outcome: tuple[Fact, ...]
    tables: Mapping[str, Table]


def card_content(panel: Panel, analysis: Analysis, outcome: Outcome | None = None) -> CardContent:
    """What ``panel`` says of ``analysis``; an ``outcome`` has a table of its own, as its picture is drawn apart."""
    receipt = analysis.receipt if isinstance(analysis, ForecastAnalysis) else None
    return CardContent(
        facts=by_key(panel.facts(analysis)),
        receipt=by_key(receipt_facts(receipt, analysis.horizon)) if receipt else {},
        scores=score_facts(receipt) if receipt else (),
        outcome=outcome_facts(outcome) if outcome else (),
        tables={**panel.tables(analysis), **({"outcome": outcome_table(outcome, analysis)} if outcome else {})},
    )

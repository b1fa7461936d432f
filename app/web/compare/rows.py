"""A column of the comparison: facts of a ticker's overview and verdict, the same ones for every ticker."""

from collections.abc import Sequence
from dataclasses import replace

from app.panels.analysis import NONE, Fact, Table, by_key
from app.panels.forecast.content import ERROR, held_label, range_label, receipt_facts
from app.panels.forecast.convert import PublishedForecast
from app.panels.outcome import Outcome, outcome_facts
from app.panels.overview.model import OverviewAnalysis
from app.panels.overview.panel import overview_facts, typical_move_fact
from app.panels.verdict.model import VerdictAnalysis
from app.panels.verdict.panel import CHANCE, EDGE, verdict_facts
from app.text.numbers import day, signed_percent

_LENGTHS = (1, 5, 22)


def compared_facts(overview: OverviewAnalysis, verdict: VerdictAnalysis | None, why_not: str = "") -> tuple[Fact, ...]:
    """Every fact; those of a verdict that there cannot be are empty, and the first of them says ``why_not``."""
    facts = by_key(overview_facts(overview))
    reach, *others = _of_verdict(verdict) if verdict else _without_verdict(overview.horizon, why_not)
    return (
        facts["last_close"],
        reach,
        *(typical_move_fact(overview, days) for days in _LENGTHS),
        facts["fall"],
        facts["drawdown"],
        facts["volatility"],
        *others,
    )


def happened(outcome: Outcome) -> Fact:
    """What became of the price, and whether the range held it."""
    facts = by_key(outcome_facts(outcome))
    return replace(facts["change"], note=facts["held"].value if "held" in facts else "")


def ranges_table(verdicts: Sequence[VerdictAnalysis]) -> Table:
    """The chart of ranges in numbers."""
    rows = tuple((one.ticker, day(one.forecast.dates[-1]), *_changes(one.forecast)) for one in verdicts)
    note = "Changes from each last close, so that prices in different currencies can be compared."
    return Table(("Ticker", "By", "2.5 %", "10 %", "Middle", "90 %", "97.5 %"), rows, note)


def _changes(forecast: PublishedForecast) -> tuple[str, ...]:
    (low_95, high_95), (low_80, high_80) = forecast.band(95).end, forecast.band(80).end
    ends = (low_95, low_80, forecast.median[-1], high_80, high_95)
    return tuple(signed_percent(forecast.change(price)) for price in ends)


def _of_verdict(verdict: VerdictAnalysis) -> tuple[Fact, ...]:
    facts = by_key(verdict_facts(verdict))
    receipt = by_key(receipt_facts(verdict.receipt, verdict.horizon))
    reach, error = facts["range_80"], receipt["error"]
    return (
        # Changes can be compared between currencies, prices cannot.
        replace(reach, value=reach.note, note=reach.value),
        facts["chance_up"],
        facts["edge"],
        replace(error, note=f"{error.note}; {receipt['tested'].value}"),
        receipt["held_80"],
    )


def _without_verdict(horizon: int, why_not: str) -> tuple[Fact, ...]:
    first, *others = (range_label(80, horizon), CHANCE, EDGE, ERROR, held_label(80))
    return Fact(first, first, NONE, why_not), *(Fact(label, label, NONE) for label in others)

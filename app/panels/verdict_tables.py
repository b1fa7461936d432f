"""The numbers of the verdict's charts."""

from app.panels.content import NONE, Table
from app.panels.forecast_tables import forecast_tables
from app.panels.verdict_analysis import CombinedMember, VerdictAnalysis
from app.text.numbers import money, percent


def verdict_tables(analysis: VerdictAnalysis) -> dict[str, Table]:
    """Those of every forecast, and what each member says."""
    rows = tuple(_member(one, analysis) for one in analysis.members)
    return forecast_tables(analysis) | {"members": Table(("Member", "Weight", "10 %", "Middle", "90 %"), rows)}


def _member(one: CombinedMember, analysis: VerdictAnalysis) -> tuple[str, ...]:
    ends = (one.low, one.middle, one.high)
    return (one.name, percent(one.weight, 0), *(NONE if end is None else money(end, analysis) for end in ends))

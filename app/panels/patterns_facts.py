"""What the patterns card says in words."""

from app.panels.content import Fact
from app.panels.patterns_analysis import PatternsAnalysis
from app.patterns.finding import EDGE
from app.text.numbers import day, plural

_NO_EDGE = "after none of the eight shapes did this price move otherwise than after any day, by more than chance"


def patterns_facts(analysis: PatternsAnalysis) -> tuple[Fact, ...]:
    """The newest shape, and whether anything followed such shapes."""
    return _newest(analysis), _finding(analysis)


def _newest(analysis: PatternsAnalysis) -> Fact:
    if not analysis.newest:
        nothing = "none of the eight ended on any of them"
        return Fact("newest", f"The last {plural(analysis.agreement.bars, 'bar')}", "No shape", nothing)
    last = analysis.newest[0]
    note = f"{'in' if last.in_trend else 'without'} the trend it is said to end"
    return Fact("newest", f"Newest shape, {day(last.date)}", last.name.capitalize(), note)


def _finding(analysis: PatternsAnalysis) -> Fact:
    told = [f"{one.name} over {plural(one.days, 'day')}" for one in analysis.evidence if one.verdict == EDGE]
    if not told:
        return Fact("finding", "What followed the shapes", "No measurable edge", _NO_EDGE)
    note = "the price then differed from other days by more than chance; one in twenty such findings is luck"
    return Fact("finding", "What followed the shapes", ", ".join(told), note)

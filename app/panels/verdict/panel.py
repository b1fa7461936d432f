"""The Verdict card: its description, facts and tables."""

from app.forecasting.scoring import metrics
from app.panels.analysis import NONE, Fact, Table
from app.panels.forecast.content import forecast_facts, forecast_tables
from app.panels.panel import Heights, Panel
from app.panels.verdict.model import CombinedMember, VerdictAnalysis
from app.text.numbers import count, money, percent, plural, ratio, signed_percent


def verdict_tables(analysis: VerdictAnalysis) -> dict[str, Table]:
    """Those of every forecast, and what each member says."""
    rows = tuple(_member(one, analysis) for one in analysis.members)
    return forecast_tables(analysis) | {"members": Table(("Member", "Weight", "10 %", "Middle", "90 %"), rows)}


def verdict_facts(analysis: VerdictAnalysis) -> tuple[Fact, ...]:
    """The forecast, the chances of a rise and of a fall, and whether there is an edge."""
    return *forecast_facts(analysis), *_chances(analysis), *_brier(analysis), _edge(analysis), _finding(analysis)


PANEL = Panel(
    slug="verdict",
    title="Verdict",
    question="So what?",
    module="app.panels.verdict",
    analysis=VerdictAnalysis,
    minimum_bars=250,
    facts=verdict_facts,
    tables=verdict_tables,
    needs=("prophet", "lstm", "patterns"),
    seconds=5.0,
    heights=Heights(230, 174.5, 131.5),
)

CHANCE, EDGE = "Chance of being higher", "Edge"
FALL = f"Chance that it closes {percent(metrics.FALL, 0)} lower at least once"


def _chances(analysis: VerdictAnalysis) -> tuple[Fact, ...]:
    past = f"{percent(analysis.base_rate, 0)} of {count(analysis.windows)} past windows"
    fall = analysis.fall
    label = f"Chance of ending at least {percent(fall.fall, 0)} lower"
    return (
        Fact("chance_up", CHANCE, percent(analysis.p_up, 0), f"it was so after {past}"),
        Fact("chance_fall", label, percent(fall.chance, 0), f"it was so after {percent(fall.base_rate, 0)} of them"),
        Fact("fall", FALL, percent(fall.on_the_way, 0), f"within {plural(analysis.horizon, 'trading day')}"),
    )


def _brier(analysis: VerdictAnalysis) -> tuple[Fact, ...]:
    if analysis.brier is None or analysis.brier_base_rate is None:
        return ()
    note = f"always saying the base rate: {ratio(analysis.brier_base_rate)}; lower is better, a coin has 0.25"
    return (Fact("brier", "Brier score of the first chance", ratio(analysis.brier), note),)


def _edge(analysis: VerdictAnalysis) -> Fact:
    tests = analysis.edge.tests
    passed = f"{sum(test.passed for test in tests)} of {plural(len(tests), 'test')} passed"
    return Fact("edge", EDGE, "An edge" if analysis.edge.claimed else "No demonstrated edge: use the range", passed)


def _finding(analysis: VerdictAnalysis) -> Fact:
    """The edge in a sentence, or that there is none."""
    if not analysis.edge.claimed:
        nothing = "Nothing here shows that the middle of this forecast knows more than the last price"
        return Fact("finding", "Finding", nothing)
    middle = analysis.forecast.median[-1]
    ends = f"{money(middle, analysis)}, {signed_percent(analysis.forecast.change(middle))}"
    beat = "On this ticker's own past the middle of this forecast beat “price stays” by more than luck explains."
    return Fact("finding", "Finding", f"{beat} The middle ends at {ends}")


def _member(one: CombinedMember, analysis: VerdictAnalysis) -> tuple[str, ...]:
    ends = (one.low, one.middle, one.high)
    return (one.name, percent(one.weight, 0), *(NONE if end is None else money(end, analysis) for end in ends))

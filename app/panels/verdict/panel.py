"""The Verdict card: its description, facts and tables."""

from app.forecasting.forecast import FALL_DEPTH
from app.panels.analysis import NONE, Fact, Table
from app.panels.forecast.content import forecast_facts, forecast_tables, range_ends
from app.panels.panel import Heights, Panel
from app.panels.prophet.panel import trend_fits
from app.panels.verdict.model import CombinedMember, VerdictAnalysis
from app.text.numbers import count, day, in_hundred, isolated, money, percent, plural, rounded, signed_percent


def verdict_tables(analysis: VerdictAnalysis) -> dict[str, Table]:
    """Those of every forecast, what each member says and why it counts, and the tests of an edge."""
    ends = tuple(_ends(member, analysis) for member in analysis.members)
    reasons = tuple((member.name, percent(member.weight, 0), member.reason) for member in analysis.members)
    tests = tuple(
        (test.name, test.found, test.needed, "passed" if test.passed else "not passed") for test in analysis.edge.tests
    )
    return forecast_tables(analysis) | {
        "members": Table(("Member", "Weight", "10%", "Median", "90%"), ends),
        "reasons": Table(("Member", "Weight", "Why"), reasons),
        "tests": Table(("Test", "Found", "Needed", "Result"), tests),
    }


def verdict_facts(analysis: VerdictAnalysis) -> tuple[Fact, ...]:
    """The answer, the forecast, how often it rose, the chances of a rise and a fall, and whether there is an edge."""
    chances = _rises(analysis), *_chances(analysis), *_brier(analysis)
    answer = _answer(analysis), _kept(analysis), _short(analysis)
    return *answer, *forecast_facts(analysis), *chances, _edge(analysis), _finding(analysis)


PANEL = Panel(
    slug="verdict",
    title="Verdict",
    question="How far may it move, and which way?",
    module="app.panels.verdict",
    analysis=VerdictAnalysis,
    minimum_bars=250,
    facts=verdict_facts,
    tables=verdict_tables,
    needs=("lstm", "patterns"),
    fits=trend_fits,
    seconds=5.0,
    heights=Heights(65, 55, 60.5),
)


def _answer(analysis: VerdictAnalysis) -> Fact:
    """The range of the last day as a sentence."""
    low, high = range_ends(analysis)
    changes = " to ".join(signed_percent(analysis.forecast.change(end), 0) for end in analysis.forecast.band(80).end)
    # A file has no name but its own.
    name = analysis.ticker if analysis.data.source == "upload" else isolated(analysis.data.name)
    # “The S&P 500 index”, but “Apple Inc.”.
    name = f"the {name}" if name.endswith(" index") else name
    until = day(analysis.forecast.dates[-1])
    return Fact("answer", "Answer", f"By {until}, {name} will probably stand between {low} and {high}", changes)


def _short(analysis: VerdictAnalysis) -> Fact:
    """Price and range in half a line."""
    last, (low, high) = rounded(analysis.forecast.last, analysis), range_ends(analysis)
    return Fact("short", "In short", f"{last} · {low} to {high} by {day(analysis.forecast.dates[-1])}")


def _kept(analysis: VerdictAnalysis) -> Fact:
    """How often such ranges held, in the tests and in the last months."""
    receipt, months = analysis.receipt, analysis.replay
    if receipt.coverage_80 is None:
        return Fact("kept", "Such ranges", "Such a range aims to hold 8 times in 10; it could not be tested here yet")
    held = f"{round(receipt.coverage_80 * receipt.origins)} of {plural(receipt.origins, 'past test')}"
    lately = f"{sum(month.inside_80 for month in months)} of the last {plural(len(months), 'month')}" if months else ""
    return Fact("kept", "Such ranges", f"Such a range aims to hold 8 times in 10; here it held in {held}", lately)


CHANCE, EDGE = "Chance of being higher", "Edge"
FALL = f"Chance that it closes {percent(FALL_DEPTH, 0)} lower at least once"


_SPANS = {1: "days", 5: "weeks", 22: "months", 66: "quarters"}


def _rises(analysis: VerdictAnalysis) -> Fact:
    """The base rate in a sentence, and whether a model does better than it."""
    spans = _SPANS.get(analysis.horizon, f"stretches of {plural(analysis.horizon, 'trading day')}")
    rose = f"It rose in {count(round(100 * analysis.base_rate))} of 100 past {spans}"
    return Fact("rises", "How often it rose", rose, _better(analysis))


def _better(analysis: VerdictAnalysis) -> str:
    own = f"the models' own chance today is {in_hundred(analysis.p_up_model)}"
    if analysis.brier is None or analysis.brier_base_rate is None:
        return f"{own}, which could not be tested here yet"
    if analysis.edge.claimed:
        return f"{own}, and such chances did better here than always saying how often it rose"
    if analysis.brier > analysis.brier_base_rate:
        return f"{own}, but such chances did no better here than always saying how often it rose"
    return f"{own}; that such chances did a little better here than always saying how often it rose may be luck"


def _chances(analysis: VerdictAnalysis) -> tuple[Fact, ...]:
    fall = analysis.fall
    rises = f"it rose in {in_hundred(analysis.base_rate)} of {count(analysis.windows)} past stretches"
    how = "the models' own chance" if analysis.edge.claimed else "drawn towards that, as no edge is shown"
    label = f"Chance of ending at least {percent(fall.fall, 0)} lower"
    note = f"{in_hundred(fall.base_rate)} in the past"
    return (
        Fact("chance_up", CHANCE, in_hundred(analysis.p_up), f"{rises}; {how}"),
        Fact("chance_fall", label, in_hundred(fall.chance), note),
        Fact("fall", FALL, in_hundred(fall.on_the_way), f"within {plural(analysis.horizon, 'trading day')}"),
    )


def _brier(analysis: VerdictAnalysis) -> tuple[Fact, ...]:
    if analysis.brier is None or analysis.brier_base_rate is None:
        return ()
    note = f"always saying the base rate: {analysis.brier_base_rate:.3f}; lower is better, a coin has 0.25"
    return (Fact("brier", "Brier score of the models' own chance", f"{analysis.brier:.3f}", note),)


CAVEAT = (
    "It makes a typical miss of the median a little smaller; it does not narrow the range, and the next forecast may "
    "still be wrong"
)
"""What a claim does not say, wherever it stands."""


def _edge(analysis: VerdictAnalysis) -> Fact:
    tests = analysis.edge.tests
    passed = f"{sum(test.passed for test in tests)} of {plural(len(tests), 'test')} passed"
    if analysis.edge.claimed:
        return Fact("edge", EDGE, "An edge in the median", f"{passed}. {CAVEAT}")
    return Fact("edge", EDGE, "Direction: no method here can tell. Use the range", passed)


def _finding(analysis: VerdictAnalysis) -> Fact:
    """The edge in a sentence, or that there is none."""
    if not analysis.edge.claimed:
        nothing = "None of these methods has shown that it can tell where the price is going"
        return Fact("finding", "Finding", nothing)
    middle = analysis.forecast.median[-1]
    ends = f"{money(middle, analysis)}, {signed_percent(analysis.forecast.change(middle))}"
    beat = "In the past, this forecast missed by less than “price stays” and “price drifts as it did”, and luck alone"
    return Fact("finding", "Finding", f"{beat} would rarely do that. It points to {ends}. {CAVEAT}")


def _ends(member: CombinedMember, analysis: VerdictAnalysis) -> tuple[str, ...]:
    prices = (NONE if end is None else money(end, analysis) for end in (member.low, member.middle, member.high))
    return (member.name, percent(member.weight, 0), *prices)

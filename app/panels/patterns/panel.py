"""The Patterns card: its description, facts and tables."""

from app.forecasting.forecast import band_of, median_of
from app.panels.analysis import Fact, Table
from app.panels.forecast.content import milestones
from app.panels.panel import Heights, Panel
from app.panels.patterns.model import FoundShape, PatternsAnalysis
from app.patterns.finding import EDGE, NOT_ENOUGH
from app.text.numbers import chance, day, money, plural


def patterns_facts(analysis: PatternsAnalysis) -> tuple[Fact, ...]:
    """The newest shape, and whether anything followed such shapes."""
    return _newest(analysis), _finding(analysis)


def patterns_tables(analysis: PatternsAnalysis) -> dict[str, Table]:
    """The shapes, what is known of each of the newest, and what followed the past most like now."""
    windows = {f"window_{place}": _window(shape) for place, shape in enumerate(analysis.newest)}
    rows = tuple((day(shape.date), shape.name, shape.trend, _believed(shape)) for shape in analysis.patterns)
    candles = Table(("Ended on", "Shape", "Trend before it", "Network gives it"), rows[::-1])
    return {"candles": candles, "analogues": _lookalikes(analysis), **windows}


PANEL = Panel(
    slug="patterns",
    title="Patterns",
    question="Which candlestick shape is this, and what followed it before?",
    module="app.panels.patterns",
    analysis=PatternsAnalysis,
    minimum_bars=250,
    facts=patterns_facts,
    tables=patterns_tables,
    seconds=0.4,
    drawn_once=True,
    heights=Heights(6.25, 3.75, 3.625),
)

_NO_EDGE, _TESTED = "None of the eight shapes was followed by anything unusual", "in {} on this price's past"


def _newest(analysis: PatternsAnalysis) -> Fact:
    if not analysis.newest:
        nothing = "none of the eight ended on any of them"
        return Fact("newest", f"The last {plural(analysis.agreement.bars, 'bar')}", "No shape", nothing)
    last = analysis.newest[0]
    note = f"{'in' if last.in_trend else 'not in'} the trend it is said to reverse"
    return Fact("newest", f"Newest shape, {day(last.date)}", last.name.capitalize(), note)


def _finding(analysis: PatternsAnalysis) -> Fact:
    edges = [f"{row.name} over {plural(row.days, 'day')}" for row in analysis.evidence if row.verdict == EDGE]
    if not edges:
        return Fact("finding", "What followed the shapes", _NO_EDGE, _TESTED.format(plural(_tested(analysis), "test")))
    note = "the price then differed from other days by more than chance; one in twenty such findings is luck"
    return Fact("finding", "What followed the shapes", ", ".join(edges), note)


def _tested(analysis: PatternsAnalysis) -> int:
    return sum(row.verdict != NOT_ENOUGH for row in analysis.evidence)


def _window(shape: FoundShape) -> Table:
    rows = (
        ("Shape", shape.name),
        ("Ended on", day(shape.date)),
        ("Trend before it", shape.trend),
        ("Network gives it", _believed(shape)),
    )
    return Table(("What", "Found"), rows)


def _believed(shape: FoundShape) -> str:
    return "no signal" if shape.probability is None else chance(shape.probability, 1)


def _lookalikes(analysis: PatternsAnalysis) -> Table:
    past = analysis.analogues
    days = milestones(past.days) if past.fan else ()
    rows = tuple(
        (str(after), *_price_rows(past.fan, after, analysis), *_price_rows(past.base_rate, after, analysis))
        for after in days
    )
    names = tuple(f"{level}, {whose}" for whose in ("lookalikes", "any day") for level in ("10%", "median", "90%"))
    return Table(("Days later", *names), rows)


def _price_rows(fan: dict[str, tuple[float, ...]], after: int, analysis: PatternsAnalysis) -> tuple[str, ...]:
    band = band_of(fan, 80)
    return tuple(money(prices[after - 1], analysis) for prices in (band.low, median_of(fan), band.high))

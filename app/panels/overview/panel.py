"""The Overview card: its description, facts and tables."""

from app.panels.analysis import NONE, Fact, Table
from app.panels.overview.model import Drawdown, OverviewAnalysis, TailRisk
from app.panels.panel import LEAST_BARS, Heights, Panel
from app.text.numbers import count, day, in_hundred, money, percent, plural, signed_percent


def overview_facts(analysis: OverviewAnalysis) -> tuple[Fact, ...]:
    """The last close, how far the price moves, and what it has lost."""
    close, lowest, highest = (
        money(price, analysis) for price in (analysis.last_close, analysis.year_low, analysis.year_high)
    )
    return (
        Fact("last_close", "Last close", close, _last_change(analysis)),
        fall_fact(analysis),
        Fact("year_range", "52-week range", *_unless_doubted(analysis, f"{lowest} – {highest}")),
        *(typical_move_fact(analysis, move.days) for move in analysis.typical_moves),
        *(_tail(tail) for tail in analysis.tail_risk),
        _drawdown(analysis),
        _volatility_fact(analysis),
    )


def overview_tables(analysis: OverviewAnalysis) -> dict[str, Table]:
    """A table for each of the three charts."""
    now = analysis.volatility
    below = ("Past days below it", percent(now.percentile))
    calm = ("Now", percent(now.now)), ("Median", percent(now.median)), below
    return {
        "price": _levels(analysis),
        "moves": _move_rows(analysis),
        "volatility": Table(("Volatility", "A year"), calm),
    }


PANEL = Panel(
    slug="overview",
    title="Overview",
    question="How does it move?",
    module="app.panels.overview",
    analysis=OverviewAnalysis,
    minimum_bars=LEAST_BARS,
    facts=overview_facts,
    tables=overview_tables,
    seconds=0.1,
    heights=Heights(69.25, 63.25, 41),
)


def _last_change(analysis: OverviewAnalysis) -> str:
    """The move of the last day, unless its prices are the fault themselves."""
    on, doubted = day(analysis.as_of), analysis.data.doubted
    if doubted is not None and doubted.day == analysis.as_of:
        return f"on {on}, in doubt: {doubted.guess}"
    return f"{signed_percent(analysis.change, 2)} on {on}"


def _unless_doubted(analysis: OverviewAnalysis, value: str, note: str = "") -> tuple[str, str]:
    """The value and note of a fact about the last year, or that nothing can be said of it across a fault."""
    doubted = analysis.data.doubted
    return (value, note) if doubted is None else (NONE, f"its prices are in doubt since {day(doubted.day)}")


_TOO_SHORT = "this history is too short to say"
_SPANS = {1: "day", 5: "week", 22: "month", 66: "quarter"}


def typical_move_fact(analysis: OverviewAnalysis, days: int) -> Fact:
    """How far the price moves over ``days``, where its past is long enough to tell."""
    key = f"typical_move_{days}"
    label = f"A usual {_SPANS.get(days, f'stretch of {days} days')}"
    move = next((move for move in analysis.typical_moves if move.days == days), None)
    if move is None:
        return Fact(key, label, NONE, _TOO_SHORT)
    return Fact(key, label, f"±{percent(move.median)}", f"1 in 10 moves more than {percent(move.large)}")


def fall_fact(analysis: OverviewAnalysis) -> Fact:
    """How often some close on the way was far below the one before it began."""
    fall = analysis.fall
    if fall is None:
        return Fact("fall", "Falls", NONE, _TOO_SHORT)
    note = f"of {count(fall.windows)} past stretches"
    label = f"A close {percent(fall.fall, 0)} lower within {plural(analysis.horizon, 'day')}"
    return Fact("fall", label, *_unless_doubted(analysis, in_hundred(fall.base_rate), note))


def _tail(tail: TailRisk) -> Fact:
    note = f"worse in 1 case of 20; {signed_percent(tail.expected_shortfall)} on average then"
    label = f"Value at risk, {plural(tail.days, 'day')}"
    return Fact(f"value_at_risk_{tail.days}", label, signed_percent(tail.value_at_risk), note)


def _drawdown(analysis: OverviewAnalysis) -> Fact:
    worst = analysis.drawdown
    note = f"{day(worst.peak)} to {day(worst.trough)}, {_recovery(worst)}"
    return Fact(
        "drawdown",
        f"Worst fall since {analysis.data.first_bar.year}",
        *_unless_doubted(analysis, signed_percent(worst.depth), note),
    )


def _recovery(worst: Drawdown) -> str:
    return f"made good by {day(worst.recovered)}" if worst.recovered else "not made good yet"


def _volatility_fact(analysis: OverviewAnalysis) -> Fact:
    now = analysis.volatility
    higher = in_hundred(now.percentile).replace(" in 100", " of 100")
    note = f"annualised; higher than on {higher} past days; usual: {percent(now.median, 0)}"
    return Fact("volatility", "Volatility now", *_unless_doubted(analysis, percent(now.now, 0), note))


def _levels(analysis: OverviewAnalysis) -> Table:
    fall, last, high, low = analysis.drawdown, analysis.last_close, analysis.year_high, analysis.year_low
    rows = (
        ("Last close", money(last, analysis), day(analysis.as_of)),
        ("Close before", money(analysis.previous_close, analysis), _last_change(analysis)),
        *(
            (
                name,
                *_unless_doubted(
                    analysis, money(end, analysis), f"{signed_percent(end / last - 1)} from the last close"
                ),
            )
            for name, end in (("52-week high", high), ("52-week low", low))
        ),
        ("Worst fall", *_unless_doubted(analysis, *_depth(fall))),
    )
    return Table(("What", "Value", "When, or how far away"), rows)


def _depth(fall: Drawdown) -> tuple[str, str]:
    return signed_percent(fall.depth), f"{day(fall.peak)} to {day(fall.trough)}"


def _move_rows(analysis: OverviewAnalysis) -> Table:
    tails = {tail.days: (tail.value_at_risk, tail.expected_shortfall) for tail in analysis.tail_risk}
    rows = tuple(
        (
            plural(move.days, "day"),
            percent(move.median),
            percent(move.large),
            *map(signed_percent, tails.get(move.days, ())),
        )
        for move in analysis.typical_moves
    )
    headings = ("Over", "Half moved less than", "One in ten moved more than", "Worst 5% from", "These on average")
    return Table(headings, tuple((*row, *(NONE for _ in headings[len(row) :])) for row in rows))

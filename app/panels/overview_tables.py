"""The numbers of the overview's charts."""

from app.panels.analysis import OverviewAnalysis
from app.panels.content import NONE, Table
from app.text.numbers import day, money, percent, plural, signed_percent


def overview_tables(analysis: OverviewAnalysis) -> dict[str, Table]:
    """A table for each of the three charts."""
    now = analysis.volatility
    calm = ("Now", percent(now.now)), ("Median", percent(now.median)), ("Days calmer than now", percent(now.percentile))
    return {
        "price": _levels(analysis),
        "moves": _moves(analysis),
        "volatility": Table(("Volatility", "A year"), calm),
    }


def _levels(analysis: OverviewAnalysis) -> Table:
    fall, last, high, low = analysis.drawdown, analysis.last_close, analysis.year_high, analysis.year_low
    rows = (
        ("Last close", money(last, analysis), day(analysis.as_of)),
        ("Close before", money(analysis.previous_close, analysis), f"{signed_percent(analysis.change, 2)} since"),
        ("52-week high", money(high, analysis), f"{signed_percent(high / last - 1)} from the last close"),
        ("52-week low", money(low, analysis), f"{signed_percent(low / last - 1)} from the last close"),
        ("Worst drawdown", signed_percent(fall.depth), f"{day(fall.peak)} to {day(fall.trough)}"),
    )
    return Table(("What", "Value", "When, or how far away"), rows)


def _moves(analysis: OverviewAnalysis) -> Table:
    tails = {one.days: (one.value_at_risk, one.expected_shortfall) for one in analysis.tail_risk}
    rows = tuple(
        (
            plural(one.days, "day"),
            percent(one.median),
            percent(one.large),
            *map(signed_percent, tails.get(one.days, ())),
        )
        for one in analysis.typical_moves
    )
    headings = ("Over", "Half moved less than", "One in ten moved more than", "Worst 5 % from", "These on average")
    return Table(headings, tuple((*row, *(NONE for _ in headings[len(row) :])) for row in rows))

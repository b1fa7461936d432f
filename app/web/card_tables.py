"""The table beside each chart of a card, by the chart's name, from the analysis that the chart was drawn from."""

from functools import singledispatch

from app.panels.analysis import Analysis, ForecastAnalysis, OverviewAnalysis, ProphetAnalysis
from app.panels.outcome import Outcome
from app.panels.patterns_analysis import FoundShape, PatternsAnalysis
from app.panels.technicals_analysis import TechnicalsAnalysis
from app.panels.verdict_analysis import CombinedMember, VerdictAnalysis
from app.web.formats import day, percent, plural, signed_percent
from app.web.money import money, shown
from app.web.tables import Table, fan_table, milestones, outcome_table, receipt_table

_MONTHS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def tables_of(analysis: Analysis, outcome: Outcome | None) -> dict[str, Table]:
    """A table for every chart that a card has; ``outcome`` has its own, as its picture is drawn apart."""
    return _tables(analysis) | ({"outcome": outcome_table(outcome, analysis)} if outcome else {})


@singledispatch
def _tables(analysis: Analysis) -> dict[str, Table]:
    return {}


@_tables.register
def _forecast(analysis: ForecastAnalysis) -> dict[str, Table]:
    return {"fan": fan_table(analysis), "receipt": receipt_table(analysis)}


@_tables.register
def _overview(analysis: OverviewAnalysis) -> dict[str, Table]:
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
    return Table(headings, tuple((*row, *("–" for _ in headings[len(row) :])) for row in rows))


@_tables.register
def _technicals(analysis: TechnicalsAnalysis) -> dict[str, Table]:
    read = tuple(
        (reading.title, shown(reading, analysis), "") for reading in analysis.readings if reading.value is not None
    )
    levels = analysis.levels.resistance[::-1] + analysis.levels.support
    swings = tuple(
        (f"Level {money(one.price, analysis)}", signed_percent(one.distance), plural(one.touches, "touch", "touches"))
        for one in levels
    )
    return {"studies": Table(("What", "Value, or how far away", "Touched"), read + swings)}


@_tables.register
def _prophet(analysis: ProphetAnalysis) -> dict[str, Table]:
    fan = fan_table(analysis, analysis.stock_standard.line, "stock Prophet")
    return _forecast(analysis) | {"fan": fan, "components": _parts(analysis)}


def _parts(analysis: ProphetAnalysis) -> Table:
    parts = analysis.components
    trend = tuple(
        (f"Trend, {day(when)}", money(level, analysis))
        for when, level in zip(parts.trend_dates[::-252], parts.trend[::-252], strict=True)
    )
    season = tuple(
        (f"Season, 1 {name}", signed_percent(parts.season[start], 2))
        for name, start in zip(_MONTH_NAMES, _MONTHS, strict=True)
    )
    return Table(("Part", "Value"), trend + season)


@_tables.register
def _patterns(analysis: PatternsAnalysis) -> dict[str, Table]:
    windows = {f"window_{place}": _window(one) for place, one in enumerate(analysis.newest)}
    found = tuple((day(one.date), one.name, one.trend, _believed(one)) for one in analysis.patterns)
    candles = Table(("Ended on", "Shape", "Trend before it", "Network gives it"), found[::-1])
    return {"candles": candles, "analogues": _lookalikes(analysis), **windows}


def _window(one: FoundShape) -> Table:
    told = (
        ("Shape", one.name),
        ("Ended on", day(one.date)),
        ("Trend before it", one.trend),
        ("Network gives it", _believed(one)),
    )
    return Table(("What", "Found"), told)


def _believed(one: FoundShape) -> str:
    return "nothing to see" if one.probability is None else percent(one.probability)


def _lookalikes(analysis: PatternsAnalysis) -> Table:
    past = analysis.analogues

    def cells(fan: dict[str, tuple[float, ...]], after: int) -> tuple[str, ...]:
        return tuple(money(fan[level][after - 1], analysis) for level in ("0.1", "0.5", "0.9"))

    days = milestones(past.days) if past.fan else ()
    rows = tuple((str(after), *cells(past.fan, after), *cells(past.base_rate, after)) for after in days)
    names = tuple(f"{level}, {whose}" for whose in ("lookalikes", "any day") for level in ("10 %", "middle", "90 %"))
    return Table(("Days later", *names), rows)


@_tables.register
def _verdict(analysis: VerdictAnalysis) -> dict[str, Table]:
    rows = tuple(_member(one, analysis) for one in analysis.members)
    return _forecast(analysis) | {"members": Table(("Member", "Weight", "10 %", "Middle", "90 %"), rows)}


def _member(one: CombinedMember, analysis: VerdictAnalysis) -> tuple[str, ...]:
    ends = (one.low, one.middle, one.high)
    return (one.name, percent(one.weight, 0), *("–" if end is None else money(end, analysis) for end in ends))

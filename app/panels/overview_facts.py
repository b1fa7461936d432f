"""What the overview says in words."""

from app.panels.analysis import Drawdown, OverviewAnalysis, TailRisk
from app.panels.content import NONE, Fact
from app.text.numbers import day, money, percent, plural, signed_percent

_TOO_SHORT = "this history is too short to say"


def overview_facts(analysis: OverviewAnalysis) -> tuple[Fact, ...]:
    """The last close, how far the price moves, and what it has lost."""
    close, lowest, highest = (
        money(price, analysis) for price in (analysis.last_close, analysis.year_low, analysis.year_high)
    )
    return (
        Fact("last_close", "Last close", close, f"{signed_percent(analysis.change, 2)} on {day(analysis.as_of)}"),
        fall_fact(analysis),
        Fact("year_range", "52-week range", f"{lowest} – {highest}"),
        *(typical_move_fact(analysis, move.days) for move in analysis.typical_moves),
        *(_tail(tail) for tail in analysis.tail_risk),
        _drawdown(analysis),
        _volatility(analysis),
    )


def typical_move_fact(analysis: OverviewAnalysis, days: int) -> Fact:
    """How far the price moves over ``days``, where its past is long enough to tell."""
    key, label = f"typical_move_{days}", f"Typical move, {plural(days, 'day')}"
    move = next((one for one in analysis.typical_moves if one.days == days), None)
    if move is None:
        return Fact(key, label, NONE, _TOO_SHORT)
    return Fact(key, label, f"± {percent(move.median)}", f"one in ten above {percent(move.large)}")


def fall_fact(analysis: OverviewAnalysis) -> Fact:
    """How likely some close on the way is far below the last one."""
    fall = analysis.fall
    if fall is None:
        return Fact("fall", "Chance of a fall", NONE, _TOO_SHORT)
    note = (
        f"a close that far below the last within {plural(analysis.horizon, 'trading day')}, at today's volatility; "
        f"{percent(fall.base_rate, 0)} in its past"
    )
    return Fact("fall", f"Chance of a {percent(fall.fall, 0)} fall", percent(fall.now, 0), note)


def _tail(tail: TailRisk) -> Fact:
    note = f"one in twenty was worse, and those averaged {signed_percent(tail.expected_shortfall)}"
    label = f"Value at risk, {plural(tail.days, 'day')}"
    return Fact(f"value_at_risk_{tail.days}", label, signed_percent(tail.value_at_risk), note)


def _drawdown(analysis: OverviewAnalysis) -> Fact:
    worst = analysis.drawdown
    note = f"since {day(analysis.data.first_bar)}: {day(worst.peak)} to {day(worst.trough)}, {_recovery(worst)}"
    return Fact("drawdown", "Worst drawdown", signed_percent(worst.depth), note)


def _recovery(worst: Drawdown) -> str:
    return f"recovered {day(worst.recovered)}" if worst.recovered else "not recovered"


def _volatility(analysis: OverviewAnalysis) -> Fact:
    now = analysis.volatility
    note = f"a year; calmer than now on {percent(now.percentile, 0)} of its days, median {percent(now.median, 0)}"
    return Fact("volatility", "Volatility now", percent(now.now, 0), note)

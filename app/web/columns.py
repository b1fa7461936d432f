"""A column of the comparison: the numbers of a ticker's overview and verdict, in the same rows for every ticker."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.panels.analysis import OverviewAnalysis
from app.panels.outcome import Outcome
from app.panels.verdict_analysis import VerdictAnalysis
from app.web.formats import count, day, percent, plural, ratio, signed_percent
from app.web.money import money
from app.web.tables import Table

_LENGTHS = (1, 5, 22)
_TOO_SHORT = "this history is too short to say"
_NONE = "–"
_LEVELS = ("0.025", "0.1", "0.5", "0.9", "0.975")
_CHANCE, _EDGE = "Chance of being higher", "Edge"
_ERROR, _HELD = "Error against “price stays”", "80 % band held"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is compared, in words; ``note`` says what stands behind the value."""

    term: str
    value: str
    note: str


def column_rows(overview: OverviewAnalysis, verdict: VerdictAnalysis | None, why_not: str = "") -> tuple[Row, ...]:
    """Every row; those of a verdict that there cannot be are empty, and the first of them says ``why_not``."""
    ahead = plural(overview.horizon, "trading day")
    reach, *others = _of_the_verdict(verdict, ahead) if verdict else _without(ahead, why_not)
    return (
        _last_close(overview),
        reach,
        *(_typical_move(overview, days) for days in _LENGTHS),
        _fall(overview, ahead),
        _drawdown(overview),
        _volatility(overview),
        *others,
    )


def happened(outcome: Outcome) -> Row:
    """What became of the price, and whether the range held it."""
    note = ""
    if outcome.score:
        note = f"{'inside' if outcome.score.end_inside_80 else 'outside'} the 80 % range"
    return Row(f"By {day(outcome.dates[-1])}", signed_percent(outcome.change), note)


def ranges_table(verdicts: Sequence[VerdictAnalysis]) -> Table:
    """The chart of ranges in numbers."""
    rows = tuple((one.ticker, day(one.forecast.dates[-1]), *_changes(one)) for one in verdicts)
    levels = ("Middle" if level == "0.5" else f"{100 * float(level):g} %" for level in _LEVELS)
    note = "Changes from each last close, so that prices in different currencies can be compared."
    return Table(("Ticker", "By", *levels), rows, note)


def _changes(verdict: VerdictAnalysis) -> tuple[str, ...]:
    return tuple(signed_percent(verdict.forecast.change(level)) for level in _LEVELS)


def _last_close(overview: OverviewAnalysis) -> Row:
    close = money(overview.last_close, overview)
    return Row("Last close", close, f"{signed_percent(overview.change, 2)} on the day, {day(overview.as_of)}")


def _typical_move(overview: OverviewAnalysis, days: int) -> Row:
    term = f"Typical move, {plural(days, 'day')}"
    for move in overview.typical_moves:
        if move.days == days:
            return Row(term, f"± {percent(move.median)}", f"one in ten above {percent(move.large)}")
    return Row(term, _NONE, _TOO_SHORT)


def _fall(overview: OverviewAnalysis, ahead: str) -> Row:
    fall = overview.fall
    if fall is None:
        return Row("Chance of a fall", _NONE, _TOO_SHORT)
    past = f"{percent(fall.base_rate, 0)} in its past"
    note = f"a close that far below the last within {ahead}, at today's volatility; {past}"
    return Row(f"Chance of a {percent(fall.fall, 0)} fall", percent(fall.now, 0), note)


def _drawdown(overview: OverviewAnalysis) -> Row:
    worst = overview.drawdown
    ended = f"recovered {day(worst.recovered)}" if worst.recovered else "not recovered"
    return Row("Worst drawdown", signed_percent(worst.depth), f"{day(worst.peak)} to {day(worst.trough)}, {ended}")


def _volatility(overview: OverviewAnalysis) -> Row:
    now = overview.volatility
    note = f"a year; calmer than now on {percent(now.percentile, 0)} of its days, median {percent(now.median, 0)}"
    return Row("Volatility now", percent(now.now, 0), note)


def _of_the_verdict(verdict: VerdictAnalysis, ahead: str) -> tuple[Row, ...]:
    return _range(verdict, ahead), _chance(verdict), _edge(verdict), *_receipt(verdict)


def _without(ahead: str, why_not: str) -> tuple[Row, ...]:
    first, *others = (f"80 % range in {ahead}", _CHANCE, _EDGE, _ERROR, _HELD)
    return Row(first, _NONE, why_not), *(Row(term, _NONE, "") for term in others)


def _range(verdict: VerdictAnalysis, ahead: str) -> Row:
    low, high = (verdict.forecast.quantiles[level][-1] for level in ("0.1", "0.9"))
    changes = " to ".join(signed_percent(verdict.forecast.change(level)) for level in ("0.1", "0.9"))
    return Row(f"80 % range in {ahead}", changes, f"{money(low, verdict)} to {money(high, verdict)}")


def _chance(verdict: VerdictAnalysis) -> Row:
    note = f"so after {percent(verdict.base_rate, 0)} of {count(verdict.windows)} past windows"
    if verdict.brier is not None and verdict.brier_base_rate is not None:
        note += f"; Brier score {ratio(verdict.brier)}, always saying the base rate {ratio(verdict.brier_base_rate)}"
    return Row(_CHANCE, percent(verdict.p_up, 0), note)


def _edge(verdict: VerdictAnalysis) -> Row:
    tests = verdict.edge.tests
    note = f"{sum(test.passed for test in tests)} of {plural(len(tests), 'test')} passed"
    return Row(_EDGE, "Claimed" if verdict.edge.claimed else "None shown: use the range", note)


def _receipt(verdict: VerdictAnalysis) -> tuple[Row, Row]:
    receipt = verdict.receipt
    tested = plural(receipt.origins, "past forecast")
    if receipt.coverage_80 is None or receipt.coverage_80_ci is None:
        return Row(_ERROR, _NONE, "too little history to test on"), Row(_HELD, _NONE, "")
    low, high = receipt.coverage_80_ci
    held = Row(
        _HELD, percent(receipt.coverage_80, 0), f"{percent(low, 0)} to {percent(high, 0)} is the plausible range"
    )
    if receipt.mae_ratio is None:
        return Row(_ERROR, _NONE, f"the price stood still in {tested}"), held
    interval = [f"95 % interval {ratio(ends[0])} to {ratio(ends[1])}"] if (ends := receipt.mae_ratio_ci) else []
    return Row(_ERROR, f"{ratio(receipt.mae_ratio)} ×", "; ".join((*interval, "below 1 is better", tested))), held

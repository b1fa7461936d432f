"""The Odds card: its description, facts and tables."""

from app.forecasting.scoring.reliability import EVENTS, EventReceipt, OddsReceipt
from app.panels.analysis import NONE, Fact, Table
from app.panels.forecast.content import milestones
from app.panels.odds.model import AskedRung, Money, OddsAnalysis, Rung, in_money
from app.panels.panel import Heights, Panel
from app.text.numbers import count, day, in_hundred, money, percent, plural, signed_percent

POOLED = Fact(
    "kept_pooled",
    "On 42 US stocks together",
    "0.5, 0.9 and 0.4 points",
    "to end, close and trade there; 2,530 past days, 14 prices each",
)
"""What ``evaluate odds`` printed of the network's ranges at 5, 10 and 22 days (app/evaluation/README.md)."""
FARTHEST_OFF = 0.5
"""Deviations between a price and the nearest one of the receipt up to which it is called just such a question."""
ENDS, CLOSES, TRADES = "Ends beyond", "Closes beyond", "Trades there"


def odds_facts(analysis: OddsAnalysis) -> tuple[Fact, ...]:
    """What was asked, what is reached with one chance in four, what comes first, how far down, and the receipt."""
    return (
        *(_reached(rung, analysis) for rung in analysis.shown),
        _inverse(analysis),
        *_bracket(analysis),
        *_spread(analysis),
        *(_in_money(analysis.amount, analysis) if analysis.amount else ()),
        *_kept(analysis.receipt),
        _dividends(analysis),
    )


def odds_tables(analysis: OddsAnalysis) -> dict[str, Table]:
    """The ladder, and the numbers of both charts."""
    headings = ("Price", "Change", ENDS, CLOSES, *((TRADES,) if analysis.trades_known else ()))
    rows = tuple(_row(rung, analysis) for rung in analysis.rungs)
    note = (
        f"By {day(analysis.by)}: to end there or beyond, to close so at least once on the way, to trade there. Beyond "
        "means above for prices above the last one, and below for those below."
    )
    tables = {"ladder": Table(headings, rows, note), "curves": _curves(analysis)}
    return tables | ({"receipt": _receipt(analysis.receipt)} if analysis.receipt.origins else {})


PANEL = Panel(
    slug="odds",
    title="Odds",
    question="What are the odds of a price?",
    module="app.panels.odds",
    analysis=OddsAnalysis,
    minimum_bars=250,
    facts=odds_facts,
    tables=odds_tables,
    needs=("verdict",),
    seconds=5.2,
    heights=Heights(34, 36.25, 36.75),
    in_money=in_money,
)


def _row(rung: Rung, analysis: OddsAnalysis) -> tuple[str, ...]:
    change = signed_percent(rung.change) if rung.change else "last"
    chances = (rung.p_end, rung.p_close, *(() if rung.p_trade is None else (rung.p_trade,)))
    return money(rung.level, analysis), change, *map(in_hundred, chances)


def _reached(rung: AskedRung, analysis: OddsAnalysis) -> Fact:
    """How likely the price is reached, how likely it ends there, and how such questions went."""
    reached, verb = (rung.p_close, "closes") if rung.p_trade is None else (rung.p_trade, "trades")
    label = f"{verb.capitalize()} at {money(rung.level, analysis)} ({signed_percent(rung.change)})"
    where = "above" if rung.level >= analysis.last else "below"
    ends = f"ends there or {where} on {day(analysis.by)}: {in_hundred(rung.p_end)}"
    closes = () if rung.p_trade is None else (f"closes there on the way: {in_hundred(rung.p_close)}",)
    note = "; ".join((*closes, ends, *_before(rung, analysis.receipt)))
    return Fact(f"reached_{rung.level:g}", label, in_hundred(reached), note)


def _before(rung: AskedRung, receipt: OddsReceipt) -> tuple[str, ...]:
    """How often such a price was reached at past days, where questions of about that distance were asked."""
    event = receipt.p_trade or receipt.p_close
    if event is None:
        return ()
    row = min(event.distances, key=lambda known: abs(known.distance - rung.distance))
    if abs(row.distance - rung.distance) > FARTHEST_OFF:
        return ()
    return (f"so far away, on {row.n} past days: said {in_hundred(row.said)}, happened {in_hundred(row.happened)}",)


def _inverse(analysis: OddsAnalysis) -> Fact:
    verb = "Trades" if analysis.trades_known else "Closes"
    prices = " and ".join(money(price, analysis) for price in (analysis.inverse.below, analysis.inverse.above))
    return Fact("inverse", f"{verb} there with 1 chance in 4", prices, f"each by {day(analysis.by)}")


def _bracket(analysis: OddsAnalysis) -> tuple[Fact, ...]:
    order = analysis.bracket
    if order is None:
        return ()
    target, stop = money(order.target, analysis), money(order.stop, analysis)
    both = f"; days that saw both count for the stop ({in_hundred(order.same_day)})" if order.same_day > 0 else ""
    note = f"the stop first {in_hundred(order.p_stop)}, neither {in_hundred(order.p_neither)}{both}"
    return (Fact("bracket", f"Target {target} before stop {stop}", in_hundred(order.p_target), note),)


def _spread(analysis: OddsAnalysis) -> tuple[Fact, ...]:
    spread = analysis.spread
    half = f"{signed_percent(spread.low_half)} to {signed_percent(spread.high_half)}"
    worst = f"worse than {signed_percent(spread.worst_20th)} in 1 case of 20"
    fall = f"in 1 case of 10 by {percent(-spread.deepest_10th)} or more"
    lowest = f"or more in half of the cases; {fall}"
    return (
        Fact("half", f"Half of the cases end on {day(analysis.by)}", half, worst),
        Fact("deepest", "Deepest below the last price on the way", percent(-spread.deepest_half), lowest),
    )


def _in_money(sums: Money, analysis: OddsAnalysis) -> tuple[Fact, ...]:
    """Sentences in three parts."""
    until, whole = f"by {day(analysis.by)}", money(sums.amount, analysis)
    worst = (sums.changes.worst_20th, sums.changes.deepest_10th)
    loss, fall = (f"{money(max(0.0, -change), analysis)} or more" for change in worst)
    half = f"{_signed_money(sums.changes.low_half, analysis)} and {_signed_money(sums.changes.high_half, analysis)}"
    each = zip(analysis.asked or (), sums.at_levels, strict=True)
    at_levels = [_at_level(rung, change, sums, analysis) for rung, change in each]
    return (
        Fact("money_loss", f"In 1 case of 20, {whole} loses", loss, until),
        Fact("money_half", f"In half of the cases, {whole} changes by between", half, until),
        Fact("money_way", f"In 1 case of 10, {whole} is down on the way by", fall, "at its lowest"),
        *at_levels,
    )


def _at_level(rung: AskedRung, change: float, sums: Money, analysis: OddsAnalysis) -> Fact:
    label = f"At {money(rung.level, analysis)}, {money(sums.amount, analysis)} becomes"
    value, gain = money(sums.amount + change, analysis), f"({_signed_money(change, analysis)})"
    return Fact(f"money_at_{rung.level:g}", label, value, gain)


def _signed_money(change: float, analysis: OddsAnalysis) -> str:
    return f"{'−' if change < 0 else '+'}{money(abs(change), analysis)}"


def _kept(receipt: OddsReceipt) -> tuple[Fact, ...]:
    """How far past chances were from what happened, beside simpler means, and what more tickers show."""
    event = receipt.p_trade or receipt.p_close
    if event is None:
        return (Fact("kept", "Past questions like these", NONE, "there is too little history to ask any"), POOLED)
    questions = count(sum(row.n for row in event.table))
    others = f"by this ticker's plain past {event.brier_past:.3f}, by the usual rule {event.brier_rule:.3f}"
    return (
        Fact(
            "kept",
            "Stated chances missed what happened by",
            f"{100 * event.calibration_error:.0f} points",
            f"{questions} questions on {plural(receipt.origins, 'past day')}",
        ),
        Fact("kept_brier", "Their squared miss (Brier)", f"{event.brier:.3f}", f"{others}; less is better"),
        POOLED,
    )


def _dividends(analysis: OddsAnalysis) -> Fact:
    if (due := analysis.due) is not None:
        amount, when = money(due.amount, analysis), day(due.day)
        off = f"a dividend of {amount}, as much as the last one, comes off these prices on {when}"
        return Fact("dividends", f"Dividend on {when}", amount, f"{off}; what becomes of money counts it")
    if not analysis.dividends:
        note = "these prices know of no dividend in the last year, so none is taken off"
        return Fact("dividends", "Dividends", "none", note)
    note = "a dividend that falls before that day is not known here and not taken off these prices"
    return Fact("dividends", "Dividends of the last year", percent(analysis.dividends), note)


def _curves(analysis: OddsAnalysis) -> Table:
    headings = ("Days ahead", *(money(rung.level, analysis) for rung in analysis.shown))
    days = milestones(analysis.days)
    rows = tuple((str(ahead), *(in_hundred(rung.first[ahead - 1]) for rung in analysis.shown)) for ahead in days)
    return Table(headings, rows, "The chance to have been there by that day.")


_NAMES = dict(zip(EVENTS, (ENDS, CLOSES, TRADES), strict=True))


def _receipt(receipt: OddsReceipt) -> Table:
    rows = [
        (_NAMES[name], in_hundred(row.said), in_hundred(row.happened), count(row.n))
        for name in EVENTS
        if isinstance(event := getattr(receipt, name), EventReceipt)
        for row in event.table
    ]
    note = "Each line: past questions whose stated chances were about the same, on several prices and days together."
    return Table(("Question", "Said", "Happened", "Questions"), tuple(rows), note)

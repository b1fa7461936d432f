"""The odds card's charts."""

from dataclasses import replace

from app.charts.chart import NARROW, Canvas, Chart
from app.charts.pictures.compared import Kept, TouchCurve, reliability_chart, touch_chart
from app.forecasting.scoring.reliability import EventReceipt
from app.market.history import PriceHistory
from app.panels.forecast.charts import captioned
from app.panels.odds.model import OddsAnalysis
from app.text.numbers import day, in_hundred, money, plural


def draw(history: PriceHistory, analysis: OddsAnalysis, canvas: Canvas) -> dict[str, Chart]:
    """By which day it is reached, and how past chances were kept, where there are any."""
    # They stand in places of a column's width, side by side where there is room.
    canvas = replace(canvas, width=NARROW.width)
    charts = {"curves": _curves(analysis, canvas)}
    if analysis.receipt.origins:
        charts["receipt"] = _reliability(analysis, canvas)
    return charts


def _curves(analysis: OddsAnalysis, canvas: Canvas) -> Chart:
    curves = [
        TouchCurve(money(rung.level, analysis), rung.first, rung.level >= analysis.last) for rung in analysis.shown
    ]
    ends = "; ".join(f"{curve.name} {in_hundred(curve.chances[-1])}" for curve in curves)
    verb = "traded" if analysis.trades_known else "closed"
    alt = f"The chance to have {verb} there by each of the next {analysis.days} trading days ends at: {ends}."
    first = curves[0]
    verbs = "trades" if analysis.trades_known else "closes"
    title = f"Chance that it {verbs} at {first.name} by {day(analysis.by)}: {in_hundred(first.chances[-1])}"
    about = f"chance to have {verb} there by each of the next {plural(analysis.days, 'trading day')}, in 100"
    return touch_chart(curves, canvas=canvas, caption=captioned(analysis, title, about, alt))


def _reliability(analysis: OddsAnalysis, canvas: Canvas) -> Chart:
    receipt = analysis.receipt
    names = {"ends": receipt.p_end, "closes": receipt.p_close, "trades": receipt.p_trade}
    kept = [_kept(name, event) for name, event in names.items() if event is not None]
    misses = ", ".join(
        f"{name} {100 * event.calibration_error:.0f}" for name, event in names.items() if event is not None
    )
    alt = f"Stated chances against what happened on {receipt.origins} past days; mean distance in points: {misses}."
    points = max(100 * event.calibration_error for event in names.values() if event is not None)
    title = f"Stated chances were off by {points:.0f} points or less on average"
    about = f"what was said, and how often it happened, on {receipt.origins} past days, in 100; dotted: both agree"
    return reliability_chart(kept, canvas=canvas, caption=captioned(analysis, title, about, alt))


def _kept(name: str, event: EventReceipt) -> Kept:
    rows = ((row.said, row.happened, row.n) for row in event.table)
    return Kept(name, *zip(*rows, strict=True))

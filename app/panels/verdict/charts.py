"""The verdict card's charts."""

from collections.abc import Sequence

from app.charts.chart import Canvas, Chart, beside
from app.charts.pictures.intervals import Reach, Span, members_chart, ranges_chart
from app.market.history import PriceHistory
from app.panels.forecast.charts import draw_fan, draw_hits
from app.panels.verdict.model import VerdictAnalysis


def draw(history: PriceHistory, analysis: VerdictAnalysis, canvas: Canvas) -> dict[str, Chart]:
    """The combined fan, the members beside one another, and the receipt where there is one."""
    charts = {"fan": draw_fan(history, analysis, canvas), "members": _draw_members(analysis, beside(canvas))}
    if analysis.receipt.forecasts:
        charts["receipt"] = draw_hits(analysis, canvas)
    return charts


def _draw_members(analysis: VerdictAnalysis, canvas: Canvas) -> Chart:
    low, high = analysis.forecast.band(80).end
    reaches = [Reach("Combined", low, analysis.forecast.median[-1], high, 1.0)]
    for one in analysis.members:
        if one.low is not None and one.middle is not None and one.high is not None:
            reaches.append(Reach(one.name, one.low, one.middle, one.high, one.weight))
    above = analysis.agreement
    alt = (
        f"The 80 % ranges of {above.members} members after {analysis.horizon} trading days beside the combined one: "
        f"{above.up} of them have their middle above the last price of {analysis.forecast.last:.6g}."
    )
    return members_chart(reaches, analysis.forecast.last, canvas=canvas, alt=alt)


def draw_ranges(verdicts: Sequence[VerdictAnalysis], canvas: Canvas) -> Chart:
    """The ranges of ``verdicts`` of one horizon, in the order given."""
    spans = tuple(_span(verdict) for verdict in verdicts)
    days = verdicts[0].horizon
    return ranges_chart(spans, canvas=canvas, alt=_finding(spans, f"{days} trading day{'s' if days > 1 else ''}"))


def _span(verdict: VerdictAnalysis) -> Span:
    forecast = verdict.forecast
    (low_95, high_95), (low_80, high_80) = forecast.band(95).end, forecast.band(80).end
    ends = (low_95, low_80, forecast.median[-1], high_80, high_95)
    return Span(verdict.ticker, *(100 * forecast.change(price) for price in ends))


def _finding(spans: Sequence[Span], ahead: str) -> str:
    by_width = sorted(spans, key=lambda span: span.high_80 - span.low_80)
    told = "; ".join(f"{span.name} {span.low_80:+.1f} % to {span.high_80:+.1f} %" for span in spans)
    if len(spans) == 1:
        return f"The 80 % range in {ahead}: {told}."
    narrow, wide = by_width[0], by_width[-1]
    times = (wide.high_80 - wide.low_80) / max(narrow.high_80 - narrow.low_80, 1e-9)
    return f"80 % ranges in {ahead}: that of {wide.name} is {times:.1f} times as wide as that of {narrow.name}. {told}."

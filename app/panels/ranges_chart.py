"""The picture that compares tickers: how far the verdict of each lets its price move by the last day."""

from collections.abc import Sequence

from app.charts.chart import Canvas, Chart
from app.charts.ranges import Span, ranges_chart
from app.panels.verdict_analysis import VerdictAnalysis


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

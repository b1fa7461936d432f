"""The verdict card's charts."""

from collections.abc import Sequence
from dataclasses import replace

from app.charts.chart import Canvas, Chart, beside_column
from app.charts.pictures.compared import PastYear, Span, compared
from app.charts.pictures.components import Reach, members_chart
from app.market.history import PriceHistory, closes_in_common
from app.panels.forecast.charts import captioned, draw_fan, draw_hits
from app.panels.verdict.model import VerdictAnalysis
from app.text.compact_numbers import percent_text
from app.text.numbers import day, plural


def draw(history: PriceHistory, analysis: VerdictAnalysis, canvas: Canvas) -> dict[str, Chart]:
    """The combined fan, the members beside one another, and the receipt where there is one."""
    charts = {"fan": draw_fan(history, analysis, canvas), "members": _draw_members(analysis, beside_column(canvas))}
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
        f"The 80% ranges of {above.members} members after {analysis.horizon} trading days beside the combined one: "
        f"{above.up} of them have their median above the last price of {analysis.forecast.last:.6g}."
    )
    about = f"where 8 in 10 should end after {plural(analysis.horizon, 'trading day')}, as a change from the last price"
    caption = captioned(analysis, f"{above.up} of {above.members} methods point up", about, alt)
    return members_chart(reaches, analysis.forecast.last, canvas=canvas, caption=caption)


def draw_ranges(histories: Sequence[PriceHistory], verdicts: Sequence[VerdictAnalysis], canvas: Canvas) -> Chart:
    """The past year of ``histories`` and the ranges of their ``verdicts``, all of one horizon, in the order given."""
    spans, past = tuple(_span(verdict) for verdict in verdicts), PastYear(*closes_in_common(histories))
    ahead = plural(verdicts[0].horizon, "trading day")
    since = f"100 on {day(past.dates[0].item())}, with dividends" if len(past.dates) else ""
    heads = since, f"Change over {ahead}"
    about = "where the price came from, and where it may go; thick: where 8 in 10 should end, thin: 19 in 20"
    each = "; ".join(f"{span.name} {_ends(span)}" for span in spans)
    title = _finding(spans)
    caption = captioned(verdicts[0], title, about, f"80% ranges in {ahead}: {title}. {each}.")
    caption = replace(caption, subtitle=f"{about[0].upper()}{about[1:]}.")
    return compared(spans, past, heads, canvas=canvas, caption=caption)


def _span(verdict: VerdictAnalysis) -> Span:
    forecast = verdict.forecast
    (low_95, high_95), (low_80, high_80) = forecast.band(95).end, forecast.band(80).end
    ends = (low_95, low_80, forecast.median[-1], high_80, high_95)
    return Span(verdict.ticker, *(100 * forecast.change(price) for price in ends))


def _ends(span: Span) -> str:
    return f"{percent_text(span.low_80, plus=True)} to {percent_text(span.high_80, plus=True)}"


def _finding(spans: Sequence[Span]) -> str:
    narrow, *_, wide = sorted(spans, key=lambda span: span.high_80 - span.low_80) * 2
    if len(spans) == 1:
        return f"{narrow.name} probably moves by {_ends(narrow)}"
    times = (wide.high_80 - wide.low_80) / max(narrow.high_80 - narrow.low_80, 1e-9)
    return f"The range of {wide.name} is {times:.1f} times as wide as that of {narrow.name}"

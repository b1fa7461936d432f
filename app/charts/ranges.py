"""The ranges of several tickers on one scale of percent, so that their widths can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.charts.axis import LINE_HEIGHT, box_between, lower_axis
from app.charts.chart import Canvas, Chart
from app.charts.figure import Plot, new_figure, padded
from app.charts.style import BAND_50, BAND_95, DASHED, INK, INK_SOFT
from app.charts.svg import finish
from app.charts.ticks import percent_ticks
from app.text.compact_numbers import percent_text

_ROW = 52


@dataclass(frozen=True, slots=True)
class Span:
    """A ticker's ranges and middle, all in percent of its last price."""

    name: str
    low_95: float
    low_80: float
    middle: float
    high_80: float
    high_95: float


def ranges_chart(spans: Sequence[Span], *, canvas: Canvas, alt: str) -> Chart:
    """One row for each of ``spans``: the 95 % range thin and pale, the 80 % range thick, the middle as a mark."""
    limits = padded(min(0.0, *(span.low_95 for span in spans)), max(0.0, *(span.high_95 for span in spans)))
    height = _ROW * len(spans) + LINE_HEIGHT + 24
    plot = Plot(new_figure(canvas, height), box_between(canvas, height, LINE_HEIGHT), limits, (0, len(spans)))
    plot.line((0, 0), plot.y_limits, INK_SOFT, 1, dash=DASHED)
    plot.write(0, plot.y_limits[1], "last price", INK_SOFT, align="center", dy=LINE_HEIGHT / 2)
    for row, span in enumerate(spans):
        _draw_span(plot, span, len(spans) - row - 0.68)
    lower_axis(plot, percent_ticks(*limits, 4 if canvas.narrow else 8, plus=True))
    return finish(plot.figure, alt)


def _draw_span(plot: Plot, span: Span, height: float) -> None:
    plot.line((span.low_95, span.high_95), (height, height), BAND_95, 7, square=True)
    plot.line((span.low_80, span.high_80), (height, height), BAND_50, 16, square=True)
    plot.dots([span.middle], [height], INK, shape="|", size=16)
    ends = f"80 %: {percent_text(span.low_80, plus=True)} to {percent_text(span.high_80, plus=True)}"
    words = f"{span.name}, {ends}"
    plot.write(plot.x_limits[0], height, words, INK, bold=True, dy=19)

"""Intervals as rows, of members or of tickers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.charts.chart import Canvas, Chart
from app.charts.parts.axis import LINE_HEIGHT, box_between, lower_axis
from app.charts.parts.figure import Plot, new_figure, padded
from app.charts.parts.ticks import percent_ticks
from app.charts.style import BAND_50, BAND_80, BAND_95, DASHED, INK, INK_SOFT
from app.charts.svg import finish
from app.text.compact_numbers import percent_text

_MEMBER_ROW = 46


@dataclass(frozen=True, slots=True)
class Reach:
    """A forecast's 80 % range and middle in prices, and the weight (0–1) it has; the first one drawn is the result."""

    name: str
    low: float
    middle: float
    high: float
    weight: float


def members_chart(reaches: Sequence[Reach], last: float, *, canvas: Canvas, alt: str) -> Chart:
    """One row for each of ``reaches``, in percent of the ``last`` price; a member without weight is faint."""
    moves = [[100 * (price / last - 1) for price in (reach.low, reach.middle, reach.high)] for reach in reaches]
    limits = padded(min(0.0, np.min(moves)), max(0.0, np.max(moves)))
    height = _MEMBER_ROW * len(reaches) + LINE_HEIGHT + 24
    box = box_between(canvas, height, LINE_HEIGHT)
    plot = Plot(new_figure(canvas, height), box, limits, (0, len(reaches)))
    plot.line((0, 0), plot.y_limits, INK_SOFT, 1, dash=DASHED)
    plot.write(0, plot.y_limits[1], "last price", INK_SOFT, align="center", dy=LINE_HEIGHT / 2)
    for row, (reach, move) in enumerate(zip(reaches, moves, strict=True)):
        _draw_reach(plot, reach, move, len(reaches) - row - 0.7, first=row == 0)
    lower_axis(plot, percent_ticks(*limits, 4 if canvas.narrow else 6, plus=True))
    return finish(plot.figure, alt)


def _draw_reach(plot: Plot, reach: Reach, move: Sequence[float], height: float, *, first: bool) -> None:
    tone = BAND_50 if first else BAND_80 if reach.weight else BAND_95
    plot.line((move[0], move[2]), (height, height), tone, 10, name=f"reach-{reach.name.split()[0].lower()}")
    plot.dots([move[1]], [height], INK, shape="|", size=12)
    words = reach.name if first else f"{reach.name}, weight {reach.weight:.0%}"
    plot.write(plot.x_limits[0], height, words, INK if reach.weight else INK_SOFT, bold=first, dy=17)


_RANGE_ROW = 52


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
    height = _RANGE_ROW * len(spans) + LINE_HEIGHT + 24
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

"""Several forecasts of one day beside one another: each a range with its middle, and the last price through all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.charts.axis import LINE_HEIGHT, box_between, lower_axis
from app.charts.chart import Canvas, Chart
from app.charts.figure import Plot, new_figure, padded
from app.charts.style import BAND_50, BAND_80, BAND_95, DASHED, INK, INK_SOFT
from app.charts.svg import finish
from app.charts.ticks import percent_ticks

_ROW = 46


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
    height = _ROW * len(reaches) + LINE_HEIGHT + 24
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

"""How far below its own peak a price has been, day by day."""

import numpy as np

from app.charts.axis import LINE_HEIGHT, axis_width, box_between, lower_axis, value_axis
from app.charts.chart import Canvas, Chart
from app.charts.end_labels import EndLabel, end_heights, room_for, write_end_labels
from app.charts.figure import Plot, new_figure
from app.charts.labels import text_width
from app.charts.numerals import percent_text
from app.charts.style import BAND_80, INK, SMALL, WARN
from app.charts.svg import finish
from app.charts.thinning import extremes
from app.charts.ticks import Dates, Floats, date_ticks, day_text, percent_ticks


def drawdown(dates: Dates, values: Floats, *, canvas: Canvas, alt: str) -> Chart:
    """Percent below the highest close so far (n,), nought or less; the worst day and the last are written."""
    height = 180 if canvas.narrow else 200
    bottom = 1.2 * min(float(values.min()), -1.0)
    ticks, end = percent_ticks(bottom, 0, 4), len(values) - 1
    labels = [EndLabel(end, float(values[-1]), percent_text(values[-1]), INK, bold=True)]
    right = max(axis_width(ticks), room_for(labels))
    box = box_between(canvas, height, LINE_HEIGHT, right)
    plot = Plot(new_figure(canvas, height), box, (0, end), (bottom, 0))
    value_axis(plot, ticks, taken=end_heights(plot, labels))
    rows = extremes(values, int(box.width / 1.5))
    plot.area([0, *rows, end], [0, *values[rows], 0], BAND_80, name="drawdown")
    plot.dots([end], values[-1:], INK)
    _mark_worst(plot, dates, values)
    write_end_labels(plot, end, labels)
    lower_axis(plot, date_ticks(dates, box.width), room_right=right)
    return finish(plot.figure, alt)


def _mark_worst(plot: Plot, dates: Dates, values: Floats) -> None:
    row = int(np.argmin(values))
    words = f"worst {percent_text(values[row])}, {day_text(dates[row])}"
    fits = row / plot.x_per_pixel + text_width(words, SMALL) + 8 < plot.box.width
    plot.dots([row], [values[row]], WARN)
    plot.write(row, values[row], words, WARN, align="left" if fits else "right", dx=8 if fits else -8, dy=-4)

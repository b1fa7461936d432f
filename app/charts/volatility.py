"""How restless a price has been, and whether today is unusual."""

import numpy as np

from app.charts.axis import LINE_HEIGHT, axis_width, box_between, lower_axis, value_axis
from app.charts.chart import Canvas, Chart
from app.charts.end_labels import EndLabel, end_heights, room_for, write_end_labels
from app.charts.figure import Plot, new_figure
from app.charts.style import ACCENT_SOFT, DASHED, INK, INK_SOFT
from app.charts.svg import finish
from app.charts.thinning import extremes
from app.charts.ticks import Dates, Floats, date_ticks, percent_ticks
from app.text.compact_numbers import percent_text

_USUAL = (10, 50, 90)


def volatility(dates: Dates, values: Floats, now: float, label: str, *, canvas: Canvas, alt: str) -> Chart:
    """Annualised volatility (n,) in percent, today's value and what the reader is to know of it, e.g. its percentile.

    The shade is where the middle 80 % of all days lie.
    """
    height, key_rows = (210, 2) if canvas.narrow else (240, 1)
    low, median, high = (float(value) for value in np.percentile(values, _USUAL))
    top = 1.05 * max(float(values.max()), now) or 1.0
    ticks = percent_ticks(0, top, 4)
    end = len(values) - 1
    labels = [EndLabel(end, now, percent_text(now), INK, bold=True), EndLabel(end, median, "median", INK_SOFT)]
    right = max(axis_width(ticks), room_for(labels))
    box = box_between(canvas, height, key_rows * LINE_HEIGHT + 10, right)
    plot = Plot(new_figure(canvas, height), box, (0, end), (0, top))
    plot.area([0, end, end, 0], [low, low, high, high], ACCENT_SOFT, name="usual")
    value_axis(plot, ticks, taken=end_heights(plot, labels))
    plot.line((0, end), (median, median), INK_SOFT, 1, DASHED)
    rows = extremes(values, int(box.width / 1.5))
    plot.line(rows, values[rows], INK, 1.3, name="volatility")
    plot.dots([end], [now], INK)
    _write_key(plot, label, key_rows)
    write_end_labels(plot, end, labels)
    lower_axis(plot, date_ticks(dates, box.width), room_right=right)
    return finish(plot.figure, alt)


def _write_key(plot: Plot, label: str, rows: int) -> None:
    """What the reader is to know, and what the shade means: beside each other, on a phone in two rows."""
    left, right = plot.x_limits
    top = plot.y_limits[1]
    plot.write(left, top, label, bold=True, dy=rows * LINE_HEIGHT - 2)
    x, align = (left, "left") if rows > 1 else (right, "right")
    plot.write(x, top, "shaded: the middle 80 % of days", INK_SOFT, align=align, dy=LINE_HEIGHT - 2)

"""The long picture of a ticker: its closes, its last 52 weeks, and its volume below."""

from dataclasses import replace

import numpy as np

from app.charts.chart import Canvas, Chart
from app.charts.parts.axis import LINE_HEIGHT, axis_width, box_between, lower_axis, price_scale, value_axis
from app.charts.parts.figure import Box, Plot, extremes, means, new_figure
from app.charts.parts.labels import EndLabel, end_heights, room_for, write_end_labels
from app.charts.parts.ticks import Dates, Floats, Tick, date_ticks, round_ticks
from app.charts.style import BAND_80, DASHED, INK, INK_SOFT
from app.charts.svg import finish
from app.text.compact_numbers import compact_text, price_text

_VOLUME_HEIGHT = 46
_YEAR = np.timedelta64(364, "D")


def price_and_volume(
    dates: Dates, close: Floats, volume: Floats | None, *, canvas: Canvas, alt: str, currency: str
) -> Chart:
    """Closes (n,) with the last value written, and volume (n,) unless there is none."""
    traded = volume if volume is not None and volume.any() else None
    scale = price_scale(close, 5 if canvas.narrow else 6)
    heights = scale.heights(close)
    labels = _labels(dates, close, heights, canvas)
    right = max(axis_width(scale.ticks, currency), room_for(labels))
    height = 300 if canvas.narrow else 360
    below = _VOLUME_HEIGHT + 2 * LINE_HEIGHT if traded is not None else 0
    box = box_between(canvas, height - below, 2 * LINE_HEIGHT, right)
    plot = Plot(new_figure(canvas, height), box, (0, len(close) - 1), scale.limits)
    value_axis(plot, scale.ticks, unit=currency, taken=end_heights(plot, labels))
    if scale.is_log:
        plot.write(0, scale.limits[1], "log scale", INK_SOFT, dy=LINE_HEIGHT)
    _draw_closes(plot, heights, labels)
    lowest = plot if traded is None else _draw_volume(plot, traded)
    lower_axis(lowest, date_ticks(dates, box.width), room_right=right)
    return finish(plot.figure, alt)


def _labels(dates: Dates, close: Floats, heights: Floats, canvas: Canvas) -> list[EndLabel]:
    """The last close between the lowest and highest of the last 52 weeks, or of a shorter history."""
    first = int(np.searchsorted(dates, dates[-1] - _YEAR))
    span = ("52w " if canvas.narrow else "52-week ") if first > 0 else ""
    year = heights[first:]
    return [
        EndLabel(first + int(year.argmin()), float(year.min()), f"{span}low", INK_SOFT),
        EndLabel(len(close) - 1, float(heights[-1]), price_text(close[-1]), INK, bold=True),
        EndLabel(first + int(year.argmax()), float(year.max()), f"{span}high", INK_SOFT),
    ]


def _draw_closes(plot: Plot, heights: Floats, labels: list[EndLabel]) -> None:
    end = len(heights) - 1
    for label in labels:
        plot.line((label.x, end), (label.y, label.y), INK_SOFT, 1, DASHED)
    rows = extremes(heights, int(plot.box.width / 1.5))
    plot.line(rows, heights[rows], INK, 1.3, name="close")
    plot.dots([end], heights[-1:], INK)
    write_end_labels(plot, end, [replace(label, x=end) for label in labels])


def _draw_volume(above: Plot, volume: Floats) -> Plot:
    box = Box(above.box.left, above.box.top + above.box.height + 2 * LINE_HEIGHT, above.box.width, _VOLUME_HEIGHT)
    heights, edges = means(volume, int(box.width / 3))
    top = float(heights.max())
    plot = Plot(above.figure, box, above.x_limits, (0, top * 1.05))
    edges = edges / len(volume) * (len(volume) - 1)
    plot.area(np.repeat(edges, 2), [0, *np.repeat(heights, 2), 0], BAND_80, name="volume")
    value_axis(plot, [Tick(tick.at, compact_text(tick.at)) for tick in round_ticks(0, top, 2)[-1:]])
    plot.write(0, plot.y_limits[1], "Volume", INK_SOFT, dy=LINE_HEIGHT / 2)
    return plot

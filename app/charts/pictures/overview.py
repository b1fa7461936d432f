"""A ticker's long picture of closes and volume, the distribution of its moves, and its volatility over time."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.charts.chart import (
    ACCENT_SOFT,
    BAND_80,
    DASHED,
    INK,
    INK_SOFT,
    LINE,
    WARN,
    Canvas,
    Caption,
    Chart,
    Dates,
    Floats,
)
from app.charts.parts.axis import axis_width, box_between, lower_axis, value_axis
from app.charts.parts.figure import LINE_HEIGHT, Box, Plot
from app.charts.parts.labels import EndLabel, Flag, draw_flags, new_sheet, room_for, taken_heights, write_end_labels
from app.charts.parts.ticks import Tick, date_ticks, extremes, means, percent_ticks, price_scale, round_ticks
from app.charts.svg import finish
from app.text.compact_numbers import compact_text, percent_text
from app.text.numbers import in_currency

_VOLUME_HEIGHT = 46
_YEAR = np.timedelta64(364, "D")


def price_and_volume(
    dates: Dates,
    close: Floats,
    volume: Floats | None,
    *,
    canvas: Canvas,
    caption: Caption,
    currency: str,
    in_doubt: bool = False,
) -> Chart:
    """Closes (n,), the last value written, volume (n,) unless there is none, the year's ends unless ``in_doubt``."""
    traded = volume if volume is not None and volume.any() else None
    scale = price_scale(close, 5 if canvas.narrow else 6)
    heights = scale.heights(close)
    labels = _labels(dates, close, heights, canvas, currency)
    if in_doubt:
        labels = [label for label in labels if label.bold]
    right = max(axis_width(scale.ticks), room_for(labels))
    height = 300 if canvas.narrow else 340
    below = _VOLUME_HEIGHT + 2 * LINE_HEIGHT if traded is not None else 0
    box = box_between(canvas, height - below, LINE_HEIGHT + 4, right)
    plot = Plot(new_sheet(canvas, height, caption), box, (0, len(close) - 1), scale.limits)
    value_axis(plot, scale.ticks, taken=taken_heights(plot, labels))
    if scale.is_log:
        plot.write(0, scale.limits[1], "log scale", INK_SOFT, dy=LINE_HEIGHT / 2 + 1)
    _draw_closes(plot, heights, labels)
    lowest = plot if traded is None else _draw_volume(plot, traded)
    lower_axis(lowest, date_ticks(dates, box.width), room_right=right)
    return finish(plot.figure)


def _labels(dates: Dates, close: Floats, heights: Floats, canvas: Canvas, currency: str) -> list[EndLabel]:
    """The last close between the lowest and highest of the last 52 weeks, or of a shorter history."""
    first = int(np.searchsorted(dates, dates[-1] - _YEAR))
    span = ("52w " if canvas.width < 500 else "52-week ") if first > 0 else ""
    year = heights[first:]
    return [
        EndLabel(first + int(year.argmin()), float(year.min()), f"{span}low", INK_SOFT),
        EndLabel(len(close) - 1, float(heights[-1]), in_currency(float(close[-1]), currency, ""), INK, bold=True),
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


_TAIL = 0.5
_ABOVE_EDGE_BARS = 22


def move_distribution(
    moves: Floats,
    *,
    value_at_risk: float,
    expected_shortfall: float,
    last: float,
    canvas: Canvas,
    caption: Caption,
) -> Chart:
    """Moves (n,) in percent; value at risk and expected shortfall are moves too, so below nought as a rule.

    The few moves that the frame leaves out are counted at its edges.
    """
    flags = (
        Flag(last, f"newest {percent_text(last, plus=True)}", INK, bold=True),
        Flag(value_at_risk, f"1 in 20 below {percent_text(value_at_risk)}", WARN),
        Flag(expected_shortfall, f"these average {percent_text(expected_shortfall)}", WARN),
    )
    plot = _draw_bars(canvas, caption, moves, flags, value_at_risk)
    draw_flags(plot, flags)
    return finish(plot.figure)


def _reach(moves: Floats, marked: list[float]) -> float:
    """How far the frame goes to either side: it holds 99% of the moves and all that is marked."""
    return 1.08 * max(float(np.abs([*np.percentile(moves, [_TAIL, 100 - _TAIL]), *marked]).max()), 0.1)


def _bins(count: int, canvas: Canvas) -> int:
    """An odd number, so that the middle bin is around nought: more for more moves, none narrower than 6 pixels."""
    return 2 * int(min(4 + 1.2 * np.sqrt(count), canvas.width / 6) / 2) + 1


def _draw_bars(canvas: Canvas, caption: Caption, moves: Floats, flags: Sequence[Flag], value_at_risk: float) -> Plot:
    """The histogram with its axis, and room above for the flags."""
    height = 220 if canvas.narrow else 250
    reach = _reach(moves, [flag.at for flag in flags])
    counts, edges = np.histogram(moves, bins=_bins(len(moves), canvas), range=(-reach, reach))
    box = box_between(canvas, height, len(flags) * LINE_HEIGHT + 12)
    plot = Plot(new_sheet(canvas, height, caption), box, (-reach, reach), (0, max(float(counts.max()), 1.0)))
    _fill(plot, counts, edges, value_at_risk)
    _count_beyond(plot, moves, reach)
    lower_axis(plot, percent_ticks(-reach, reach, 5 if canvas.width < 500 else 9, plus=True))
    return plot


def _fill(plot: Plot, counts: NDArray[np.signedinteger], edges: Floats, value_at_risk: float) -> None:
    """Bars below the value at risk in the hue of a warning; the one it falls into is divided."""
    plot.line((0, 0), plot.y_limits, LINE, 1)
    left, right = edges[:-1] + plot.x_per_pixel / 2, edges[1:] - plot.x_per_pixel / 2
    for name, tone, start, end in (
        ("tail", WARN, left, np.minimum(right, value_at_risk)),
        ("moves", BAND_80, np.maximum(left, value_at_risk), right),
    ):
        kept = (end > start) & (counts > 0)
        x = np.column_stack([start, start, end, end])[kept]
        y = np.column_stack([0 * counts, counts, counts, 0 * counts])[kept]
        if kept.any():
            plot.area(x.ravel(), y.ravel(), tone, name=name)


def _count_beyond(plot: Plot, moves: Floats, reach: float) -> None:
    below, above = int((moves < -reach).sum()), int((moves > reach).sum())
    if below:
        plot.write(-reach, 0, f"← {below} more", INK_SOFT, dy=_ABOVE_EDGE_BARS)
    if above:
        plot.write(reach, 0, f"{above} more →", INK_SOFT, align="right", dy=_ABOVE_EDGE_BARS)


_USUAL = (10, 50, 90)


def volatility(dates: Dates, values: Floats, now: float, *, canvas: Canvas, caption: Caption) -> Chart:
    """Annualised volatility (n,) in percent, and today's value; the shade is where the middle 80% of all days lie."""
    height = 220 if canvas.narrow else 236
    low, median, high = (float(value) for value in np.percentile(values, _USUAL))
    top = 1.05 * max(float(values.max()), now) or 1.0
    ticks = percent_ticks(0, top, 4)
    end = len(values) - 1
    labels = [
        EndLabel(end, now, f"now {percent_text(now, 0)}", INK, bold=True),
        EndLabel(end, median, "median", INK_SOFT),
    ]
    right = max(axis_width(ticks), room_for(labels))
    box = box_between(canvas, height, 10, right)
    plot = Plot(new_sheet(canvas, height, caption), box, (0, end), (0, top))
    plot.area([0, end, end, 0], [low, low, high, high], ACCENT_SOFT, name="usual")
    value_axis(plot, ticks, taken=taken_heights(plot, labels))
    plot.line((0, end), (median, median), INK_SOFT, 1, DASHED)
    rows = extremes(values, int(box.width / 1.5))
    plot.line(rows, values[rows], INK, 1.3, name="volatility")
    plot.dots([end], [now], INK)
    write_end_labels(plot, end, labels)
    lower_axis(plot, date_ticks(dates, box.width), room_right=right)
    return finish(plot.figure)

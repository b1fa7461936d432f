"""Several things on one scale: the chances of prices by day, and the past year and the ranges of tickers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.charts.chart import (
    ACCENT,
    BAND_50,
    BAND_95,
    DASHED,
    DOTTED,
    INK,
    INK_SOFT,
    PAPER,
    SMALL,
    TEXT,
    WIDE,
    Canvas,
    Caption,
    Chart,
    Dates,
    Floats,
)
from app.charts.parts.axis import DATE_HEIGHT, axis_width, box_between, left_axis, left_width, lower_axis, value_axis
from app.charts.parts.figure import LINE_HEIGHT, Box, Plot, Sheet, text_width
from app.charts.parts.labels import EndLabel, new_sheet, room_for, taken_heights, write_end_labels
from app.charts.parts.ticks import Tick, date_ticks, padded, percent_ticks, price_scale, round_ticks
from app.charts.svg import finish
from app.text.compact_numbers import percent_text
from app.text.numbers import in_hundred

_HEIGHT = 260


@dataclass(frozen=True, slots=True)
class TouchCurve:
    """The chances (0–1) to have reached a price, named so, by each day ahead; ``above`` the last price or below it."""

    name: str
    chances: tuple[float, ...]
    above: bool


def touch_chart(curves: Sequence[TouchCurve], *, canvas: Canvas, caption: Caption) -> Chart:
    """Cases in a hundred, from none on the last day to the whole way; prices above are solid, below dashed."""
    days = len(curves[0].chances)
    most = 100 * max(max(curve.chances) for curve in curves)
    labels = [
        EndLabel(days, 100 * curve.chances[-1], curve.name, INK, True, in_hundred(curve.chances[-1]))
        for curve in curves
    ]
    ticks = round_ticks(0, max(most, 5.0), 5)
    right = max(axis_width(ticks), room_for(labels))
    box = box_between(canvas, _HEIGHT, 10, right)
    plot = Plot(new_sheet(canvas, _HEIGHT, caption), box, (0, days), (0, max(most, 5.0) * 1.08))
    value_axis(plot, ticks, taken=taken_heights(plot, labels))
    for curve in curves:
        heights = 100 * np.array([0.0, *curve.chances])
        plot.line(np.arange(days + 1), heights, ACCENT, 1.8, None if curve.above else DASHED)
    write_end_labels(plot, days, labels)
    lower_axis(plot, [Tick(float(day), f"day {day}") for day in _days(days)], room_right=right)
    return finish(plot.figure, (float(plot.across(1)), float(plot.across(days))))


def _days(days: int) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(day) for day in np.linspace(1, days, 5)))


@dataclass(frozen=True, slots=True)
class Kept:
    """Groups of stated chances with the share that happened (0–1) and the number of questions in each."""

    name: str
    said: tuple[float, ...]
    happened: tuple[float, ...]
    n: tuple[int, ...]


_GROUPS = {"ends": (PAPER, "o", INK_SOFT), "closes": (BAND_50, "s", INK_SOFT), "trades": (ACCENT, "o", ACCENT)}


def reliability_chart(kept: Sequence[Kept], *, canvas: Canvas, caption: Caption) -> Chart:
    """Said along, happened up, in cases of a hundred; on the dotted line chances were kept."""
    labels = [
        EndLabel(100 * group.said[-1], 100 * group.happened[-1], f"{group.name} there", _GROUPS[group.name][2])
        for group in kept
    ]
    ticks = [*round_ticks(0, 100, 5)[:-1], Tick(100, "100 happened")]
    right = room_for(labels)
    box = box_between(canvas, _HEIGHT, LINE_HEIGHT, right)
    plot = Plot(new_sheet(canvas, _HEIGHT, caption), box, (-left_width(ticks[:1]) * 100 / box.width, 100), (0, 104))
    left_axis(plot, ticks, 100)
    plot.line((0, 100), (0, 100), INK_SOFT, 1, DOTTED)
    for group in kept:
        fill, shape, tone = _GROUPS[group.name]
        said, happened = 100 * np.array(group.said), 100 * np.array(group.happened)
        plot.line(said, happened, tone, 0.8)
        plot.dots(said, happened, tone, fill=fill, shape=shape, size=6)
    write_end_labels(plot, 100, labels)
    lower_axis(plot, [Tick(tick.at, f"said {tick.text}") for tick in round_ticks(0, 100, 4)], room_right=right)
    return finish(plot.figure)


@dataclass(frozen=True, slots=True)
class Span:
    """A ticker's ranges and middle, all in percent of its last price."""

    name: str
    low_95: float
    low_80: float
    middle: float
    high_80: float
    high_95: float


@dataclass(frozen=True, slots=True)
class PastYear:
    """Closes (k, n) of as many tickers as there are spans, on days (n,) that they have in common, 100 on the first."""

    dates: Dates
    closes: Floats


_TALL, _LOW = 282, 200
_ROW, _BETWEEN = 54, 24
_HEAD = 2 * LINE_HEIGHT + 6
# Of the width, where both stand side by side.
_LEFT = 0.58
_STYLES = ((INK, None), (ACCENT, None), (INK_SOFT, DASHED), (ACCENT, DASHED))


def compared(
    spans: Sequence[Span], past: PastYear, heads: tuple[str, str], *, canvas: Canvas, caption: Caption
) -> Chart:
    """The past year as lines, then the ranges, each under its head: side by side, or below one another where narrow.

    Without two days in common there are the ranges alone.
    """
    lines, width = len(past.dates) > 1, float(canvas.width)
    wide, rows = canvas.width >= WIDE.width and lines, max(_ROW * len(spans), 2 * _ROW)
    above = _HEAD + _LOW + DATE_HEIGHT + _BETWEEN if lines and not wide else 0
    height = round(_HEAD + _TALL + DATE_HEIGHT if wide else above + _HEAD + rows + DATE_HEIGHT)
    sheet = new_sheet(canvas, height, caption)
    if lines:
        left = Box(1, _HEAD, (_LEFT * width if wide else width) - 2, _TALL if wide else _LOW)
        _draw_past(sheet, left, spans, past, heads[0])
    start = _LEFT * width + 1.5 * _BETWEEN if wide else 0
    _draw_ranges(sheet, Box(start + 1, above + _HEAD, width - start - 2, _TALL if wide else rows), spans, heads[1])
    return finish(sheet)


def _draw_past(sheet: Sheet, box: Box, spans: Sequence[Span], past: PastYear, head: str) -> None:
    """Each line in a tone and a dash of its own, with its ticker and where it stands now at its end."""
    scale, end = price_scale(np.append(past.closes, 100.0), 5), len(past.dates) - 1
    heights = scale.heights(past.closes)
    names = [f"{span.name} {closes[-1]:.0f}" for span, closes in zip(spans, past.closes, strict=True)]
    labels = [
        EndLabel(end, float(line[-1]), name, tone, bold=True)
        for line, name, (tone, _) in zip(heights, names, _STYLES, strict=False)
    ]
    margin, room = left_width(scale.ticks), room_for(labels)
    each = end / (box.width - margin - room)
    plot = Plot(sheet, box, (-margin * each, end + room * each), scale.limits)
    plot.write(plot.x_limits[0], scale.limits[1], head, size=TEXT, bold=True, dy=1.5 * LINE_HEIGHT)
    left_axis(plot, scale.ticks, end)
    start = float(scale.heights(np.array(100.0)))
    plot.line((0, end), (start, start), INK_SOFT, 1, DASHED)
    for line, (tone, dash) in zip(heights, _STYLES, strict=False):
        plot.line(np.arange(end + 1), line, tone, 1.5, dash)
    write_end_labels(plot, end, labels)
    lower_axis(plot, date_ticks(past.dates, box.width - margin - room), room_right=0)


def _draw_ranges(sheet: Sheet, box: Box, spans: Sequence[Span], head: str) -> None:
    """One row for each: the 95% range thin and pale, the 80% range thick, the middle as a mark."""
    limits = padded(min(0.0, *(span.low_95 for span in spans)), max(0.0, *(span.high_95 for span in spans)))
    plot = Plot(sheet, box, limits, (0, len(spans)))
    plot.write(limits[0], len(spans), head, size=TEXT, bold=True, dy=1.5 * LINE_HEIGHT)
    plot.line((0, 0), plot.y_limits, INK_SOFT, 1, dash=DASHED)
    plot.write(0, plot.y_limits[1], "last price", INK_SOFT, align="center", dy=LINE_HEIGHT / 2)
    for row, span in enumerate(spans):
        _draw_span(plot, span, len(spans) - row - 0.68)
    lower_axis(plot, percent_ticks(*limits, 4 if box.width < 400 else 8, plus=True))


def _draw_span(plot: Plot, span: Span, height: float) -> None:
    plot.line((span.low_95, span.high_95), (height, height), BAND_95, 7, square=True)
    plot.line((span.low_80, span.high_80), (height, height), BAND_50, 16, square=True)
    plot.dots([span.middle], [height], INK, shape="|", size=16)
    ends = f"{percent_text(span.low_80, plus=True)} to {percent_text(span.high_80, plus=True)}"
    plot.write(plot.x_limits[0], height, span.name, INK, bold=True, dy=19)
    plot.write(plot.x_limits[0], height, ends, INK_SOFT, dx=text_width(f"{span.name}  ", SMALL, bold=True), dy=19)

"""Intervals as bars: past ones with what then happened, and those of several tickers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.charts.chart import (
    BAND_50,
    BAND_80,
    BAND_95,
    DASHED,
    INK,
    INK_SOFT,
    PAPER,
    SMALL,
    WARN,
    Canvas,
    Caption,
    Chart,
    Dates,
    Floats,
)
from app.charts.parts.axis import DATE_HEIGHT, axis_width, box_between, lower_axis, value_axis
from app.charts.parts.figure import LINE_HEIGHT, Limits, Plot, new_sheet, text_width
from app.charts.parts.ticks import Tick, date_ticks, padded, percent_ticks
from app.charts.svg import finish
from app.text.compact_numbers import percent_text

_PIXELS_EACH = 3
_ONE_ROW = 700
_ORDINALS = {2: "2nd", 3: "3rd"}
Rows: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _HitKind:
    """Which forecasts ended the same way, and the mark that says so without its colour."""

    members: NDArray[np.bool_]
    text: str
    tone: str
    fill: str
    shape: str


@dataclass(frozen=True, slots=True)
class PastIntervals:
    """Returns in percent, all (k,), in the order of their ``origins``: the ends of both bands, and what happened."""

    origins: Dates
    low_80: Floats
    high_80: Floats
    low_95: Floats
    high_95: Floats
    actual: Floats


def interval_hits(past: PastIntervals, *, rows: int = 12, canvas: Canvas, caption: Caption) -> Chart:
    """Bands as bars and what happened as dots. The key counts all, though not all may find room.

    Its table has so many ``rows``, the newest first.
    """
    low, high = min(past.low_95.min(), past.actual.min()), max(past.high_95.max(), past.actual.max())
    limits, outcomes, count = padded(float(low), float(high)), _hit_kinds(past), len(past.origins)
    ticks = percent_ticks(*limits, 5, plus=True)
    stride = math.ceil(_PIXELS_EACH * count / (canvas.width - axis_width(ticks)))
    remark = f"every {_ORDINALS.get(stride, f'{stride}th')} is drawn" if stride > 1 else ""
    key_rows = len(outcomes) + bool(remark) if canvas.width < _ONE_ROW else 1
    plot = _plot(past.origins, limits, ticks, canvas, caption, key_rows)
    # The newest one is always among them.
    drawn = np.arange(count)[::-stride][::-1]
    spacing = stride * plot.box.width / count
    width, size = min(10.0, 0.6 * spacing), float(np.clip(0.8 * spacing, 3.0, 5.5))
    _draw_bars(plot, drawn, past.low_95[drawn], past.high_95[drawn], BAND_95, width, "band-95")
    _draw_bars(plot, drawn, past.low_80[drawn], past.high_80[drawn], BAND_80, width, "band-80")
    plot.line(plot.x_limits, (0, 0), INK_SOFT, 1)
    for outcome in outcomes:
        alike = drawn[outcome.members[drawn]]
        plot.dots(alike, past.actual[alike], outcome.tone, fill=outcome.fill, shape=outcome.shape, size=size)
    _write_key(plot, outcomes, remark, key_rows)
    # Its table begins with the newest.
    newest = plot.across([count - 1, max(0, count - rows)])
    return finish(plot.figure, (float(newest[0]), float(newest[1])))


def _plot(
    origins: Dates, limits: Limits, ticks: Sequence[Tick], canvas: Canvas, caption: Caption, key_rows: int
) -> Plot:
    height = 250 + LINE_HEIGHT * (key_rows - 1)
    right = axis_width(ticks)
    box = box_between(canvas, height, (key_rows + 1) * LINE_HEIGHT, right)
    plot = Plot(new_sheet(canvas, height, caption), box, (-0.7, len(origins) - 0.3), limits)
    value_axis(plot, ticks)
    lower_axis(plot, date_ticks(origins, box.width), room_right=right)
    return plot


def _hit_kinds(past: PastIntervals) -> tuple[_HitKind, ...]:
    in80 = (past.actual >= past.low_80) & (past.actual <= past.high_80)
    in95 = (past.actual >= past.low_95) & (past.actual <= past.high_95)
    return (
        _HitKind(in80, f"{in80.sum()} of {len(in80)} inside the 80% range", INK, INK, "o"),
        _HitKind(~in80 & in95, f"{(~in80 & in95).sum()} just outside", WARN, PAPER, "o"),
        _HitKind(~in95, f"{(~in95).sum()} beyond the 95% range", WARN, WARN, "X"),
    )


def _draw_bars(plot: Plot, rows: Rows, low: Floats, high: Floats, tone: str, width: float, name: str) -> None:
    """All bars as one path, broken between them."""
    gap = np.full(len(low), np.nan)
    x = np.column_stack([rows, rows, gap]).ravel()
    plot.line(x, np.column_stack([low, high, gap]).ravel(), tone, width, name=name)


def _write_key(plot: Plot, outcomes: Sequence[_HitKind], remark: str, rows: int) -> None:
    """The marks with their counts and a remark: side by side in one row, or one below the other."""
    left, top = plot.x_limits[0], plot.y_limits[1]
    across, up = 5.0, LINE_HEIGHT * rows - 2.0
    for outcome in outcomes:
        x, y = left + across * plot.x_per_pixel, top + up * plot.y_per_pixel
        plot.dots([x], [y], outcome.tone, fill=outcome.fill, shape=outcome.shape, size=5.5)
        plot.write(x, y, outcome.text, outcome.tone, dx=9)
        if rows > 1:
            up -= LINE_HEIGHT
        else:
            across += 1.04 * text_width(outcome.text, SMALL) + 22
    if remark:
        plot.write(left + across * plot.x_per_pixel, top + up * plot.y_per_pixel, remark, INK_SOFT)


_RANGE_ROW = 54


@dataclass(frozen=True, slots=True)
class Span:
    """A ticker's ranges and middle, all in percent of its last price."""

    name: str
    low_95: float
    low_80: float
    middle: float
    high_80: float
    high_95: float


def ranges_chart(spans: Sequence[Span], *, canvas: Canvas, caption: Caption) -> Chart:
    """One row for each of ``spans``: the 95 % range thin and pale, the 80 % range thick, the middle as a mark."""
    limits = padded(min(0.0, *(span.low_95 for span in spans)), max(0.0, *(span.high_95 for span in spans)))
    height = _RANGE_ROW * len(spans) + LINE_HEIGHT + DATE_HEIGHT
    plot = Plot(new_sheet(canvas, height, caption), box_between(canvas, height, LINE_HEIGHT), limits, (0, len(spans)))
    plot.line((0, 0), plot.y_limits, INK_SOFT, 1, dash=DASHED)
    plot.write(0, plot.y_limits[1], "last price", INK_SOFT, align="center", dy=LINE_HEIGHT / 2)
    for row, span in enumerate(spans):
        _draw_span(plot, span, len(spans) - row - 0.68)
    lower_axis(plot, percent_ticks(*limits, 4 if canvas.narrow else 8, plus=True))
    return finish(plot.figure)


def _draw_span(plot: Plot, span: Span, height: float) -> None:
    plot.line((span.low_95, span.high_95), (height, height), BAND_95, 7, square=True)
    plot.line((span.low_80, span.high_80), (height, height), BAND_50, 16, square=True)
    plot.dots([span.middle], [height], INK, shape="|", size=16)
    ends = f"{percent_text(span.low_80, plus=True)} to {percent_text(span.high_80, plus=True)}"
    plot.write(plot.x_limits[0], height, span.name, INK, bold=True, dy=19)
    plot.write(plot.x_limits[0], height, ends, INK_SOFT, dx=text_width(f"{span.name}  ", SMALL, bold=True), dy=19)

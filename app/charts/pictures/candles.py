"""Candles: months of them with the newest shapes named, and one window beside the field that a network sees."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.charts.chart import (
    ACCENT,
    ACCENT_SOFT,
    BAND_80,
    INK,
    INK_SOFT,
    LINE,
    PAPER,
    Canvas,
    Caption,
    Chart,
    Dates,
    Floats,
)
from app.charts.parts.axis import axis_width, box_between, lower_axis, value_axis
from app.charts.parts.figure import LINE_HEIGHT, Box, Plot
from app.charts.parts.labels import EndLabel, Flag, draw_flags, new_sheet, room_for, taken_heights, write_end_labels
from app.charts.parts.ticks import Tick, date_ticks, day_text, padded, price_scale
from app.charts.svg import finish
from app.text.numbers import in_currency

_PIXELS_EACH = 5.05
_MARK_DISTANCE = 8


@dataclass(frozen=True, slots=True)
class Candles:
    """Bars to draw, each array (n,)."""

    dates: Dates
    open: Floats
    high: Floats
    low: Floats
    close: Floats

    def newest(self, bars: int) -> "Candles":
        """The last ``bars`` of them."""
        kept = slice(-bars, None)
        return Candles(self.dates[kept], self.open[kept], self.high[kept], self.low[kept], self.close[kept])


@dataclass(frozen=True, slots=True)
class Mark:
    """A shape that ended on a day: ``up`` ones point up below their bar, others down above it."""

    day: np.datetime64
    name: str
    up: bool
    filled: bool


def candles(bars: Candles, marks: Sequence[Mark], *, canvas: Canvas, caption: Caption, currency: str) -> Chart:
    """As many of the newest bars as can be told apart; prices that multiplied are on a log scale."""
    bars = bars.newest(int((canvas.width - _ROOM_FOR_PRICES) / _PIXELS_EACH))
    scale, end = price_scale(np.concatenate([bars.low, bars.high]), 6), len(bars.dates) - 1
    heights = Candles(bars.dates, *(scale.heights(prices) for prices in (bars.open, bars.high, bars.low, bars.close)))
    shown = [mark for mark in marks if mark.day >= bars.dates[0]]
    flags = [_flag(mark, heights) for mark in shown]
    labels = [EndLabel(end, float(heights.close[-1]), in_currency(float(bars.close[-1]), currency, ""), INK, bold=True)]
    right = max(axis_width(scale.ticks), room_for(labels))
    height, air = 300 + LINE_HEIGHT * len(flags), 0.05 * np.ptp(scale.limits)
    plot = Plot(
        new_sheet(canvas, height, caption),
        box_between(canvas, height, LINE_HEIGHT * (len(flags) + 1), right),
        (-1, end + 1),
        (scale.limits[0] - air, scale.limits[1] + air),
    )
    value_axis(plot, scale.ticks, taken=taken_heights(plot, labels))
    if scale.is_log:
        plot.write(-1, plot.y_limits[1], "log scale", INK_SOFT, dy=-LINE_HEIGHT / 2)
    lower_axis(
        plot, date_ticks(bars.dates, plot.box.width), firm=[Tick(end, day_text(bars.dates[-1]))], room_right=right
    )
    draw_bars(plot, heights)
    draw_flags(plot, flags)
    _draw_marks(plot, heights, shown)
    write_end_labels(plot, end, labels)
    return finish(plot.figure)


_ROOM_FOR_PRICES = 70


def draw_bars(plot: Plot, bars: Candles) -> None:
    """Wicks, and bodies of six tenths of the room each bar has; hollow ones rose, filled ones fell."""
    at = np.arange(len(bars.dates), dtype=float)
    plot.line(*_strokes(at, bars.low, bars.high), INK_SOFT, 0.9, name="wicks", square=True)
    pixel = plot.y_per_pixel
    low, high = np.minimum(bars.open, bars.close) - 0.6 * pixel, np.maximum(bars.open, bars.close) + 0.6 * pixel
    rose, width = bars.close >= bars.open, round(max(3.0, 0.66 / plot.x_per_pixel), 1)
    for name, kept in (("rose", rose), ("fell", ~rose)):
        if kept.any():
            plot.line(*_strokes(at[kept], low[kept], high[kept]), INK, width, name=name, square=True)
    hollow = rose & (high - low > 2.4 * pixel)
    if hollow.any():
        inside = _strokes(at[hollow], low[hollow] + pixel, high[hollow] - pixel)
        plot.line(*inside, PAPER, round(width - 2, 1), name="hollow", square=True)


def _strokes(at: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """One line that jumps from stroke to stroke."""
    gap = np.full(len(at), np.nan)
    return np.column_stack([at, at, gap]).ravel()[:-1], np.column_stack([low, high, gap]).ravel()[:-1]


def _flag(mark: Mark, bars: Candles) -> Flag:
    row = int(np.searchsorted(bars.dates, mark.day))
    return Flag(row, f"{mark.name}, {day_text(mark.day, year=False)}", INK, base=float(bars.high[row]))


def _draw_marks(plot: Plot, bars: Candles, marks: Sequence[Mark]) -> None:
    """Triangles, eight pixels from their bar."""
    for mark in marks:
        row, away = int(np.searchsorted(bars.dates, mark.day)), _MARK_DISTANCE * plot.y_per_pixel
        height = bars.low[row] - away if mark.up else bars.high[row] + away
        plot.dots([row], [height], INK, fill=INK if mark.filled else PAPER, shape="^" if mark.up else "v", size=7)


_CELL = 4
_FIELD_GAP = 18
_MARGIN = 2
_STEPS = ((-0.2, LINE), (0.2, BAND_80), (-0.6, INK_SOFT), (0.6, ACCENT))


def window(bars: Candles, image: Floats, shape_bars: int, *, canvas: Canvas, caption: Caption) -> Chart:
    """Candles (n,), the last ``shape_bars`` of them the shape, and their field (m, m) in five steps from −1 to 1."""
    side = _CELL * len(image)
    figure = new_sheet(canvas, LINE_HEIGHT + side + LINE_HEIGHT + 10, caption)
    left = Box(_MARGIN, LINE_HEIGHT + 4, canvas.width - side - _FIELD_GAP - 2 * _MARGIN, side)
    right = Box(canvas.width - side - _MARGIN, LINE_HEIGHT + 4, side, side)
    limits = padded(float(bars.low.min()), float(bars.high.max()))
    _draw_candles(Plot(figure, left, (-0.6, len(bars.dates) - 0.4), limits), bars, shape_bars)
    _draw_field(Plot(figure, right, (0, len(image)), (0, len(image))), image, 4 * shape_bars)
    return finish(figure)


def _draw_candles(plot: Plot, bars: Candles, shape_bars: int) -> None:
    (low, high), end = plot.y_limits, plot.x_limits[1]
    if shape_bars:
        plot.area([end - shape_bars, end, end, end - shape_bars], [low, low, high, high], ACCENT_SOFT, name="own")
    draw_bars(plot, bars)
    first, last = day_text(bars.dates[0], year=False), day_text(bars.dates[-1])
    plot.write(plot.x_limits[0], high, f"{first} – {last}", INK_SOFT, dy=LINE_HEIGHT / 2 + 2)
    plot.write(plot.x_limits[0], low, f"{len(bars.dates)} bars", INK_SOFT, dy=-LINE_HEIGHT / 2 - 2)


def _draw_field(plot: Plot, image: Floats, corner: int) -> None:
    """Stretches of one step in one row are one stroke as thick as a cell; stronger ones lie on weaker ones.

    The first row is on top.
    """
    for step, (beyond, tone) in enumerate(_STEPS):
        x, y = _stretches(image * np.sign(beyond) > abs(beyond))
        if len(x):
            plot.line(x, y, tone, _CELL, name=f"step-{step}", square=True)
    end, bottom = len(image), len(image) - corner
    edges = ([0, end, end, 0, 0], [0, 0, end, end, 0])
    plot.line(*edges, LINE, 1)
    if corner:
        plot.line([bottom, bottom, end], [0, corner, corner], ACCENT, 1.4)
    plot.write(0, 0, "field of their prices", INK_SOFT, dy=-LINE_HEIGHT / 2 - 2)


def _stretches(cells: np.ndarray) -> tuple[Floats, Floats]:
    """Where true cells begin and end in each row, as one line that jumps."""
    n = len(cells)
    edges = np.diff(np.pad(cells.astype(int), ((0, 0), (1, 1))), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    heights, gap = n - rows - 0.5, np.full(len(rows), np.nan)
    return np.column_stack([starts, ends, gap]).ravel()[:-1], np.column_stack([heights, heights, gap]).ravel()[:-1]

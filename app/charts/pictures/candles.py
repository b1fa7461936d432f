"""Candles: a year of them with their shapes marked, and one window of them beside the field that a network sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from app.charts.chart import (
    ACCENT,
    ACCENT_SOFT,
    BAND_50,
    BAND_80,
    INK,
    INK_SOFT,
    LINE,
    PAPER,
    SMALL,
    Canvas,
    Chart,
    Dates,
    Floats,
)
from app.charts.parts.axis import axis_width, box_between, lower_axis, price_scale, value_axis
from app.charts.parts.figure import LINE_HEIGHT, Box, Plot, new_figure, padded, text_width
from app.charts.parts.ticks import Tick, date_ticks, day_text
from app.charts.svg import finish

_WIDE_BARS = 250
_NARROW_BARS = 110
_MARK_DISTANCE = 8
_KEY_GAP = 16
_FORMS = {"star": "*", "engulfing": "s", "harami": "o", "long shadow": "D"}
_SIZES = {"star": 8.0, "engulfing": 4.5, "harami": 4.5, "long shadow": 4.5}
_NOTES = ("below: said to turn up, above: down", "filled: after the trend it needs", "faint bars rose")


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
    """A shape on a day: its ``form`` is star, engulfing, harami or long shadow; ``up`` ones stand below their bar."""

    day: np.datetime64
    form: str
    up: bool
    filled: bool


def candles(bars: Candles, marks: Sequence[Mark], *, canvas: Canvas, alt: str, currency: str) -> Chart:
    """The last year, on a phone its last five months; prices that multiplied are on a log scale."""
    bars = bars.newest(_NARROW_BARS if canvas.narrow else _WIDE_BARS)
    scale, height = price_scale(np.concatenate([bars.low, bars.high]), 6), 320 if canvas.narrow else 380
    unit = f"{currency}, log" if scale.is_log else currency
    right, end = axis_width(scale.ticks, unit), len(bars.dates) - 1
    rows = _key_rows(canvas.width - right)
    plot = Plot(
        new_figure(canvas, height),
        box_between(canvas, height, (len(rows) + 1) * LINE_HEIGHT, right),
        (-1, end + 1),
        (scale.limits[0] - 0.04 * np.ptp(scale.limits), scale.limits[1] + 0.04 * np.ptp(scale.limits)),
    )
    value_axis(plot, scale.ticks, unit=unit)
    lower_axis(
        plot, date_ticks(bars.dates, plot.box.width), firm=[Tick(end, day_text(bars.dates[-1]))], room_right=right
    )
    heights = Candles(bars.dates, *(scale.heights(prices) for prices in (bars.open, bars.high, bars.low, bars.close)))
    draw_bars(plot, heights)
    _draw_marks(plot, heights, [mark for mark in marks if mark.day >= bars.dates[0]])
    _write_key(plot, rows)
    return finish(plot.figure, alt)


def draw_bars(plot: Plot, bars: Candles) -> None:
    """Wicks, and bodies of six tenths of the room each bar has; faint ones rose, bold ones fell."""
    at = np.arange(len(bars.dates), dtype=float)
    plot.line(*_strokes(at, bars.low, bars.high), INK_SOFT, 0.8, name="wicks", square=True)
    least = 0.5 * plot.y_per_pixel
    low, high = np.minimum(bars.open, bars.close) - least, np.maximum(bars.open, bars.close) + least
    rose = bars.close >= bars.open
    for name, tone, kept in (("rose", BAND_50, rose), ("fell", INK, ~rose)):
        if kept.any():
            width = round(max(1.4, 0.62 / plot.x_per_pixel), 1)
            plot.line(*_strokes(at[kept], low[kept], high[kept]), tone, width, name=name, square=True)


def _strokes(at: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """One line that jumps from stroke to stroke."""
    gap = np.full(len(at), np.nan)
    return np.column_stack([at, at, gap]).ravel()[:-1], np.column_stack([low, high, gap]).ravel()[:-1]


def _draw_marks(plot: Plot, bars: Candles, marks: Sequence[Mark]) -> None:
    """Marks of one kind in one go, eight pixels from their bar."""

    def kind(mark: Mark) -> tuple[str, bool, bool]:
        return mark.form, mark.up, mark.filled

    for (form, up, filled), alike in groupby(sorted(marks, key=kind), kind):
        rows = np.searchsorted(bars.dates, np.array([mark.day for mark in alike]))
        away = (-_MARK_DISTANCE if up else _MARK_DISTANCE) * plot.y_per_pixel
        heights = (bars.low if up else bars.high)[rows] + away
        plot.dots(rows, heights, INK, fill=INK if filled else PAPER, shape=_FORMS[form], size=_SIZES[form])


def _key_rows(width: float) -> list[list[str]]:
    """The forms in one row, what else there is to know in as few as hold it."""
    rows: list[list[str]] = [[]]
    for note in _NOTES:
        if rows[-1] and sum(text_width(other, SMALL) + _KEY_GAP for other in [*rows[-1], note]) > width:
            rows.append([])
        rows[-1].append(note)
    return [list(_FORMS), *rows]


def _write_key(plot: Plot, rows: Sequence[Sequence[str]]) -> None:
    for number, row in enumerate(reversed(rows)):
        height = plot.y_limits[1] + (number * LINE_HEIGHT + LINE_HEIGHT) * plot.y_per_pixel
        across = 0.0
        for text in row:
            if text in _FORMS:
                at = plot.x_limits[0] + (across + 4) * plot.x_per_pixel
                plot.dots([at], [height], INK, fill=PAPER, shape=_FORMS[text], size=_SIZES[text])
                across += 12
            plot.write(plot.x_limits[0], height, text, INK_SOFT, dx=across)
            across += text_width(text, SMALL) + _KEY_GAP


_CELL = 4
_FIELD_GAP = 18
_MARGIN = 2
_STEPS = ((-0.2, LINE), (0.2, BAND_80), (-0.6, INK_SOFT), (0.6, ACCENT))


def window(bars: Candles, image: Floats, shape_bars: int, *, canvas: Canvas, alt: str) -> Chart:
    """Candles (n,), the last ``shape_bars`` of them the shape, and their field (m, m) in five steps from −1 to 1."""
    side = _CELL * len(image)
    figure = new_figure(canvas, LINE_HEIGHT + side + LINE_HEIGHT + 8)
    left = Box(_MARGIN, LINE_HEIGHT + 4, canvas.width - side - _FIELD_GAP - 2 * _MARGIN, side)
    right = Box(canvas.width - side - _MARGIN, LINE_HEIGHT + 4, side, side)
    limits = padded(float(bars.low.min()), float(bars.high.max()))
    _draw_candles(Plot(figure, left, (-0.6, len(bars.dates) - 0.4), limits), bars, shape_bars)
    _draw_field(Plot(figure, right, (0, len(image)), (0, len(image))), image, 4 * shape_bars)
    return finish(figure, alt)


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

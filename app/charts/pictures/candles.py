"""Candles, and the shapes that were found among them as marks above and below."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from app.charts.chart import Canvas, Chart
from app.charts.parts.axis import LINE_HEIGHT, axis_width, box_between, lower_axis, price_scale, value_axis
from app.charts.parts.figure import Plot, new_figure
from app.charts.parts.labels import text_width
from app.charts.parts.ticks import Dates, Floats, Tick, date_ticks, day_text
from app.charts.style import BAND_50, INK, INK_SOFT, PAPER, SMALL
from app.charts.svg import finish

_WIDE_BARS, _NARROW_BARS = 250, 110
_AWAY, _GAP = 8, 16
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
        """The last so many."""
        kept = slice(-bars, None)
        return Candles(self.dates[kept], self.open[kept], self.high[kept], self.low[kept], self.close[kept])


@dataclass(frozen=True, slots=True)
class Mark:
    """A shape on a day: its ``form`` is star, engulfing, harami or long shadow; ``up`` ones stand below their bar."""

    day: np.datetime64
    form: str
    up: bool
    filled: bool


def candles(seen: Candles, marks: Sequence[Mark], *, canvas: Canvas, alt: str, currency: str) -> Chart:
    """The last year, on a phone its last five months; prices that multiplied are on a log scale."""
    seen = seen.newest(_NARROW_BARS if canvas.narrow else _WIDE_BARS)
    scale, height = price_scale(np.concatenate([seen.low, seen.high]), 6), 320 if canvas.narrow else 380
    unit = f"{currency}, log" if scale.is_log else currency
    right, end = axis_width(scale.ticks, unit), len(seen.dates) - 1
    rows = _key_rows(canvas.width - right)
    plot = Plot(
        new_figure(canvas, height),
        box_between(canvas, height, (len(rows) + 1) * LINE_HEIGHT, right),
        (-1, end + 1),
        (scale.limits[0] - 0.04 * np.ptp(scale.limits), scale.limits[1] + 0.04 * np.ptp(scale.limits)),
    )
    value_axis(plot, scale.ticks, unit=unit)
    lower_axis(
        plot, date_ticks(seen.dates, plot.box.width), firm=[Tick(end, day_text(seen.dates[-1]))], room_right=right
    )
    heights = Candles(seen.dates, *(scale.heights(prices) for prices in (seen.open, seen.high, seen.low, seen.close)))
    draw_bars(plot, heights)
    _draw_marks(plot, heights, [mark for mark in marks if mark.day >= seen.dates[0]])
    _write_key(plot, rows)
    return finish(plot.figure, alt)


def draw_bars(plot: Plot, seen: Candles) -> None:
    """Wicks, and bodies of six tenths of the room each bar has; faint ones rose, bold ones fell."""
    at = np.arange(len(seen.dates), dtype=float)
    plot.line(*_strokes(at, seen.low, seen.high), INK_SOFT, 0.8, name="wicks", square=True)
    least = 0.5 * plot.y_per_pixel
    low, high = np.minimum(seen.open, seen.close) - least, np.maximum(seen.open, seen.close) + least
    rose = seen.close >= seen.open
    for name, tone, kept in (("rose", BAND_50, rose), ("fell", INK, ~rose)):
        if kept.any():
            width = round(max(1.4, 0.62 / plot.x_per_pixel), 1)
            plot.line(*_strokes(at[kept], low[kept], high[kept]), tone, width, name=name, square=True)


def _strokes(at: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """One line that jumps from stroke to stroke."""
    gap = np.full(len(at), np.nan)
    return np.column_stack([at, at, gap]).ravel()[:-1], np.column_stack([low, high, gap]).ravel()[:-1]


def _draw_marks(plot: Plot, seen: Candles, marks: Sequence[Mark]) -> None:
    """Marks of one kind in one go, eight pixels from their bar."""

    def kind(mark: Mark) -> tuple[str, bool, bool]:
        return mark.form, mark.up, mark.filled

    for (form, up, filled), alike in groupby(sorted(marks, key=kind), kind):
        rows = np.searchsorted(seen.dates, np.array([mark.day for mark in alike]))
        away = (-_AWAY if up else _AWAY) * plot.y_per_pixel
        heights = (seen.low if up else seen.high)[rows] + away
        plot.dots(rows, heights, INK, fill=INK if filled else PAPER, shape=_FORMS[form], size=_SIZES[form])


def _key_rows(width: float) -> list[list[str]]:
    """The forms in one row, what else there is to know in as few as hold it."""
    rows: list[list[str]] = [[]]
    for note in _NOTES:
        if rows[-1] and sum(text_width(other, SMALL) + _GAP for other in [*rows[-1], note]) > width:
            rows.append([])
        rows[-1].append(note)
    return [list(_FORMS), *rows]


def _write_key(plot: Plot, rows: Sequence[Sequence[str]]) -> None:
    for number, row in enumerate(reversed(rows)):
        height = plot.y_limits[1] + (number * LINE_HEIGHT + LINE_HEIGHT) * plot.y_per_pixel
        across = 0.0
        for words in row:
            if words in _FORMS:
                at = plot.x_limits[0] + (across + 4) * plot.x_per_pixel
                plot.dots([at], [height], INK, fill=PAPER, shape=_FORMS[words], size=_SIZES[words])
                across += 12
            plot.write(plot.x_limits[0], height, words, INK_SOFT, dx=across)
            across += text_width(words, SMALL) + _GAP

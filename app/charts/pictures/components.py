"""What a forecast is made of: the parts of a trend-and-seasons model, and the methods behind a combined one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from app.charts.chart import (
    ACCENT,
    ACCENT_SOFT,
    BAND_50,
    BAND_80,
    BAND_95,
    DASHED,
    INK,
    INK_SOFT,
    PAPER,
    SMALL,
    TEXT,
    Canvas,
    Caption,
    Chart,
    Dates,
    Floats,
)
from app.charts.parts.axis import DATE_HEIGHT, axis_width, box_between, lower_axis, value_axis
from app.charts.parts.figure import LINE_HEIGHT, Box, Limits, Plot, text_width
from app.charts.parts.labels import new_sheet
from app.charts.parts.ticks import Tick, date_ticks, extremes, padded, percent_ticks, price_scale
from app.charts.svg import finish
from app.text.compact_numbers import MONTHS, percent_text

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAYS_BEFORE_MONTH = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_TITLE_HEIGHT = 30
_ROOM_FOR_EXTREMES = 0.4


@dataclass(frozen=True, slots=True)
class Trend:
    """Prices (n,) over dates (n,), and the dates at which the trend may bend."""

    title: str
    dates: Dates
    values: Floats
    bends: Dates


@dataclass(frozen=True, slots=True)
class Season:
    """Percent (n,) over days (n,) counted from 0, which is 1 January or a Monday."""

    title: str
    days: Floats
    values: Floats
    period: Literal["year", "week"]


Component: TypeAlias = Trend | Season


def components(panels: Sequence[Component], *, canvas: Canvas, caption: Caption) -> Chart:
    """The panels, each with its title above; seasons have their extremes named."""
    inner = 84 if canvas.narrow else 100
    each = _TITLE_HEIGHT + inner + DATE_HEIGHT
    figure = new_sheet(canvas, len(panels) * each, caption)
    axes = [_value_ticks(panel) for panel in panels]
    right = max(axis_width(ticks) for _, ticks in axes)
    for row, (panel, (limits, ticks)) in enumerate(zip(panels, axes, strict=True)):
        box = Box(1, row * each + _TITLE_HEIGHT, canvas.width - right - 2, inner)
        plot = Plot(figure, box, _x_limits(panel), limits)
        value_axis(plot, ticks)
        plot.write(plot.x_limits[0], limits[1], panel.title, size=TEXT, bold=True, dy=LINE_HEIGHT)
        if isinstance(panel, Trend):
            _draw_trend(plot, panel)
        else:
            _draw_season(plot, panel)
        lower_axis(plot, _x_ticks(panel, box.width), room_right=right)
    return finish(figure)


def _value_ticks(panel: Component) -> tuple[Limits, Sequence[Tick]]:
    if isinstance(panel, Trend):
        scale = price_scale(panel.values, 3)
        return scale.limits, scale.ticks
    limits = padded(min(0.0, float(panel.values.min())), max(0.0, float(panel.values.max())), _ROOM_FOR_EXTREMES)
    return limits, percent_ticks(*limits, 3, plus=True)


def _x_limits(panel: Component) -> Limits:
    if isinstance(panel, Trend):
        return 0, len(panel.dates) - 1
    return (0, 365) if panel.period == "year" else (-0.3, len(panel.days) - 0.7)


def _x_ticks(panel: Component, width: float) -> Sequence[Tick]:
    if isinstance(panel, Trend):
        return date_ticks(panel.dates, width)
    if panel.period == "year":
        return [Tick(day, name) for day, name in zip(_DAYS_BEFORE_MONTH, MONTHS, strict=True)]
    return [Tick(day, name) for day, name in enumerate(_WEEKDAYS[: len(panel.days)])]


def _draw_trend(plot: Plot, trend: Trend) -> None:
    scale = price_scale(trend.values, 3)
    heights = scale.heights(trend.values)
    rows = extremes(heights, int(plot.box.width / 1.5))
    plot.line(rows, heights[rows], ACCENT, 2, name="trend")
    notes = ["log scale"] if scale.is_log else []
    if len(trend.bends):
        bends = np.searchsorted(trend.dates, trend.bends).clip(0, len(heights) - 1)
        plot.dots(bends, heights[bends], ACCENT, fill=PAPER, size=4)
        notes.append("dots: it may bend here")
    plot.write(plot.x_limits[1], plot.y_limits[1], ", ".join(notes), INK_SOFT, align="right", dy=LINE_HEIGHT)


def _draw_season(plot: Plot, season: Season) -> None:
    days, values = season.days, season.values
    plot.area([days[0], *days, days[-1]], [0, *values, 0], ACCENT_SOFT)
    plot.line(plot.x_limits, (0, 0), INK_SOFT, 1)
    plot.line(days, values, ACCENT, 2, name=season.period)
    if season.period == "week":
        plot.dots(days, values, ACCENT, size=3)
    decimals = 1 if np.abs(values).max() >= 1 else 2
    for row, side in ((int(values.argmax()), 1), (int(values.argmin()), -1)):
        day, value = float(days[row]), float(values[row])
        text = f"{_name(season, day)} {percent_text(value, decimals, plus=True)}"
        plot.dots([day], [value], ACCENT)
        plot.write(day, value, text, align="center", dx=_inwards(plot, day, text), dy=side * 12)


def _name(season: Season, day: float) -> str:
    if season.period == "week":
        return _WEEKDAYS[int(day)]
    return MONTHS[int(np.searchsorted(_DAYS_BEFORE_MONTH, day, side="right")) - 1]


def _inwards(plot: Plot, x: float, text: str) -> float:
    """Pixels to move centred words so that they stay within the plot."""
    half = text_width(text, SMALL) / 2
    from_left, from_right = (x - plot.x_limits[0]) / plot.x_per_pixel, (plot.x_limits[1] - x) / plot.x_per_pixel
    return max(0.0, half - from_left) - max(0.0, half - from_right)


_MEMBER_ROW = 48


@dataclass(frozen=True, slots=True)
class Reach:
    """A forecast's 80% range and middle in prices, and the weight (0–1) it has; the first one drawn is the result."""

    name: str
    low: float
    middle: float
    high: float
    weight: float


def members_chart(reaches: Sequence[Reach], last: float, *, canvas: Canvas, caption: Caption) -> Chart:
    """One row for each of ``reaches``, in percent of the ``last`` price; a member without weight is faint."""
    moves = [[100 * (price / last - 1) for price in (reach.low, reach.middle, reach.high)] for reach in reaches]
    limits = padded(min(0.0, np.min(moves)), max(0.0, np.max(moves)))
    height = _MEMBER_ROW * len(reaches) + LINE_HEIGHT + DATE_HEIGHT
    box = box_between(canvas, height, LINE_HEIGHT)
    plot = Plot(new_sheet(canvas, height, caption), box, limits, (0, len(reaches)))
    plot.line((0, 0), plot.y_limits, INK_SOFT, 1, dash=DASHED)
    plot.write(0, plot.y_limits[1], "last price", INK_SOFT, align="center", dy=LINE_HEIGHT / 2)
    for row, (reach, move) in enumerate(zip(reaches, moves, strict=True)):
        _draw_reach(plot, reach, move, len(reaches) - row - 0.7, first=row == 0)
    lower_axis(plot, percent_ticks(*limits, 4 if canvas.narrow else 6, plus=True))
    return finish(plot.figure)


def _draw_reach(plot: Plot, reach: Reach, move: Sequence[float], height: float, *, first: bool) -> None:
    tone = BAND_50 if first else BAND_80 if reach.weight else BAND_95
    plot.line((move[0], move[2]), (height, height), tone, 10, name=f"reach-{reach.name.split()[0].lower()}")
    plot.dots([move[1]], [height], INK, shape="|", size=12)
    counted = f"counts {reach.weight:.0%}" if reach.weight else "does not count"
    text = reach.name if first else f"{reach.name}, {counted}"
    plot.write(plot.x_limits[0], height, text, INK if reach.weight else INK_SOFT, bold=first, dy=17)

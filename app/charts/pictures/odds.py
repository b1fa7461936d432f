"""Chances as pictures: by which day a price is reached, and how stated chances were kept."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.charts.chart import ACCENT, BAND_50, DASHED, DOTTED, INK, INK_SOFT, PAPER, SMALL, Canvas, Caption, Chart
from app.charts.parts.axis import axis_width, box_between, lower_axis, value_axis
from app.charts.parts.figure import LINE_HEIGHT, Plot, new_sheet, text_width
from app.charts.parts.labels import EndLabel, room_for, taken_heights, write_end_labels
from app.charts.parts.ticks import Tick, round_ticks
from app.charts.svg import finish
from app.text.numbers import in_hundred

_HEIGHT = 260


@dataclass(frozen=True, slots=True)
class TouchCurve:
    """The chances (0–1) to have reached a price, named so, by each day ahead; ``above`` the last price or below it."""

    name: str
    chances: tuple[float, ...]
    above: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """Groups of stated chances with the share that happened (0–1) and the number of questions in each."""

    name: str
    said: tuple[float, ...]
    happened: tuple[float, ...]
    n: tuple[int, ...]


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


_SHAPES = {"ends": (PAPER, "o", INK_SOFT), "closes": (BAND_50, "s", INK_SOFT), "trades": (ACCENT, "o", ACCENT)}


def reliability_chart(kept: Sequence[Kept], *, canvas: Canvas, caption: Caption) -> Chart:
    """Said along, happened up, in cases of a hundred; on the dotted line chances were kept. Counts are of the last."""
    width = axis_width(round_ticks(0, 100, 5))
    box = box_between(canvas, _HEIGHT, 2 * LINE_HEIGHT, width)
    plot = Plot(new_sheet(canvas, _HEIGHT, caption), box, (0, 100), (0, 100))
    value_axis(plot, round_ticks(0, 100, 5))
    plot.line((0, 100), (0, 100), INK_SOFT, 1, DOTTED)
    for group in kept:
        fill, shape, tone = _SHAPES[group.name]
        plot.dots(100 * np.array(group.said), 100 * np.array(group.happened), tone, fill=fill, shape=shape, size=6)
    counted = kept[-1]
    for said, happened, n in zip(counted.said, counted.happened, counted.n, strict=True):
        plot.write(100 * said, 100 * happened, f"{n:,}", INK_SOFT, align="center", dy=12 if happened < 0.9 else -12)
    _write_key(plot, kept)
    lower_axis(plot, [Tick(tick.at, f"said {tick.text}") for tick in round_ticks(0, 100, 4)], room_right=width)
    return finish(plot.figure)


def _write_key(plot: Plot, kept: Sequence[Kept]) -> None:
    across, height = 6.0, 100 + 1.2 * LINE_HEIGHT * plot.y_per_pixel
    for group in kept:
        fill, shape, tone = _SHAPES[group.name]
        label = f"{group.name} there"
        plot.dots([across * plot.x_per_pixel], [height], tone, fill=fill, shape=shape, size=6)
        plot.write(across * plot.x_per_pixel, height, label, INK_SOFT, dx=8)
        across += text_width(label, SMALL) + 26

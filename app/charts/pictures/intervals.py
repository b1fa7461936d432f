"""How past forecasts were kept: intervals as bars, with what then happened."""

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.charts.chart import BAND_80, BAND_95, INK, INK_SOFT, PAPER, WARN, Canvas, Caption, Chart, Dates, Floats
from app.charts.parts.axis import box_between, left_axis, left_width, lower_axis
from app.charts.parts.figure import LINE_HEIGHT, Plot
from app.charts.parts.labels import EndLabel, new_sheet, room_for, write_end_labels
from app.charts.parts.ticks import date_ticks, day_text, padded, percent_ticks
from app.charts.svg import finish
from app.text.compact_numbers import percent_text

_PIXELS_EACH = 3
_HEIGHT = 250
_ORDINALS = {2: "2nd", 3: "3rd"}
Rows: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _HitKind:
    """Which forecasts ended the same way, and the mark that says so without its colour."""

    members: NDArray[np.bool_]
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
    """Bands as bars and what happened as dots, not all of which may find room; the farthest miss is named.

    Its table has so many ``rows``, the newest first.
    """
    low, high = min(past.low_95.min(), past.actual.min()), max(past.high_95.max(), past.actual.max())
    limits, count = padded(float(low), float(high)), len(past.origins)
    labels = [
        EndLabel(count - 1, float(edge[-1]), text, INK_SOFT)
        for edge, text in ((past.high_95, "19 in 20"), (past.high_80, "8 in 10"))
    ]
    ticks = percent_ticks(*limits, 5, plus=True)
    margin, room = left_width(ticks), room_for(labels)
    stride = math.ceil(_PIXELS_EACH * count / (canvas.width - margin - room))
    if stride > 1:
        remark = f"Every {_ORDINALS.get(stride, f'{stride}th')} is drawn."
        caption = replace(caption, subtitle=f"{caption.subtitle} {remark}")
    box = box_between(canvas, _HEIGHT, LINE_HEIGHT, room)
    each = (count + 0.4) / (box.width - margin)
    plot = Plot(new_sheet(canvas, _HEIGHT, caption), box, (-0.7 - margin * each, count - 0.3), limits)
    left_axis(plot, ticks, count - 0.3)
    lower_axis(plot, date_ticks(past.origins, box.width - margin), room_right=room)
    _draw(plot, past, stride, each)
    write_end_labels(plot, count - 0.3, labels)
    # Its table begins with the newest.
    newest = plot.across([count - 1, max(0, count - rows)])
    return finish(plot.figure, (float(newest[0]), float(newest[1])))


def _draw(plot: Plot, past: PastIntervals, stride: int, each: float) -> None:
    """Every so many of the forecasts, ``each`` forecasts on a pixel, the newest among them."""
    drawn = np.arange(len(past.origins))[::-stride][::-1]
    spacing = stride / each
    width, size = min(10.0, 0.6 * spacing), float(np.clip(0.8 * spacing, 3.0, 5.5))
    _draw_bars(plot, drawn, past.low_95[drawn], past.high_95[drawn], BAND_95, width, "band-95")
    _draw_bars(plot, drawn, past.low_80[drawn], past.high_80[drawn], BAND_80, width, "band-80")
    plot.line((-0.7, plot.x_limits[1]), (0, 0), INK_SOFT, 1)
    for kind in _hit_kinds(past):
        alike = drawn[kind.members[drawn]]
        plot.dots(alike, past.actual[alike], kind.tone, fill=kind.fill, shape=kind.shape, size=size)
    beyond = np.maximum(past.low_80 - past.actual, past.actual - past.high_80)[drawn]
    if beyond.max() > 0:
        farthest = int(drawn[beyond.argmax()])
        text = f"{percent_text(past.actual[farthest], plus=True)}, from {day_text(past.origins[farthest])}"
        align, dx = ("left", -8) if farthest < len(past.origins) / 2 else ("right", 8)
        away = 13 if past.actual[farthest] > past.high_80[farthest] else -13
        plot.write(farthest, past.actual[farthest], text, WARN, align=align, dx=dx, dy=away)


def _hit_kinds(past: PastIntervals) -> tuple[_HitKind, ...]:
    in80 = (past.actual >= past.low_80) & (past.actual <= past.high_80)
    in95 = (past.actual >= past.low_95) & (past.actual <= past.high_95)
    return (
        _HitKind(in80, INK, INK, "o"),
        _HitKind(~in80 & in95, WARN, PAPER, "o"),
        _HitKind(~in95, WARN, WARN, "X"),
    )


def _draw_bars(plot: Plot, rows: Rows, low: Floats, high: Floats, tone: str, width: float, name: str) -> None:
    """All bars as one path, broken between them."""
    gap = np.full(len(low), np.nan)
    x = np.column_stack([rows, rows, gap]).ravel()
    plot.line(x, np.column_stack([low, high, gap]).ravel(), tone, width, name=name)

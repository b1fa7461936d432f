"""The receipt as a picture: past intervals as bars, what then happened as dots, as many as can be told apart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.charts.chart import Canvas, Chart
from app.charts.parts.axis import LINE_HEIGHT, axis_width, box_between, lower_axis, value_axis
from app.charts.parts.figure import Limits, Plot, new_figure, padded
from app.charts.parts.labels import text_width
from app.charts.parts.ticks import Dates, Floats, Tick, date_ticks, percent_ticks
from app.charts.style import BAND_80, BAND_95, INK, INK_SOFT, PAPER, SMALL, WARN
from app.charts.svg import finish

_PIXELS_EACH = 3
_ORDINALS = {2: "2nd", 3: "3rd"}


@dataclass(frozen=True, slots=True)
class _HitKind:
    """Which forecasts ended the same way, and the mark that says so without its colour."""

    members: NDArray[np.bool_]
    words: str
    tone: str
    fill: str
    shape: str


def interval_hits(
    origins: Dates,
    lower80: Floats,
    upper80: Floats,
    lower95: Floats,
    upper95: Floats,
    actual: Floats,
    *,
    canvas: Canvas,
    alt: str,
) -> Chart:
    """Returns in percent, all (k,), in the order of their origins. The key counts all, though not all may find room."""
    limits = padded(float(min(lower95.min(), actual.min())), float(max(upper95.max(), actual.max())))
    outcomes = _outcomes((actual >= lower80) & (actual <= upper80), (actual >= lower95) & (actual <= upper95))
    ticks = percent_ticks(*limits, 5, plus=True)
    every = math.ceil(_PIXELS_EACH * len(origins) / (canvas.width - axis_width(ticks)))
    remark = f"every {_ORDINALS.get(every, f'{every}th')} is drawn" if every > 1 else ""
    key_rows = len(outcomes) + bool(remark) if canvas.narrow else 1
    plot = _plot(origins, limits, ticks, canvas, key_rows)
    # The newest one is always among them.
    drawn = np.arange(len(origins))[::-every][::-1]
    spacing = every * plot.box.width / len(origins)
    for name, low, high, tone in (("band-95", lower95, upper95, BAND_95), ("band-80", lower80, upper80, BAND_80)):
        _draw_bars(plot, drawn, low[drawn], high[drawn], tone, min(10.0, 0.6 * spacing), name)
    plot.line(plot.x_limits, (0, 0), INK_SOFT, 1)
    for outcome in outcomes:
        rows = drawn[outcome.members[drawn]]
        plot.dots(rows, actual[rows], outcome.tone, fill=outcome.fill, shape=outcome.shape, size=_dot_size(spacing))
    _write_key(plot, outcomes, remark, key_rows)
    return finish(plot.figure, alt)


def _plot(origins: Dates, limits: Limits, ticks: Sequence[Tick], canvas: Canvas, key_rows: int) -> Plot:
    height = 260 if canvas.narrow else 280
    right = axis_width(ticks)
    box = box_between(canvas, height, (key_rows + 1) * LINE_HEIGHT, right)
    plot = Plot(new_figure(canvas, height), box, (-0.7, len(origins) - 0.3), limits)
    value_axis(plot, ticks)
    lower_axis(plot, date_ticks(origins, box.width), room_right=right)
    return plot


def _outcomes(in80: NDArray[np.bool_], in95: NDArray[np.bool_]) -> tuple[_HitKind, ...]:
    share = f"{in80.sum()} of {len(in80)}"
    return (
        _HitKind(in80, f"{share} within the 80 % band", INK, INK, "o"),
        _HitKind(~in80 & in95, f"{(~in80 & in95).sum()} outside it", WARN, PAPER, "o"),
        _HitKind(~in95, f"{(~in95).sum()} outside the 95 % band", WARN, WARN, "X"),
    )


def _dot_size(spacing: float) -> float:
    return float(np.clip(0.8 * spacing, 3.0, 5.5))


def _draw_bars(
    plot: Plot, rows: NDArray[np.intp], low: Floats, high: Floats, tone: str, width: float, name: str
) -> None:
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
        plot.write(x, y, outcome.words, outcome.tone, dx=9)
        if rows > 1:
            up -= LINE_HEIGHT
        else:
            across += text_width(outcome.words, SMALL) + 22
    if remark:
        plot.write(left + across * plot.x_per_pixel, top + up * plot.y_per_pixel, remark, INK_SOFT)

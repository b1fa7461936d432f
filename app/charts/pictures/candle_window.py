"""One window of candles beside the image that a network sees of it."""

import numpy as np

from app.charts.chart import Canvas, Chart
from app.charts.parts.axis import LINE_HEIGHT
from app.charts.parts.figure import Box, Plot, new_figure, padded
from app.charts.parts.ticks import Floats, day_text
from app.charts.pictures.candles import Candles, draw_bars
from app.charts.style import ACCENT, ACCENT_SOFT, BAND_80, INK_SOFT, LINE
from app.charts.svg import finish

_CELL, _GAP, _MARGIN = 4, 18, 2
_STEPS = ((-0.2, LINE), (0.2, BAND_80), (-0.6, INK_SOFT), (0.6, ACCENT))


def window(seen: Candles, image: Floats, own: int, *, canvas: Canvas, alt: str) -> Chart:
    """Candles (n,) of which the last ``own`` are the shape, and their field (m, m) in five steps from −1 to 1."""
    side = _CELL * len(image)
    figure = new_figure(canvas, LINE_HEIGHT + side + LINE_HEIGHT + 8)
    left = Box(_MARGIN, LINE_HEIGHT + 4, canvas.width - side - _GAP - 2 * _MARGIN, side)
    right = Box(canvas.width - side - _MARGIN, LINE_HEIGHT + 4, side, side)
    limits = padded(float(seen.low.min()), float(seen.high.max()))
    _draw_candles(Plot(figure, left, (-0.6, len(seen.dates) - 0.4), limits), seen, own)
    _draw_field(Plot(figure, right, (0, len(image)), (0, len(image))), image, 4 * own)
    return finish(figure, alt)


def _draw_candles(plot: Plot, seen: Candles, own: int) -> None:
    (low, high), end = plot.y_limits, plot.x_limits[1]
    if own:
        plot.area([end - own, end, end, end - own], [low, low, high, high], ACCENT_SOFT, name="own")
    draw_bars(plot, seen)
    first, last = day_text(seen.dates[0], year=False), day_text(seen.dates[-1])
    plot.write(plot.x_limits[0], high, f"{first} – {last}", INK_SOFT, dy=LINE_HEIGHT / 2 + 2)
    plot.write(plot.x_limits[0], low, f"{len(seen.dates)} bars", INK_SOFT, dy=-LINE_HEIGHT / 2 - 2)


def _draw_field(plot: Plot, image: Floats, own: int) -> None:
    """Stretches of one step in one row are one stroke as thick as a cell; stronger ones lie on weaker ones.

    The first row is on top.
    """
    for step, (beyond, tone) in enumerate(_STEPS):
        x, y = _stretches(image * np.sign(beyond) > abs(beyond))
        if len(x):
            plot.line(x, y, tone, _CELL, name=f"step-{step}", square=True)
    end, bottom = len(image), len(image) - own
    edges = ([0, end, end, 0, 0], [0, 0, end, end, 0])
    plot.line(*edges, LINE, 1)
    if own:
        plot.line([bottom, bottom, end], [0, own, own], ACCENT, 1.4)
    plot.write(0, 0, "field of their prices", INK_SOFT, dy=-LINE_HEIGHT / 2 - 2)


def _stretches(cells: np.ndarray) -> tuple[Floats, Floats]:
    """Where true cells begin and end in each row, as one line that jumps."""
    n = len(cells)
    edges = np.diff(np.pad(cells.astype(int), ((0, 0), (1, 1))), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    heights, gap = n - rows - 0.5, np.full(len(rows), np.nan)
    return np.column_stack([starts, ends, gap]).ravel()[:-1], np.column_stack([heights, heights, gap]).ravel()[:-1]

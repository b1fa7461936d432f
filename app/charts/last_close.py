"""The mark between what was known and what came after: the last close and its day."""

import numpy as np

from app.charts.axis import LINE_HEIGHT
from app.charts.figure import Plot
from app.charts.labels import text_width
from app.charts.style import DOTTED, INK_SOFT, LINE, SMALL
from app.charts.ticks import day_text


def mark_last_close(plot: Plot, day: np.datetime64) -> None:
    """A line down at x = 0, the last close, with its date above."""
    low, high = plot.y_limits
    plot.line((0, 0), (low, high), LINE, 1)
    words = f"last close {day_text(day)}"
    room = (0 - plot.x_limits[0]) / plot.x_per_pixel
    overhang = max(0.0, text_width(words, SMALL) - room)
    plot.write(0, high, words, INK_SOFT, align="right", dx=overhang, dy=LINE_HEIGHT)


def mark_no_move(plot: Plot, last: float, until: float) -> None:
    """A dotted line onwards: where the price would be if it never moved."""
    plot.line((0, until), (last, last), INK_SOFT, 1, DOTTED)

"""Names and values at the right end of lines, instead of a legend."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.charts.figure import Plot
from app.charts.labels import spread, text_width
from app.charts.style import BAND_50, SMALL
from app.charts.ticks import Floats

LEADER = 12.0
_GAP = 13.5


@dataclass(frozen=True, slots=True)
class EndLabel:
    """Words for a line that ends at (x, y)."""

    x: float
    y: float
    words: str
    tone: str
    bold: bool = False


def room_for(labels: Sequence[EndLabel]) -> float:
    """Pixels to keep free to the right of the lines."""
    return LEADER + 2 + max(text_width(label.words, SMALL, bold=label.bold) for label in labels)


def end_heights(plot: Plot, labels: Sequence[EndLabel]) -> Floats:
    """Where the words will stand, lowest first: each as near its line as the others allow."""
    wanted = np.array(sorted((label.y - plot.y_limits[0]) / plot.y_per_pixel for label in labels))
    return plot.y_limits[0] + spread(wanted, _GAP, 4, plot.box.height - 4) * plot.y_per_pixel


def write_end_labels(plot: Plot, x: float, labels: Sequence[EndLabel]) -> None:
    """A column of words to the right of ``x``, tied to their lines."""
    bends = x + np.array([2, LEADER - 4, LEADER - 2]) * plot.x_per_pixel
    for label, height in zip(sorted(labels, key=lambda label: label.y), end_heights(plot, labels), strict=True):
        plot.line([label.x, *bends], [label.y, label.y, height, height], BAND_50, 0.8)
        plot.write(x, height, label.words, label.tone, bold=label.bold, dx=LEADER)

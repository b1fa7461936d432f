"""Labels that do not cover each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.font_manager import FontProperties, findfont, get_font

from app.charts.parts.figure import Plot
from app.charts.parts.ticks import Floats
from app.charts.style import BAND_50, SMALL, TEXT

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


@lru_cache(maxsize=2048)
def text_width(words: str, size: float = TEXT, *, bold: bool = False) -> float:
    """Pixels that words take in DejaVu Sans, which is wider than the fonts a reader's screen will use."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")))
    font.set_size(size, 72)
    font.set_text(words)
    return float(font.get_width_height()[0]) / 64


def spread(wanted: Floats, gap: float, low: float, high: float) -> Floats:
    """Positions at least ``gap`` apart within two bounds, in the order given and as near the wanted ones as can be.

    ``wanted`` (n,) rises. This is isotonic regression (Barlow et al. 1972, the max-min formula) of the wanted positions
    less the gaps.
    """
    count = len(wanted)
    slots = np.arange(count) * gap
    free = wanted - slots
    mean = [
        [free[start : end + 1].mean() if end >= start else np.inf for end in range(count)] for start in range(count)
    ]
    pooled = np.array([max(min(mean[start][row:]) for start in range(row + 1)) for row in range(count)])
    kept: Floats = pooled.clip(low, max(low, high - (count - 1) * gap)) + slots
    return kept

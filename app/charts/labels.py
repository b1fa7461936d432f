"""Words that keep out of each other's way."""

from functools import lru_cache

import numpy as np
from matplotlib.font_manager import FontProperties, findfont, get_font

from app.charts.style import TEXT
from app.charts.ticks import Floats


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

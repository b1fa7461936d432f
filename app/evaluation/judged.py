"""The rules' and the network's word on every window of one ticker."""

import numpy as np

from app.patterns.candlesticks import Bars, Floats, names_of, shapes
from app.patterns.field import fields
from app.patterns.network import recognise
from app.patterns.recognition import Classes
from app.patterns.windows import WINDOW, windows

_AT_ONCE = 2000


def judged(bars: Bars) -> tuple[Classes, Floats]:
    """Classes (k,) by the rules and probabilities (k, 9) by the network for every window that moves at all."""
    ends = np.arange(WINDOW - 1, len(bars))
    parts = [recognise(fields(windows(bars, part))) for part in np.array_split(ends, -(-len(ends) // _AT_ONCE))]
    probabilities = np.concatenate(parts)
    moves = np.isfinite(probabilities[:, 0])
    return names_of(shapes(bars))[ends][moves], probabilities[moves]

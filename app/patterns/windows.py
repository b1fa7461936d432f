"""Windows of thirteen bars, as prices and as images."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from app.patterns.candlesticks import Bars, Days, Floats

WINDOW = 13
"""The three bars of a star, and the ten that the first of them is measured by."""

SIDE = 4 * WINDOW


@dataclass(frozen=True, slots=True)
class Fields:
    """One image (52, 52) for each of k windows; where a window is ``flat`` there is none, and its image is nought."""

    images: Floats
    flat: Days

    def __len__(self) -> int:
        return len(self.images)


def windows(bars: Bars, ends: NDArray[np.intp]) -> Floats:
    """Open, high, low and close of the thirteen bars up to each of ``ends`` (12 or later), interleaved: (k, 52)."""
    prices = np.column_stack([bars.open, bars.high, bars.low, bars.close])
    seen = sliding_window_view(prices, WINDOW, axis=0)[ends - WINDOW + 1]
    return np.ascontiguousarray(seen.transpose(0, 2, 1)).reshape(len(ends), SIDE)

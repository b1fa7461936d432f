"""What the picture of the classic indicators shows."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.charts.parts.axis import PriceScale
from app.charts.parts.ticks import Dates, Floats

_PRICES = ("close", "upper", "lower", "sma_50", "sma_200", "vwap")
_ARRAYS = ("dates", *_PRICES, "rsi", "macd", "signal")


@dataclass(frozen=True, slots=True)
class PriceLevelLine:
    """A level of the price with its words, and the dates at which the price turned there, oldest first."""

    price: float
    words: str
    turned: Dates


@dataclass(frozen=True, slots=True)
class TechnicalsData:
    """Bars (n,) and the indicators known at each, NaN where there is none; ``last`` is the last close in words."""

    dates: Dates
    close: Floats
    upper: Floats
    lower: Floats
    sma_50: Floats
    sma_200: Floats
    vwap: Floats
    rsi: Floats
    macd: Floats
    signal: Floats
    shelves: tuple[PriceLevelLine, ...]
    last: str

    @property
    def end(self) -> int:
        """The row of the last bar."""
        return len(self.dates) - 1

    def newest(self, bars: int) -> "TechnicalsData":
        """The last ``bars`` of it."""
        return replace(self, **{name: getattr(self, name)[-bars:] for name in _ARRAYS})

    def prices(self) -> Floats:
        """Every price of its lines that is known."""
        everything = np.concatenate([getattr(self, name) for name in _PRICES])
        return np.asarray(everything[np.isfinite(everything)])

    def on(self, scale: PriceScale) -> "TechnicalsData":
        """The same with heights for prices, and without the levels that lie outside the frame."""
        low, high = scale.limits
        shelves = [replace(shelf, price=float(scale.heights(np.array(shelf.price)))) for shelf in self.shelves]
        lines: dict[str, Any] = {name: scale.heights(getattr(self, name)) for name in _PRICES}
        return replace(self, **lines, shelves=tuple(shelf for shelf in shelves if low < shelf.price < high))

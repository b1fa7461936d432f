"""The numbers behind the picture of the classic indicators."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.charts.chart import Dates, Floats
from app.charts.parts.ticks import PriceScale

_PRICES = ("close", "upper", "lower", "sma_50", "sma_200", "vwap")
_ARRAYS = ("dates", *_PRICES, "rsi", "macd", "signal")


@dataclass(frozen=True, slots=True)
class PriceLevelLine:
    """A level of the price with its label, and the dates at which the price turned there, oldest first."""

    price: float
    text: str
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
    levels: tuple[PriceLevelLine, ...]
    last: str

    @property
    def end(self) -> int:
        """The row of the last bar."""
        return len(self.dates) - 1

    def newest(self, bars: int) -> "TechnicalsData":
        """The last ``bars`` bars."""
        return replace(self, **{name: getattr(self, name)[-bars:] for name in _ARRAYS})

    def prices(self) -> Floats:
        """Every known price (m,) of its lines."""
        everything = np.concatenate([getattr(self, name) for name in _PRICES])
        return np.asarray(everything[np.isfinite(everything)])

    def on(self, scale: PriceScale) -> "TechnicalsData":
        """The same with heights for prices, and without the levels that lie outside the frame."""
        low, high = scale.limits
        levels = [replace(level, price=float(scale.heights(np.array(level.price)))) for level in self.levels]
        lines: dict[str, Any] = {name: scale.heights(getattr(self, name)) for name in _PRICES}
        return replace(self, **lines, levels=tuple(level for level in levels if low < level.price < high))

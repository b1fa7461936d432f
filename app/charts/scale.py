"""How a price becomes a height: straight, or by its logarithm where it has multiplied."""

from dataclasses import dataclass

import numpy as np

from app.charts.figure import Limits, padded
from app.charts.ticks import Floats, Tick, log_ticks, round_ticks

_LOG_FROM_RATIO = 4


@dataclass(frozen=True, slots=True)
class PriceScale:
    """The limits and ticks of a price axis, in heights."""

    is_log: bool
    limits: Limits
    ticks: tuple[Tick, ...]

    def heights(self, prices: Floats) -> Floats:
        """Where prices lie on the axis."""
        return np.asarray(np.log(prices)) if self.is_log else prices


def price_scale(prices: Floats, most_ticks: int) -> PriceScale:
    """Logarithmic once the highest price is four times the lowest; a picture with such an axis says so."""
    low, high = float(prices.min()), float(prices.max())
    if low > 0 and high > _LOG_FROM_RATIO * low:
        return PriceScale(True, padded(float(np.log(low)), float(np.log(high))), log_ticks(low, high, most_ticks))
    limits = padded(low, high)
    return PriceScale(False, limits, round_ticks(*limits, most_ticks))

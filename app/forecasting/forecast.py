"""What every forecaster reads and returns: log prices in, quantiles of future log returns out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Origins: TypeAlias = NDArray[np.intp]

QUANTILES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
MEDIAN = QUANTILES.index(0.5)


@dataclass(frozen=True, slots=True)
class LogPrices:
    """Daily bars of one ticker as natural logarithms of adjusted prices, oldest first; every array is (n,).

    ``volume`` is in shares and may be all zero (currencies, some indices).
    """

    dates: NDArray[np.datetime64]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __len__(self) -> int:
        return len(self.close)

    def until(self, origin: int) -> "LogPrices":
        """The bars up to and including row ``origin``."""
        end = slice(0, origin + 1)
        return LogPrices(
            self.dates[end], self.open[end], self.high[end], self.low[end], self.close[end], self.volume[end]
        )


@dataclass(frozen=True, slots=True)
class Forecast:
    """Quantiles of log(price[origin + h] / price[origin]) for h = 1 … horizon.

    ``origins`` (k,) are row numbers of the bars each forecast was made at; ``quantiles`` is (k, horizon, 7), its last
    axis in the order of ``QUANTILES`` and never decreasing.
    """

    origins: Origins
    quantiles: Floats

    def __post_init__(self) -> None:
        if self.quantiles.ndim != 3 or self.quantiles.shape[0] != len(self.origins):
            raise ValueError(f"quantiles of shape {self.quantiles.shape} for {len(self.origins)} origins")
        if self.quantiles.shape[2] != len(QUANTILES) or not np.isfinite(self.quantiles).all():
            raise ValueError("quantiles must be finite, seven to a day")
        if (np.diff(self.quantiles, axis=2) < 0).any():
            raise ValueError("quantiles must not cross")


Forecaster: TypeAlias = Callable[[LogPrices, Origins, int], Forecast]
"""``(y, origins, horizon) -> Forecast``: many origins in one call, each seen from the bars up to it alone."""

SEED = 0

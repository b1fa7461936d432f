"""What every forecaster reads and returns: log prices, quantiles of log returns; and bands of published prices."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Origins: TypeAlias = NDArray[np.intp]

QUANTILES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
MEDIAN = QUANTILES.index(0.5)
"""The place of the median among ``QUANTILES``."""


@dataclass(frozen=True, slots=True, eq=False)
class LogPrices:
    """Daily bars of one ticker as natural logarithms of adjusted prices, oldest first; every array is (n,).

    ``volume`` is in shares and may be all zero (currencies, some indices). Equal to itself alone, so that what is made
    of it can be kept.
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
"""Of every random draw."""

FALL_DEPTH = 0.05
"""The share of its price that a ticker loses in what is called a fall."""


T = TypeVar("T")
# Published quantiles are keyed by their level as text.
_BAND_KEYS = {50: ("0.25", "0.75"), 80: ("0.1", "0.9"), 95: ("0.025", "0.975")}
_MEDIAN_KEY = "0.5"


@dataclass(frozen=True, slots=True)
class Band:
    """The lower and the upper price of a band, for each day ahead."""

    low: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def end(self) -> tuple[float, float]:
        """Both prices on the last day."""
        return self.low[-1], self.high[-1]


def ends_of(quantiles: Mapping[str, T], level: int) -> tuple[T, T]:
    """The two of ``quantiles`` between which ``level`` percent (50, 80 or 95) lie."""
    low, high = _BAND_KEYS[level]
    return quantiles[low], quantiles[high]


def band_of(quantiles: Mapping[str, tuple[float, ...]], level: int) -> Band:
    """The band of ``level`` percent (50, 80 or 95), in the unit of ``quantiles``."""
    return Band(*ends_of(quantiles, level))


def median_of(quantiles: Mapping[str, T]) -> T:
    """That of level 0.5."""
    return quantiles[_MEDIAN_KEY]


def is_median(level: str) -> bool:
    """Whether a key is that of the median."""
    return level == _MEDIAN_KEY

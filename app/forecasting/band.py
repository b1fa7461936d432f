"""The bands and the median of published quantiles, which are keyed by level, as "0.025"."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
_ENDS = {80: ("0.1", "0.9"), 95: ("0.025", "0.975")}
_MEDIAN = "0.5"


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
    """The two of ``quantiles`` between which ``level`` percent (80 or 95) lie."""
    low, high = _ENDS[level]
    return quantiles[low], quantiles[high]


def band_of(quantiles: Mapping[str, tuple[float, ...]], level: int) -> Band:
    """The band of ``level`` percent (80 or 95)."""
    return Band(*ends_of(quantiles, level))


def median_of(quantiles: Mapping[str, T]) -> T:
    """The one that half of the cases exceed."""
    return quantiles[_MEDIAN]


def is_median(level: str) -> bool:
    """Whether a key is that of the median."""
    return level == _MEDIAN

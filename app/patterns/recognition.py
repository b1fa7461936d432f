"""How well a network's names agree with those of the rules."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.forecasting.forecast import Floats
from app.patterns.candlesticks import SHAPES

Classes: TypeAlias = NDArray[np.intp]
_CLASSES = 1 + len(SHAPES)
_BINS = 15


def calibration_error(probability: Floats, agrees: NDArray[np.bool_]) -> float:
    """The expected calibration error of probabilities (k,) in fifteen equal bins (Guo et al. 2017)."""
    if not len(probability):
        return 0.0
    bins = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, agrees, _BINS) - np.bincount(bins, probability, _BINS)
    return float(np.abs(gaps).sum() / len(probability))


@dataclass(frozen=True, slots=True)
class Recognition:
    """The confusion (9, 9) of rules (rows) and network (columns), none first, and how far its probabilities are off.

    ``calibration_error`` is over all windows, ``calibration_error_named`` over those in which it names a shape.
    """

    confusion: NDArray[np.intp]
    calibration_error: float
    calibration_error_named: float

    @property
    def precision(self) -> float:
        """The share of the shapes that it names which are there."""
        return float(np.diag(self.confusion)[1:].sum() / max(int(self.confusion[:, 1:].sum()), 1))

    @property
    def recall(self) -> float:
        """The share of the shapes that are there which it names."""
        return float(np.diag(self.confusion)[1:].sum() / max(int(self.confusion[1:].sum()), 1))

    @property
    def recalls(self) -> tuple[float | None, ...]:
        """The recall of none and of each shape; None for one that does not occur."""
        pairs = zip(np.diag(self.confusion).tolist(), self.confusion.sum(axis=1).tolist(), strict=True)
        return tuple(hit / n if n else None for hit, n in pairs)

    @property
    def balanced_accuracy(self) -> float:
        """The mean of the recalls, as if all nine were equally frequent."""
        return float(np.mean([recall for recall in self.recalls if recall is not None]))


def recognition(rules: Classes, probabilities: Floats) -> Recognition:
    """Classes (k,) by the rules against probabilities (k, 9)."""
    network, probability = probabilities.argmax(axis=1), probabilities.max(axis=1)
    confusion = np.bincount(rules * _CLASSES + network, minlength=_CLASSES**2).reshape(_CLASSES, _CLASSES)
    agrees, named = rules == network, network > 0
    return Recognition(
        confusion, calibration_error(probability, agrees), calibration_error(probability[named], agrees[named])
    )

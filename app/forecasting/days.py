"""The days ahead at which something is counted or fitted, and how the days between them follow."""

import numpy as np
from numpy.typing import NDArray

from app.forecasting.forecast import Floats

DAYS: NDArray[np.int64] = np.array([1, 2, 3, 5, 8, 13, 22, 33, 44, 66])
"""Few enough to be quick, close enough in their logarithm that a line between them does."""


def up_to(horizon: int) -> NDArray[np.int64]:
    """The days of ``DAYS`` that are needed for every day 1 … horizon."""
    return DAYS[: np.searchsorted(DAYS, horizon) + 1]


def between(days: NDArray[np.int64], values: Floats, horizon: int) -> Floats:
    """Values (k, days, …) of some days, interpolated to every day 1 … horizon in the day's logarithm.

    A day's value depends on the nearest two of ``days`` only, so it is the same under every horizon they reach.
    """
    ahead = np.arange(1, horizon + 1)
    left = np.clip(np.searchsorted(days, ahead, side="right") - 1, 0, max(len(days) - 2, 0))
    right = np.minimum(left + 1, len(days) - 1)
    step = np.log(days[right] / days[left])
    share = np.clip(np.log(ahead / days[left]) / np.where(step > 0, step, 1.0), 0, 1)
    share = share.reshape(-1, *[1] * (values.ndim - 2))
    return values[:, left] * (1 - share) + values[:, right] * share

"""What a ticker's own past says of the horizon's last day: counted over windows, all or those over at an origin."""

import numpy as np

from app.forecasting.forecast import Floats, LogPrices, Origins

FALL = 0.05


def moves(y: LogPrices, horizon: int) -> Floats:
    """Log returns (n − horizon,) of all past windows; they overlap."""
    return np.asarray(y.close[horizon:] - y.close[:-horizon])


def up_rate(y: LogPrices, horizon: int) -> float:
    """The share of windows that ended above their start."""
    return float((moves(y, horizon) > 0).mean())


def fall_rate(y: LogPrices, horizon: int) -> float:
    """The share of windows that ended 5 % or more below their start."""
    return float((moves(y, horizon) <= np.log1p(-FALL)).mean())


def up_rates_at(y: LogPrices, origins: Origins, horizon: int) -> Floats:
    """``up_rate`` (k,) of the windows that were over at each origin; one half before any was."""
    ups = np.concatenate([[0.0], np.cumsum(moves(y, horizon) > 0)])
    over = np.maximum(origins - horizon + 1, 0)
    return np.asarray(np.where(over > 0, ups[over] / np.maximum(over, 1), 0.5))

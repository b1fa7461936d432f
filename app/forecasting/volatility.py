"""How much a price moves: daily variances known at each bar, and what they say about the days ahead.

Arrays are (n,), one value per bar from that bar and the ones before it, in squared log return per day.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from app.forecasting.forecast import Floats, LogPrices, Origins

DECAY = 0.94
"""RiskMetrics' daily weight of the past (J. P. Morgan 1996)."""

LONG_RUN = 750
"""Bars, about three years, whose mean variance is called normal."""

PERSISTENCE = 0.98
"""What is left a day later of a variance's distance from normal; .97 to .985 do as well on the training pool."""

FLOOR = 1e-10
"""The variance of a price that stands still: a thousandth of a percent a day keeps every ratio finite."""

MIN_SHARE = 0.05
"""The least that the last days' variance may be of the normal one: a halted price will move again."""

WEIGHTS = {1: 0.20, 5: 0.28, 22: 0.20, 66: 0.10}
"""Bars and the weight of their mean range variance: the training pool's regression for the next two days, rounded."""


@dataclass(frozen=True, slots=True)
class VolatilityOutlook:
    """The variance seen at each of k origins, (k,): ``normal`` and the logarithm of today's share of it."""

    normal: Floats
    excess: Floats

    def over(self, days: int | Floats) -> Floats:
        """Variance of the log return ``days`` ahead; the excess fades day by day, in logarithms."""
        return self.normal * days * np.exp(self.excess * _lasting(days) / days)


def squared_returns(y: LogPrices) -> Floats:
    """Squared close-to-close log returns; the first bar has none (NaN)."""
    return np.asarray(np.diff(y.close, prepend=np.nan) ** 2)


def range_variance(y: LogPrices) -> Floats:
    """Garman & Klass (1980) variance of the session plus the squared overnight gap; the first bar has none (NaN)."""
    session = 0.5 * (y.high - y.low) ** 2 - (2 * np.log(2) - 1) * (y.close - y.open) ** 2
    overnight = y.open - np.concatenate([[np.nan], y.close[:-1]])
    return np.asarray(np.maximum(session, 0) + overnight**2)


def ewma(daily: Floats, decay: float = DECAY) -> Floats:
    """Exponentially weighted mean of daily variances, its weights adding up to one from the first bar on."""
    smooth: Floats = pd.Series(daily).ewm(alpha=1 - decay).mean().to_numpy()
    return np.maximum(np.nan_to_num(smooth), FLOOR)


def rolling(daily: Floats, bars: int = LONG_RUN) -> Floats:
    """Mean of the last ``bars`` daily variances, or of as many as there are."""
    mean: Floats = pd.Series(daily).rolling(bars, min_periods=1).mean().to_numpy()
    return np.maximum(np.nan_to_num(mean), FLOOR)


def mean_reverting(now: Floats, normal: Floats, horizon: int) -> Floats:
    """Variance (k, horizon) of the returns ahead while ``now`` (k,) fades to ``normal`` (k,), as in a GARCH(1,1)."""
    days = np.arange(1.0, horizon + 1)
    return normal[:, None] * days + (now - normal)[:, None] * _lasting(days)


@lru_cache(maxsize=4)
def heterogeneous(y: LogPrices) -> VolatilityOutlook:
    """Range volatility of a day, a week, a month and a quarter together, in logarithms (after Corsi 2009)."""
    daily = range_variance(y)
    usual = rolling(daily)
    shares = {bars: np.log(np.maximum(rolling(daily, bars) / usual, MIN_SHARE)) for bars in WEIGHTS}
    excess = np.sum([weight * shares[bars] for bars, weight in WEIGHTS.items()], axis=0)
    return VolatilityOutlook(rolling(squared_returns(y)), excess)


def at(outlook: VolatilityOutlook, rows: Origins) -> VolatilityOutlook:
    """The outlook at some of the bars; a last axis of one lets it meet an axis of days."""
    return VolatilityOutlook(outlook.normal[rows, None], outlook.excess[rows, None])


def _lasting(days: int | Floats) -> Floats:
    """How many full days' worth of today's excess the next ``days`` bring: the sum of its daily shares."""
    return np.asarray((1 - PERSISTENCE**days) / (1 - PERSISTENCE))

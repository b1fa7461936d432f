"""Training samples: what the network is shown at past bars, and what happened after them."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from app.forecasting.conformal import HORIZON_KNOTS
from app.forecasting.forecast import Floats, LogPrices
from app.forecasting.models.lstm.inputs import Inputs, inputs
from app.forecasting.scoring.backtest import realised

WARM_UP = 253
"""Bars before a ticker's first sample, so that its volatility is that of a whole year."""

LARGEST = 10.0
"""Returns beyond ten deviations count as ten: one failed company would outvote a hundred others."""


@dataclass(frozen=True, slots=True)
class Samples:
    """``seen`` by the network at k origins, and the returns (k, days) in units of σ·√h that followed."""

    seen: Inputs
    returns: Floats

    def __len__(self) -> int:
        return len(self.returns)


def samples(prices: Iterable[LogPrices], after: np.datetime64, until: np.datetime64, every: int) -> Samples:
    """Every ``every``-th bar after ``after`` whose last target is not later than ``until``; tickers start in turn.

    Raises ``ValueError`` where there is none.
    """
    found = [_of(y, _origins(y, after, until, every, k % every)) for k, y in enumerate(prices)]
    found = [one for one in found if len(one)]
    if not found:
        raise ValueError(f"found no bar between {after} and {until} with {WARM_UP} before it; needed some")
    seen = Inputs(*(np.concatenate([getattr(one.seen, field.name) for one in found]) for field in fields(Inputs)))
    return Samples(seen, np.concatenate([one.returns for one in found]))


def before(y: LogPrices, until: np.datetime64) -> LogPrices:
    """The bars up to ``until``, later ones never being looked at."""
    return y.until(int(np.searchsorted(y.dates, until, side="right")) - 1)


def fingerprint(prices: Mapping[str, LogPrices]) -> str:
    """SHA-256 of tickers, dates, closes and volumes, in order."""
    content = hashlib.sha256()
    for ticker, y in prices.items():
        content.update(ticker.encode())
        for field in fields(y):
            content.update(np.ascontiguousarray(getattr(y, field.name)).tobytes())
    return content.hexdigest()


def _origins(y: LogPrices, after: np.datetime64, until: np.datetime64, every: int, phase: int) -> NDArray[np.intp]:
    first = max(WARM_UP, int(np.searchsorted(y.dates, after, side="right")))
    last = int(np.searchsorted(y.dates, until, side="right")) - int(HORIZON_KNOTS[-1])
    return np.arange(first + phase, max(first, last), every, dtype=np.intp)


def _of(y: LogPrices, origins: NDArray[np.intp]) -> Samples:
    seen = inputs(y, origins)
    scale = seen.sigma[:, None] * np.sqrt(HORIZON_KNOTS)
    returns = np.clip(realised(y, origins, int(HORIZON_KNOTS[-1]))[:, HORIZON_KNOTS - 1] / scale, -LARGEST, LARGEST)
    # Single precision is what the network trains in; a million samples in double would not fit.
    single = (getattr(seen, field.name).astype(np.float32) for field in fields(Inputs))
    return Samples(Inputs(*single), returns.astype(np.float32))

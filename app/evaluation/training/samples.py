"""What the network learns from: the pool of tickers, which of them it never sees, and samples of their past."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.evaluation.price_files import PRICES, Failure, drawn, read_prices
from app.forecasting.conformal import HORIZON_KNOTS
from app.forecasting.forecast import Floats, LogPrices
from app.forecasting.models.lstm.inputs import Inputs, inputs
from app.forecasting.scoring.backtest import realised

VALIDATION_ONE_IN = 10
"""One ticker in so many, by its CRC-32, is never trained on: all choices are made on these."""

MIN_BARS = 253
"""Bars before a ticker's first sample, so that its volatility is that of a whole year."""

MAX_DEVIATIONS = 10.0
"""Returns beyond ten deviations count as ten: one failed company would outvote a hundred others."""


def is_learned(ticker: str) -> bool:
    """Whether a ticker may be trained on."""
    return not drawn(ticker, VALIDATION_ONE_IN)


def read_pool(paths: Sequence[Path]) -> tuple[dict[str, LogPrices], tuple[Failure, ...]]:
    """The tickers of all price tables, in order of ticker, and what could not be read.

    A ticker of several tables has the bars of the first one, and those before them of the others.
    """
    pool: dict[str, LogPrices] = {}
    failures: tuple[Failure, ...] = ()
    for path in paths:
        files = read_prices(path)
        failures += files.failures
        for ticker, y in files.prices.items():
            pool[ticker] = _with_earlier(pool[ticker], y) if ticker in pool else y
    return dict(sorted(pool.items())), failures


def _with_earlier(y: LogPrices, older: LogPrices) -> LogPrices:
    """``y`` with the bars of ``older`` before its first, moved so that closes agree on the first day in common."""
    common = np.intersect1d(y.dates, older.dates)
    if not len(common):
        return y
    here, there = (int(np.searchsorted(bars.dates, common[0])) for bars in (y, older))
    before = slice(0, int(np.searchsorted(older.dates, y.dates[0])))
    opens, highs, lows, closes = (
        np.concatenate([getattr(older, name)[before] + y.close[here] - older.close[there], getattr(y, name)])
        for name in PRICES
    )
    dates, volume = np.concatenate([older.dates[before], y.dates]), np.concatenate([older.volume[before], y.volume])
    return LogPrices(dates, opens, highs, lows, closes, volume)


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
    series = [_of(y, _origins(y, after, until, every, k % every)) for k, y in enumerate(prices)]
    series = [part for part in series if len(part)]
    if not series:
        raise ValueError(f"found no bar between {after} and {until} with {MIN_BARS} before it; needed some")
    seen = Inputs(*(np.concatenate([getattr(part.seen, field.name) for part in series]) for field in fields(Inputs)))
    return Samples(seen, np.concatenate([part.returns for part in series]))


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
    first = max(MIN_BARS, int(np.searchsorted(y.dates, after, side="right")))
    last = int(np.searchsorted(y.dates, until, side="right")) - int(HORIZON_KNOTS[-1])
    return np.arange(first + phase, max(first, last), every, dtype=np.intp)


def _of(y: LogPrices, origins: NDArray[np.intp]) -> Samples:
    features = inputs(y, origins)
    scale = features.sigma[:, None] * np.sqrt(HORIZON_KNOTS)
    returns = np.clip(
        realised(y, origins, int(HORIZON_KNOTS[-1]))[:, HORIZON_KNOTS - 1] / scale, -MAX_DEVIATIONS, MAX_DEVIATIONS
    )
    # Single precision is what the network trains in; a million samples in double would not fit.
    single = (getattr(features, field.name).astype(np.float32) for field in fields(Inputs))
    return Samples(Inputs(*single), returns.astype(np.float32))

"""Paths of the price that have a forecast's quantiles on every day, and the dependence that this price's past had.

The Schaake shuffle (Clark et al. 2004): past windows lend their ranks, the forecast lends its quantiles. Log prices are
relative to the last close; arrays of paths are (horizon, n), one row a day ahead.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from app.forecasting import volatility
from app.forecasting.forecast import QUANTILES, SEED, Floats, LogPrices
from app.forecasting.scoring.metrics import BANDS

ENOUGH = 300
"""Windows below which simulated ones are added."""

WARM_UP = 20
"""Bars before the first window: the volatility of fewer days measures little."""

RANGED = 0.1
"""The least share of bars that have a high or a low of their own in a history that tells highs and lows."""

_SCORES: Floats = ndtri(np.array(QUANTILES))
_LOW, _HIGH = BANDS[80]


def at_scores(quantiles: Floats, scores: Floats) -> Floats:
    """The forecast's quantile function (horizon, n): from quantiles (horizon, 7), at normal ``scores`` (n,).

    It is linear in the normal score between two of the seven quantiles, and goes on with the outer slopes beyond them.
    """
    left = np.clip(np.searchsorted(_SCORES, scores) - 1, 0, len(_SCORES) - 2)
    slope = np.diff(quantiles, axis=-1) / np.diff(_SCORES)
    return np.asarray(quantiles[:, left] + slope[:, left] * (scores - _SCORES[left]))


@dataclass(frozen=True, slots=True)
class Windows:
    """Past stretches of ``horizon`` bars after ``starts`` (n,), oldest first, in units of volatility known there.

    ``close`` (horizon, n) is the log return, ``above`` how far each high lies over the higher of its own and the
    previous close, ``below`` how far the low lies under the lower one; both are None where highs and lows are unknown.
    ``order`` (horizon, n) sorts each day's closes, equal ones by date. Simulated windows have no start and come last.
    """

    y: LogPrices
    starts: NDArray[np.intp]
    close: Floats
    above: Floats | None
    below: Floats | None
    order: NDArray[np.intp]


@dataclass(frozen=True)
class Paths:
    """What may happen: log prices (horizon, n) after the last close, and the forecast's ``quantiles`` (horizon, 7).

    ``simulated`` of the n paths have no window of the past behind them.
    """

    quantiles: Floats
    close: Floats
    high: Floats | None
    low: Floats | None
    simulated: int = 0

    def until(self, day: int) -> "Paths":
        """The first ``day`` days of the same paths."""
        high, low = (None if part is None else part[:day] for part in (self.high, self.low))
        return Paths(self.quantiles[:day], self.close[:day], high, low, self.simulated)

    def less(self, share: float, day: int) -> "Paths":
        """The same paths without that ``share`` of the price from the row ``day`` on, as a dividend takes it off."""
        off = np.zeros((len(self.close), 1))
        off[day:] = np.log1p(-share)
        high, low = (None if part is None else part + off for part in (self.high, self.low))
        return Paths(self.quantiles + off, self.close + off, high, low, self.simulated)

    @cached_property
    def closes(self) -> tuple[Floats, Floats]:
        """The lowest and the highest close (n,) of each path, sorted."""
        return np.sort(self.close.min(axis=0)), np.sort(self.close.max(axis=0))

    @cached_property
    def trades(self) -> tuple[Floats, Floats] | None:
        """The lowest low and the highest high (n,) of each path, sorted; None where they are unknown."""
        if self.high is None or self.low is None:
            return None
        return np.sort(self.low.min(axis=0)), np.sort(self.high.max(axis=0))


def windows_of(y: LogPrices, horizon: int, every: int = 1) -> Windows:
    """The windows of ``y`` that are over at its last bar, of ``every`` so many starts one."""
    starts = np.arange(WARM_UP, len(y) - horizon, every, dtype=np.intp)
    outlook, days = volatility.heterogeneous(y), np.arange(1.0, horizon + 1)
    sigma = np.sqrt(volatility.at(outlook, starts).over(days)).T
    rows = starts + np.arange(horizon + 1)[:, None]
    path = y.close[rows]
    close = (path[1:] - path[0]) / sigma
    above = below = None
    if has_ranges(y):
        above = (y.high[rows[1:]] - np.maximum(path[1:], path[:-1])) / sigma
        below = (np.minimum(path[1:], path[:-1]) - y.low[rows[1:]]) / sigma
    return Windows(y, starts, close, above, below, np.argsort(close, axis=1, kind="stable"))


def has_ranges(y: LogPrices) -> bool:
    """Whether highs and lows are known: some bars reach further than from their open to their close."""
    reach = (y.high > np.maximum(y.open, y.close)) | (y.low < np.minimum(y.open, y.close))
    return bool(reach.mean() >= RANGED)


def shuffled(windows: Windows, quantiles: Floats, origin: int | None = None) -> Paths:
    """The forecast's quantiles (horizon, 7) in the order of the windows that were over at row ``origin``.

    By default that is the last bar. Each day's close is the quantile function at the window's rank, u = (rank − ½) / n.
    Highs and lows keep their distance from the closes, times the forecast's width over that of the windows on that day.
    """
    horizon, last = len(quantiles), len(windows.y) - 1 if origin is None else origin
    known = _until(windows, last, horizon)
    n, simulated = known.close.shape[1], known.close.shape[1] - len(known.starts)
    at = np.empty((horizon, n))
    scores = ndtri((np.arange(n) + 0.5) / n)
    np.put_along_axis(at, known.order, at_scores(quantiles, scores), axis=1)
    if known.above is None or known.below is None:
        return Paths(quantiles, at, None, None, simulated)
    before = np.vstack([np.zeros(n), at[:-1]])
    scale = (quantiles[:, _HIGH] - quantiles[:, _LOW])[:, None] / _widths(known)
    high = np.maximum(at, before) + known.above * scale
    low = np.minimum(at, before) - known.below * scale
    return Paths(quantiles, at, np.maximum(high, at), np.minimum(low, at), simulated)


def _widths(known: Windows) -> Floats:
    """The distance (horizon, 1) between the first and the ninth decile of the windows' closes on each day."""
    n = known.close.shape[1]
    ends = [np.take_along_axis(known.close, known.order[:, [int(share * (n - 1))]], axis=1) for share in (0.1, 0.9)]
    return np.maximum(ends[1] - ends[0], np.finfo(float).tiny)


def _until(windows: Windows, last: int, horizon: int) -> Windows:
    """The windows that were over at the row ``last``, with simulated ones where they are few."""
    m = int(np.searchsorted(windows.starts, last - horizon, side="right"))
    if m == len(windows.starts) and m >= ENOUGH:
        return windows
    close, starts = windows.close[:, :m], windows.starts[:m]
    above, below = (None if part is None else part[:, :m] for part in (windows.above, windows.below))
    if m >= ENOUGH:
        order = windows.order[windows.order < m].reshape(horizon, m)
        return Windows(windows.y, starts, close, above, below, order)
    drawn = _simulated(windows.y.until(last), horizon, ENOUGH - m)
    close = np.hstack([close, drawn[0]])
    if above is not None and below is not None:
        above, below = np.hstack([above, drawn[1]]), np.hstack([below, drawn[2]])
    return Windows(windows.y, starts, close, above, below, np.argsort(close, axis=1, kind="stable"))


def _simulated(y: LogPrices, horizon: int, count: int) -> tuple[Floats, Floats, Floats]:
    """``count`` windows of past days' surprises in random order, their volatility moving as RiskMetrics' does.

    That is filtered historical simulation (Barone-Adesi et al. 1999), in units of the volatility at its start.
    """
    sigma = np.sqrt(volatility.heterogeneous(y).over(1))[WARM_UP - 1 : -1]
    before, after = y.close[WARM_UP - 1 : -1], y.close[WARM_UP:]
    above = (y.high[WARM_UP:] - np.maximum(before, after)) / sigma
    below = (np.minimum(before, after) - y.low[WARM_UP:]) / sigma
    drawn = np.random.default_rng(SEED).integers(len(sigma), size=(horizon, count))
    surprises, variance = ((after - before) / sigma)[drawn], np.ones((horizon, count))
    for day in range(1, horizon):
        moved = variance[day - 1] * surprises[day - 1] ** 2
        variance[day] = volatility.DECAY * variance[day - 1] + (1 - volatility.DECAY) * moved
    swing = np.sqrt(variance)
    unit = np.sqrt(np.arange(1.0, horizon + 1))[:, None]
    return np.cumsum(swing * surprises, axis=0) / unit, swing * above[drawn] / unit, swing * below[drawn] / unit

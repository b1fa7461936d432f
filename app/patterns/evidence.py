"""What followed each shape before, against what followed any bar, and how easily chance does as much."""

import numpy as np
from scipy.special import betaincinv
from scipy.stats import false_discovery_control

from app.forecasting.forecast import Floats
from app.patterns.candlesticks import SHAPES, Days
from app.patterns.finding import EDGE, NO_EDGE, NOT_ENOUGH, Evidence

DAYS_AHEAD = (5, 22)
SHIFTS = 2000
"""Circular shifts that a p value is counted from."""

MIN_HITS = 20
"""Bars with a shape before anything is said of it."""

SIGNIFICANCE = 0.05
_SEED = 20


def evidence(shapes: Days, close: Floats) -> tuple[Evidence, ...]:
    """Each shape of (n, 8) at each of ``DAYS_AHEAD``, on closes (n,) that count dividends."""
    returns = [close[days:] / close[:-days] - 1 for days in DAYS_AHEAD]
    p = np.column_stack([chances(shapes[: len(moves)], moves) for moves in returns])
    q = false_discovery_rates(p)
    return tuple(
        _row(k, days, moves, shapes[: len(moves), k], p[k, column], q[k, column])
        for k in range(len(SHAPES))
        for column, (days, moves) in enumerate(zip(DAYS_AHEAD, returns, strict=True))
    )


def chances(shapes: Days, returns: Floats, shifts: int = SHIFTS) -> Floats:
    """For each column of (m, s) the two-sided p of its mean of ``returns`` (m,) under circular shifts; NaN for none.

    A shift keeps how the shapes cluster and how returns overlap, and breaks only the tie between the two.
    """
    m, n = shapes.shape[0], shapes.sum(axis=0)
    shift = np.random.default_rng(_SEED).integers(1, m, shifts)
    deviations = returns - returns.mean()
    # The sums under every shift at once: a circular correlation.
    spectrum = np.conj(np.fft.rfft(shapes.astype(float), axis=0)) * np.fft.rfft(deviations)[:, None]
    sums = np.abs(np.fft.irfft(spectrum, m, axis=0))
    # Rounding must not tell apart what is equal.
    as_far = sums[shift] >= sums[0] - 1e-9 * np.abs(deviations).sum()
    return np.where(n > 0, (1 + as_far.sum(axis=0)) / (1 + shifts), np.nan)


def false_discovery_rates(p: Floats) -> Floats:
    """q for p of any shape (Benjamini & Hochberg 1995); NaN stays and is no test."""
    tested, rates = np.isfinite(p), np.full(p.shape, np.nan)
    rates[tested] = false_discovery_control(p[tested])
    return rates


def jeffreys(ups: int, n: int) -> tuple[float, float]:
    """The 95% interval of a share, equal-tailed under Jeffreys' prior (Brown, Cai & DasGupta 2001)."""
    low, high = betaincinv(ups + 0.5, n - ups + 0.5, [0.025, 0.975])
    return (0.0 if ups == 0 else float(low)), (1.0 if ups == n else float(high))


def _row(k: int, days: int, returns: Floats, at: Days, p: float, q: float) -> Evidence:
    n, ups = int(at.sum()), int((returns[at] > 0).sum())
    edge = EDGE if q < SIGNIFICANCE else NO_EDGE
    return Evidence(
        name=SHAPES[k].name,
        direction=SHAPES[k].direction,
        days=days,
        n=n,
        mean=float(returns[at].mean()) if n else None,
        base_mean=float(returns.mean()),
        share_up=ups / n if n else None,
        share_up_ci=jeffreys(ups, n) if n else None,
        base_rate=float((returns > 0).mean()),
        p=float(p) if n else None,
        q=float(q) if n else None,
        verdict=edge if n >= MIN_HITS else NOT_ENOUGH,
    )

"""How two series of prices move together: from day to day, and whether their distance keeps coming back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

from app.forecasting.forecast import SEED, Floats
from app.forecasting.scoring.metrics import Estimate, resampled_sums

FALSE_DISCOVERIES = 0.05
"""The share of wrong ones that is accepted among the ties that are told."""
LEAST_DAYS, LEAST_WEEKS = 60, 104
"""Days in common before a daily figure is told, and weeks before a tie is looked for."""
SIMULATIONS = 999
_RESAMPLES = 1000
# Calm and wild weeks come in spells, so about a month of days belongs together.
_BLOCK = 22
_EQUAL = 1e-6


@dataclass(frozen=True, slots=True)
class DailyTogether:
    """The correlation of daily moves, and by how much the second moves with 1 % of the first (beta)."""

    correlation: Estimate
    beta: Estimate


def daily_together(first: Floats, second: Floats, seed: int = SEED) -> DailyTogether | None:
    """From log closes (n,) of the same days; None where they are too few, or one of them stands still.

    The intervals are of a circular block bootstrap (Politis & Romano 1992), since wild days come in spells.
    """
    x, y = np.diff(first), np.diff(second)
    if len(first) <= LEAST_DAYS or not x.any() or not y.any():
        return None
    series = (x, y, x * x, y * y, x * y)
    starts = np.random.default_rng(seed).integers(len(x), size=(_RESAMPLES, -(-len(x) // _BLOCK)))
    drawn = _both(*(resampled_sums(one, starts, _BLOCK) / len(x) for one in series))
    whole = _both(*(np.array(one.mean()) for one in series))
    return DailyTogether(*(_estimate(value, sample) for value, sample in zip(whole, drawn, strict=True)))


def _both(x: Floats, y: Floats, xx: Floats, yy: Floats, xy: Floats) -> tuple[Floats, Floats]:
    """Correlation and beta from the means of moves and of their products."""
    across, of_x, of_y = xy - x * y, xx - x * x, yy - y * y
    with np.errstate(divide="ignore", invalid="ignore"):
        return across / np.sqrt(of_x * of_y), across / of_x


def _estimate(value: Floats, sample: Floats) -> Estimate:
    low, high = np.nanquantile(sample, [0.025, 0.975])
    return Estimate(float(value), float(low), float(high))


@dataclass(frozen=True, slots=True)
class Tie:
    """Whether the distance of two log prices comes back: the test, and the weeks in which half of a gap goes."""

    statistic: float
    p: float
    half_life: float | None


def tie(first: Floats, second: Floats, seed: int = SEED, simulations: int = SIMULATIONS) -> Tie | None:
    """The test of Engle & Granger (1987) on log closes (n,) of the same weeks; None where they are too few or equal.

    The statistic is the smaller one of both directions, with one lag. Its null is simulated: random walks of the pair's
    own weekly moves, each week's with one sign at random for both (wild bootstrap; Cavaliere, Rahbek & Taylor 2010).
    That keeps their volatility and correlation, and breaks only what ties the prices. The published critical values
    assume even volatility: of unrelated walks with spells of volatility they call 8 to 14 in 100 tied in place of 5.
    """
    if len(first) < LEAST_WEEKS:
        return None
    moves = np.diff(np.stack([first, second]))
    gap = moves[0] - moves[1]
    if not (moves.std(axis=1) > 0).all() or gap.std() <= _EQUAL * moves.std():
        return None
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(simulations, 1, moves.shape[1]))
    drift = moves.mean(axis=1, keepdims=True)
    found, pull = _smallest(_levels(moves[None]))
    null, _ = _smallest(_levels((moves - drift) * signs + drift))
    kept = 1 + float(pull[0])
    half_life = float(np.log(0.5) / np.log(kept)) if 0 < kept < 1 else None
    return Tie(float(found[0]), float((1 + (null <= found[0]).sum()) / (1 + simulations)), half_life)


def _levels(moves: Floats) -> Floats:
    """Log prices from zero on, a point more than there are ``moves`` (k, 2, n)."""
    return np.concatenate([np.zeros((*moves.shape[:-1], 1)), np.cumsum(moves, axis=-1)], axis=-1)


def _smallest(pairs: Floats) -> tuple[Floats, Floats]:
    """The smaller statistic (k,) of both directions of each pair (k, 2, n), and the weekly pull that it is of."""
    both = [_dickey_fuller(_residual(pairs[:, one], pairs[:, 1 - one])) for one in (0, 1)]
    (first, pull_first), (second, pull_second) = both
    return np.minimum(first, second), np.where(first <= second, pull_first, pull_second)


def _residual(of: Floats, on: Floats) -> Floats:
    """What a line on ``on`` (k, n) leaves of ``of``."""
    y, x = (one - one.mean(axis=-1, keepdims=True) for one in (of, on))
    slope = (x * y).sum(axis=-1, keepdims=True) / (x * x).sum(axis=-1, keepdims=True)
    return np.asarray(y - slope * x)


def _dickey_fuller(series: Floats) -> tuple[Floats, Floats]:
    """The statistic (k,) of the level in Δe on e and one Δe before, without a constant, and its coefficient."""
    steps = np.diff(series)
    y, level, before = steps[:, 1:], series[:, 1:-1], steps[:, :-1]
    products = ((level, level), (before, before), (level, before), (level, y), (before, y), (y, y))
    ll, bb, lb, ly, by, yy = ((one * other).sum(axis=-1) for one, other in products)
    area = ll * bb - lb**2
    pull, echo = (bb * ly - lb * by) / area, (ll * by - lb * ly) / area
    left = (yy - pull * ly - echo * by) / (y.shape[-1] - 2)
    return pull / np.sqrt(left * bb / area), pull


def false_discovery_rates(p: Floats) -> Floats:
    """q for the p of several pairs (Benjamini & Hochberg 1995)."""
    return np.asarray(false_discovery_control(p)) if len(p) else p


def weekly_rows(dates: NDArray[np.datetime64]) -> NDArray[np.intp]:
    """The row of the last day of each week, Monday to Sunday.

    Over years it is the span that tells of a tie, and weeks care less than days for hours at which exchanges close.
    """
    weeks = (dates.astype("datetime64[D]").astype(np.int64) + 3) // 7
    return np.flatnonzero(np.append(np.diff(weeks) > 0, [True]))

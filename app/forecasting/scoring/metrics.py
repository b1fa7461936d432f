"""How good a forecast was: every score in log price, with the interval or the test that goes with it.

Arrays of quantiles end in an axis of seven in the order of ``QUANTILES``; ``actual`` has their shape without it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr

from app.forecasting.forecast import FALL_DEPTH, MEDIAN, QUANTILES, SEED, Floats, LogPrices, Origins

BANDS = {50: (2, 4), 80: (1, 5), 95: (0, 6)}
"""The columns that bound the band of each level in percent."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured value and its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class DieboldMariano:
    """A test of equal accuracy; a negative ``statistic`` speaks for the first forecaster.

    ``p_two_sided`` is against "they differ", ``p_better`` against "the first is not better".
    """

    statistic: float
    p_two_sided: float
    p_better: float


def absolute_error(quantiles: Floats, actual: Floats) -> Floats:
    """The distance of the median from what happened."""
    return np.abs(actual - quantiles[..., MEDIAN])


def pinball_loss(quantiles: Floats, actual: Floats) -> Floats:
    """The loss max(q·e, (q−1)·e) of each sample and quantile e below what happened, in the shape of ``quantiles``."""
    error, levels = actual[..., None] - quantiles, np.array(QUANTILES)
    return np.maximum(levels * error, (levels - 1) * error)


def winkler_score(lower: Floats, upper: Floats, actual: Floats, alpha: float) -> Floats:
    """The width of a band of level 1 − ``alpha`` plus 2/α for each unit by which it was missed (Winkler 1972)."""
    missed = np.maximum(lower - actual, 0) + np.maximum(actual - upper, 0)
    return upper - lower + 2 / alpha * missed


def inside(lower: Floats, upper: Floats, actual: Floats) -> NDArray[np.bool_]:
    """Where the band held; its borders belong to it."""
    return (lower <= actual) & (actual <= upper)


def coverage(hits: float, n: float) -> Estimate:
    """The share of ``hits`` in ``n`` bands with its 95% Wilson score interval (Wilson 1927)."""
    if n <= 0:
        return Estimate(np.nan, 0.0, 1.0)
    z, share = ndtri(0.975), hits / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return Estimate(float(share), float(np.clip(centre - reach, 0, share)), float(np.clip(centre + reach, share, 1)))


def band_held(quantiles: Floats, actual: Floats, level: int, overlap: int) -> Estimate:
    """How often the band of ``level`` percent held (n, 7); of ``overlap`` neighbours that share days one counts."""
    low, high = BANDS[level]
    hits = inside(quantiles[:, low], quantiles[:, high], actual).sum()
    return coverage(float(hits) / overlap, len(actual) / overlap)


def resampled_sums(series: Floats, starts: NDArray[np.int64], block: int) -> Floats:
    """Sums (resamples,) of circular blocks begun at ``starts`` (resamples, blocks), the last one cut to fit."""
    n, blocks = len(series), starts.shape[1]
    running = np.concatenate([[0.0], np.cumsum(np.concatenate([series, series]))])
    rows, last = np.arange(n), n - (blocks - 1) * block
    whole, cut = running[rows + block] - running[rows], running[rows + last] - running[rows]
    total: Floats = whole[starts[:, :-1]].sum(axis=1) + cut[starts[:, -1]]
    return total


def loss_ratio(loss: Floats, baseline: Floats, block: int = 1, seed: int = SEED, resamples: int = 1000) -> Estimate:
    """The ratio of two sums of losses (n,), oldest first, with its 95% circular block bootstrap interval.

    ``block`` is the number of neighbours that belong together: at least as many as share a day of their future
    (Politis & Romano 1992; percentile interval). Equal losses, even all zero, have the ratio 1.
    """
    if not (n := len(loss)):
        return Estimate(np.nan, np.nan, np.nan)
    block = min(block, n)
    starts = np.random.default_rng(seed).integers(n, size=(resamples, -(-n // block)))
    ratios = _ratio(resampled_sums(loss, starts, block), resampled_sums(baseline, starts, block))
    with np.errstate(invalid="ignore"):
        low, high = np.quantile(ratios, [0.025, 0.975])
    return Estimate(float(_ratio(loss.sum(), baseline.sum())), float(low), float(high))


def _ratio(above: Floats | np.float64, below: Floats | np.float64) -> Floats:
    """``above / below``, where 0/0 is 1 and anything else over zero is infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(above == below, 1.0, np.asarray(above) / np.asarray(below))


def mae_ratio(error: Floats, baseline: Floats, block: int = 1, seed: int = SEED) -> Estimate:
    """MAE / MAE of the baseline, from errors (n,) of the same origins, oldest first; see ``loss_ratio``."""
    return loss_ratio(np.abs(error), np.abs(baseline), block, seed)


def pinball_ratio(quantiles: Floats, baseline: Floats, actual: Floats, block: int = 1, seed: int = SEED) -> Estimate:
    """The pinball loss over all seven quantiles (n, 7) relative to the baseline's; see ``loss_ratio``."""
    loss, against = pinball_loss(quantiles, actual), pinball_loss(baseline, actual)
    return loss_ratio(loss.mean(axis=-1), against.mean(axis=-1), block, seed)


def diebold_mariano(loss: Floats, baseline: Floats, h: int = 1) -> DieboldMariano:
    """Is the mean of ``loss`` (n,) below that of ``baseline``? ``h`` is how many neighbours overlap, itself included.

    The long-run variance has Bartlett weights over h − 1 lags, so it is never negative; the statistic has the
    correction of Harvey, Leybourne & Newbold (1997) and n − 1 degrees of freedom.
    """
    n, h = len(loss), max(1, min(h, len(loss) - 1))
    difference = loss - baseline
    if n < 2 or np.ptp(difference) == 0:
        return DieboldMariano(0.0, 1.0, 0.5)
    centred = difference - difference.mean()
    covariances = [(2 if lag else 1) * (1 - lag / h) * (centred[lag:] @ centred[: n - lag]) / n for lag in range(h)]
    correction = (n + 1 - 2 * h + h * (h - 1) / n) / n
    statistic = float(difference.mean() * np.sqrt(correction * n / sum(covariances)))
    p_better = float(stdtr(n - 1, statistic))
    return DieboldMariano(statistic, 2 * min(p_better, 1 - p_better), p_better)


def probability_up(quantiles: Floats) -> Floats:
    """P(log return > 0) from quantiles (…, 7): Φ⁻¹ of the cdf is a line between them and beyond the outer two."""
    below = _normal_score_of_zero(quantiles, (quantiles < 0).sum(axis=-1))
    at_most = _normal_score_of_zero(quantiles, (quantiles <= 0).sum(axis=-1))
    up: Floats = 1 - (ndtr(below) + ndtr(at_most)) / 2
    return up


def _normal_score_of_zero(quantiles: Floats, count: NDArray[np.intp]) -> Floats:
    """Φ⁻¹(cdf(0)) on the line through the two quantiles beside zero, of which ``count`` lie to its left."""
    scores, left = ndtri(np.array(QUANTILES)), np.clip(count - 1, 0, len(QUANTILES) - 2)
    start = np.take_along_axis(quantiles, left[..., None], axis=-1)[..., 0]
    width = np.take_along_axis(quantiles, left[..., None] + 1, axis=-1)[..., 0] - start
    slope = (scores[left + 1] - scores[left]) / np.where(width > 0, width, 1.0)
    return np.where(width > 0, scores[left] - start * slope, np.where(count == 0, -np.inf, np.inf))


def quantile_at(quantiles: Floats, level: Floats) -> Floats:
    """The quantile of each ``level`` (…) from seven (…, 7), on the same lines as ``probability_up``."""
    scores, wanted = ndtri(np.array(QUANTILES)), ndtri(level)
    left = np.clip(np.searchsorted(scores, wanted) - 1, 0, len(scores) - 2)
    start, end = (np.take_along_axis(quantiles, (left + step)[..., None], axis=-1)[..., 0] for step in (0, 1))
    return np.asarray(start + (end - start) * (wanted - scores[left]) / (scores[left + 1] - scores[left]))


def moves(y: LogPrices, horizon: int) -> Floats:
    """Log returns (n − horizon,) of all past windows; they overlap."""
    return np.asarray(y.close[horizon:] - y.close[:-horizon])


def up_rate(y: LogPrices, horizon: int) -> float:
    """The share of windows that ended above their start."""
    return float((moves(y, horizon) > 0).mean())


def fall_rate(y: LogPrices, horizon: int) -> float:
    """The share of windows that ended 5% or more below their start."""
    return float((moves(y, horizon) <= np.log1p(-FALL_DEPTH)).mean())


def up_rates_at(y: LogPrices, origins: Origins, horizon: int) -> Floats:
    """``up_rate`` (k,) of the windows that were over at each origin; one half before any was."""
    ups = np.concatenate([[0.0], np.cumsum(moves(y, horizon) > 0)])
    over = np.maximum(origins - horizon + 1, 0)
    return np.asarray(np.where(over > 0, ups[over] / np.maximum(over, 1), 0.5))


def moves_over(y: LogPrices, days: int) -> Floats:
    """Every past move over ``days`` bars (n − days,), as a share; they overlap."""
    return np.expm1(y.close[days:] - y.close[:-days])

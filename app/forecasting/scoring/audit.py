"""From past forecasts and what happened after them to a receipt."""

from bisect import insort

import numpy as np

from app.forecasting.forecast import QUANTILES, Floats, Forecast, LogPrices, Origins
from app.forecasting.scoring import metrics
from app.forecasting.scoring.backtest import realised
from app.forecasting.scoring.receipt import Receipt, ScoredForecast, Skill

_TINY = np.finfo(float).tiny
DRIFTS = (1.0, 0.5)
"""Shares of its own past drift that the simple guess “price drifts as it did” may be."""


def audit(y: LogPrices, forecast: Forecast, baseline: Forecast) -> Receipt:
    """Score the last day of ``forecast`` against ``baseline`` (the random walk at the same origins).

    Origins are oldest first, each with its whole horizon within ``y``; without any the receipt is empty.
    """
    horizon = forecast.quantiles.shape[1]
    return audit_ends(y, forecast.origins, horizon, forecast.quantiles[:, -1], baseline.quantiles[:, -1])


def audit_ends(y: LogPrices, origins: Origins, horizon: int, quantiles: Floats, bands: Floats) -> Receipt:
    """The same from quantiles of the last day alone, and the baseline's, both (k, 7)."""
    if not len(origins):
        return Receipt()
    actual = realised(y, origins, horizon)[:, -1]
    error, overlap = metrics.absolute_error(quantiles, actual), overlapping(origins, horizon)
    ratio, skill = metrics.mae_ratio(error, actual, overlap), skill_of(y, origins, horizon, quantiles)
    held_80, held_95 = (metrics.band_held(quantiles, actual, level, overlap) for level in (80, 95))
    return Receipt(
        origins=len(actual),
        # Where the price stood still there is no error to compare with.
        mae_ratio=_finite(ratio.value),
        mae_ratio_ci=_finite_ends(ratio),
        guess_ratio=skill.guess_ratio,
        guess_ratio_ci=skill.guess_ratio_ci,
        p_better=metrics.diebold_mariano(error, np.abs(actual), overlap).p_better,
        pinball_ratio=_finite(metrics.pinball_ratio(quantiles, bands, actual, overlap).value),
        coverage_80=held_80.value,
        coverage_80_ci=(held_80.low, held_80.high),
        coverage_95=held_95.value,
        coverage_95_ci=(held_95.low, held_95.high),
        winkler_95_ratio=_finite(_winkler_95(quantiles, actual) / max(_winkler_95(bands, actual), _TINY)),
        forecasts=tuple(_scored(y, int(at), horizon, row) for at, row in zip(origins, quantiles, strict=True)),
    )


def skill_of(y: LogPrices, origins: Origins, horizon: int, quantiles: Floats) -> Skill:
    """How the medians of ``quantiles`` (k, 7) missed against the better guess, and how often their 80% range held."""
    actual = realised(y, origins, horizon)[:, -1]
    error, overlap = metrics.absolute_error(quantiles, actual), overlapping(origins, horizon)
    ratio = metrics.mae_ratio(error, better_guess(y, origins, horizon, actual), overlap)
    held = metrics.band_held(quantiles, actual, 80, overlap)
    return Skill(len(origins), _finite(ratio.value), _finite_ends(ratio), held.value)


def _finite(ratio: float) -> float | None:
    """A ratio to a price that never moved says nothing."""
    return float(ratio) if np.isfinite(ratio) else None


def _finite_ends(ratio: metrics.Estimate) -> tuple[float, float] | None:
    return (ratio.low, ratio.high) if np.isfinite([ratio.low, ratio.high]).all() else None


def better_guess(y: LogPrices, origins: Origins, horizon: int, actual: Floats) -> Floats:
    """The errors (k,) of “price stays” or of “price drifts as it did”, whichever missed less over all of them.

    The drift is the mean return known at each origin, whole or halved, or the median of the moves known there.
    """
    drift = drift_known(y, origins, horizon)
    guesses = (*(share * drift for share in (0.0, *DRIFTS)), medians_known(y, origins, horizon))
    return min((np.abs(actual - guess) for guess in guesses), key=np.sum)


def drift_known(y: LogPrices, origins: Origins, horizon: int) -> Floats:
    """The mean return known at each origin, over ``horizon`` bars (k,)."""
    return np.asarray((y.close[origins] - y.close[0]) / np.maximum(origins, 1) * horizon)


def medians_known(y: LogPrices, origins: Origins, horizon: int) -> Floats:
    """The median (k,) of all moves over ``horizon`` bars that were over at each origin, oldest first; zero of none."""
    moves, known, medians = (y.close[horizon:] - y.close[:-horizon]).tolist(), list[float](), []
    for origin in origins:
        for move in moves[len(known) : max(int(origin) - horizon + 1, 0)]:
            insort(known, move)
        medians.append(known[len(known) // 2] if known else 0.0)
    return np.array(medians)


def overlapping(origins: Origins, horizon: int) -> int:
    """How many neighbouring origins share a day of their futures as a rule, each itself included."""
    spacing = float(np.median(np.diff(origins))) if len(origins) > 1 else float(horizon)
    return max(1, int(np.ceil(horizon / spacing)))


def _winkler_95(quantiles: Floats, actual: Floats) -> float:
    low, high = metrics.BANDS[95]
    return float(metrics.winkler_score(quantiles[:, low], quantiles[:, high], actual, 0.05).mean())


def _scored(y: LogPrices, origin: int, horizon: int, quantiles: Floats) -> ScoredForecast:
    last = y.close[origin]
    return ScoredForecast(
        origin=y.dates[origin].item(),
        target=y.dates[origin + horizon].item(),
        last=float(np.exp(last)),
        quantiles={str(level): float(np.exp(last + q)) for level, q in zip(QUANTILES, quantiles, strict=True)},
        actual=float(np.exp(y.close[origin + horizon])),
    )

"""The receipt of a forecast: how the same method did at past origins of the same ticker."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from app.forecasting import metrics
from app.forecasting.forecast import QUANTILES, Floats, Forecast, LogPrices


@dataclass(frozen=True, slots=True)
class ScoredForecast:
    """One past forecast for ``target``, made at ``origin`` from the price ``last``, and what happened (prices)."""

    origin: date
    target: date
    last: float
    quantiles: dict[str, float]
    actual: float


@dataclass(frozen=True, slots=True)
class Receipt:
    """Scores at the query's horizon over past origins, none of them seen by the fit that was scored.

    ``mae_ratio`` is the error of the median over that of the last price (log price), ``mae_ratio_ci`` its 95 % block
    bootstrap interval; ``pinball_ratio`` is against the last price with a band of constant volatility; coverages are
    shares with 95 % Wilson intervals; ``p_better`` is Diebold–Mariano's against the last price. None without origins.
    """

    origins: int = 0
    mae_ratio: float | None = None
    mae_ratio_ci: tuple[float, float] | None = None
    p_better: float | None = None
    pinball_ratio: float | None = None
    coverage_80: float | None = None
    coverage_80_ci: tuple[float, float] | None = None
    coverage_95: float | None = None
    coverage_95_ci: tuple[float, float] | None = None
    winkler_95_ratio: float | None = None
    forecasts: tuple[ScoredForecast, ...] = ()


NO_RECEIPT = Receipt()


def receipt(y: LogPrices, forecast: Forecast, baseline: Forecast) -> Receipt:
    """Score the last horizon of ``forecast`` against ``baseline`` (the random walk at the same origins).

    Every origin must have its target within ``y``, oldest origin first.
    """
    if not len(forecast.origins):
        return NO_RECEIPT
    horizon = forecast.quantiles.shape[1]
    quantiles, bands = forecast.quantiles[:, -1], baseline.quantiles[:, -1]
    actual = y.close[forecast.origins + horizon] - y.close[forecast.origins]
    error = metrics.absolute_error(quantiles, actual)
    spacing = int(np.diff(forecast.origins).min()) if len(forecast.origins) > 1 else horizon
    overlap = -(-horizon // spacing)
    ratio = metrics.mae_ratio(error, actual, overlap)
    within = {level: _coverage(quantiles, actual, level) for level in (80, 95)}
    return Receipt(
        origins=len(actual),
        mae_ratio=ratio.value,
        mae_ratio_ci=(ratio.low, ratio.high),
        p_better=metrics.diebold_mariano(error, np.abs(actual), overlap).p_better,
        pinball_ratio=metrics.pinball_ratio(quantiles, bands, actual, overlap).value,
        coverage_80=within[80].value,
        coverage_80_ci=(within[80].low, within[80].high),
        coverage_95=within[95].value,
        coverage_95_ci=(within[95].low, within[95].high),
        winkler_95_ratio=float(_winkler_95(quantiles, actual) / _winkler_95(bands, actual)),
        forecasts=tuple(
            _scored(y, int(origin), horizon, row) for origin, row in zip(forecast.origins, quantiles, strict=True)
        ),
    )


def _coverage(quantiles: Floats, actual: Floats, level: int) -> metrics.Estimate:
    low, high = metrics.BANDS[level]
    hits = metrics.inside(quantiles[:, low], quantiles[:, high], actual)
    return metrics.coverage(float(hits.sum()), len(actual))


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

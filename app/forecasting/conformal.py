"""Split-conformal bands: what past misses say about how wide a band has to be."""

import numpy as np
from numpy.typing import NDArray

from app.forecasting.forecast import MEDIAN, Floats, Forecast, Forecaster, LogPrices, Origins
from app.forecasting.scoring.backtest import realised, weekly
from app.forecasting.scoring.metrics import BANDS

ENOUGH = 30
"""Past origins whose day is over before a band is touched."""

MEMORY = 1500
"""Bars, about six years, that a past origin is remembered for."""

WARM_UP = 60
"""Bars before the first past origin."""

PRIOR = 25.0
"""Independent past misses that trust in the forecaster's own band stands for; 0 is plain split-conformal."""

LARGEST = 2.0
"""No band is widened or narrowed by more than this factor."""


def calibrate(forecast: Forecast, actual: Floats, prior: float = PRIOR, past: Origins | None = None) -> Forecast:
    """Widen or narrow each origin's bands by what the earlier origins of the same forecast missed.

    These are the origins ``past`` (m,), by default all; ``actual`` (m, horizon) is what happened there. Origin k reads
    only those of its rows and days that were over at k.
    """
    earlier = forecast
    if past is not None:
        earlier = Forecast(past, forecast.quantiles[np.searchsorted(forecast.origins, past)])
    return widen(forecast, conformal_factors(forecast.origins, earlier, actual, prior))


def calibrated(forecaster: Forecaster, prior: float = PRIOR, first: int = WARM_UP) -> Forecaster:
    """The same forecaster with bands that learn from its own forecasts in every week from the row ``first`` on."""

    def forecast(y: LogPrices, origins: Origins, horizon: int) -> Forecast:
        past = weekly(y, max(int(origins.min()) - MEMORY, first))
        past = past[past < origins.max()]
        rows = np.union1d(past, origins)
        quantiles = forecaster(y, rows, horizon).quantiles
        earlier, asked = (Forecast(some, quantiles[np.searchsorted(rows, some)]) for some in (past, origins))
        return widen(asked, conformal_factors(origins, earlier, realised(y, past, horizon), prior))

    return forecast


def conformal_factors(origins: Origins, past: Forecast, actual: Floats, prior: float = PRIOR) -> Floats:
    """The factor (k, horizon, bands) of each band of ``BANDS`` at each origin, from ``past`` forecasts and ``actual``.

    On a few days it is the miss of rank ⌈(n+1)·level⌉, in half-widths of the past band (Vovk et al. 2005; Romano et al.
    2019). In logarithms of factor and day a line through these, each counting by its windows that do not overlap, is
    the factor of every day, so that a band has no bends; it is drawn towards 1 where these windows are few.
    """
    horizon = past.quantiles.shape[1]
    if not len(past.origins):
        return np.ones((len(origins), horizon, len(BANDS)))
    days = np.unique(np.minimum(up_to(horizon), horizon))
    found = [_factors(origins, past.origins, _misses(past, actual, int(day)), int(day)) for day in days]
    factors, counts = np.stack([one for one, _ in found], axis=1), np.stack([n for _, n in found], axis=1)
    ahead = np.arange(1, horizon + 1)
    spacing = float(np.median(np.diff(past.origins))) if len(past.origins) > 1 else 1.0
    independent = between(days, counts[..., None], horizon) * np.minimum(1.0, spacing / ahead)[:, None]
    line = _line(days, factors, counts * np.minimum(1.0, spacing / days), ahead)
    return np.exp(line * independent / np.maximum(independent + prior, np.finfo(float).tiny))


def _line(days: NDArray[np.int64], values: Floats, weights: Floats, ahead: NDArray[np.int64]) -> Floats:
    """The straight line in the day's logarithm nearest to ``values`` (k, days, m), on the days ``ahead`` (k, h, m)."""
    x, total = np.log(days)[:, None], np.maximum(weights.sum(axis=1), np.finfo(float).tiny)[:, None, None]
    share = weights[..., None] / total
    centre, level = (share * x).sum(axis=1), (share * values).sum(axis=1)
    spread = (share * (x - centre[:, None]) ** 2).sum(axis=1)
    slope = (share * (x - centre[:, None]) * values).sum(axis=1) / np.maximum(spread, 1e-12)
    return np.asarray(level[:, None] + slope[:, None] * (np.log(ahead)[:, None] - centre[:, None]))


def _misses(past: Forecast, actual: Floats, day: int) -> Floats:
    """How far from the median the past ended (m, bands), in half-widths of the side it ended on."""
    quantiles, happened = past.quantiles[:, day - 1], actual[:, day - 1, None]
    centre = quantiles[:, [MEDIAN]]
    low, high = (quantiles[:, [band[side] for band in BANDS.values()]] for side in (0, 1))
    width = np.where(happened < centre, centre - low, high - centre)
    return np.abs(happened - centre) / np.maximum(width, np.finfo(float).tiny)


def _factors(origins: Origins, past: Origins, misses: Floats, day: int) -> tuple[Floats, Floats]:
    """Logarithms of the factors (k, bands) of one day ahead, and of how many misses (k,); none of too few."""
    age = origins[:, None] - past
    over = (age >= day) & (age <= MEMORY) & np.isfinite(misses[:, 0])
    n = over.sum(axis=1)[:, None]
    rank = np.clip(np.ceil((n + 1) * np.array(list(BANDS)) / 100).astype(np.intp), 1, np.maximum(n, 1))
    chosen = np.stack([_ranked(misses[:, band], over, rank[:, band]) for band in range(len(BANDS))], axis=1)
    factor = np.log(np.clip(np.where(n >= ENOUGH, chosen, 1.0), 1 / LARGEST, LARGEST))
    return factor, np.where(n >= ENOUGH, n, 0)[:, 0].astype(np.float64)


def _ranked(values: Floats, counts: NDArray[np.bool_], rank: NDArray[np.intp]) -> Floats:
    """The ``rank`` (k,) smallest of the ``values`` (m,) that count in each row of ``counts`` (k, m).

    The values are sorted once for all rows, because most rows count nearly the same ones.
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(counts[:, order], axis=1, dtype=np.min_scalar_type(len(values))) >= rank[:, None]
    return np.asarray(values[order[reached.argmax(axis=1)]])


def widen(forecast: Forecast, factors: Floats) -> Forecast:
    """Multiply the half-widths of each band (k, horizon, bands) and keep the bands inside one another."""
    centre = forecast.quantiles[..., MEDIAN]
    quantiles = forecast.quantiles.copy()
    for band, (low, high) in enumerate(BANDS.values()):
        quantiles[..., low] = centre - (centre - quantiles[..., low]) * factors[..., band]
        quantiles[..., high] = centre + (quantiles[..., high] - centre) * factors[..., band]
    quantiles[..., MEDIAN:] = np.maximum.accumulate(quantiles[..., MEDIAN:], axis=-1)
    quantiles[..., MEDIAN::-1] = np.minimum.accumulate(quantiles[..., MEDIAN::-1], axis=-1)
    return Forecast(forecast.origins, quantiles)


HORIZON_KNOTS: NDArray[np.int64] = np.array([1, 2, 3, 5, 8, 13, 22, 33, 44, 66])
"""Few enough to be quick, close enough in their logarithm that a line between them does."""


def up_to(horizon: int) -> NDArray[np.int64]:
    """The days of ``DAYS`` that are needed for every day 1 … horizon."""
    return HORIZON_KNOTS[: np.searchsorted(HORIZON_KNOTS, horizon) + 1]


def between(days: NDArray[np.int64], values: Floats, horizon: int) -> Floats:
    """Values (k, days, …) of some days, interpolated to every day 1 … horizon in the day's logarithm.

    A day's value depends on the nearest two of ``days`` only, so it is the same under every horizon they reach.
    """
    ahead = np.arange(1, horizon + 1)
    left = np.clip(np.searchsorted(days, ahead, side="right") - 1, 0, max(len(days) - 2, 0))
    right = np.minimum(left + 1, len(days) - 1)
    step = np.log(days[right] / days[left])
    share = np.clip(np.log(ahead / days[left]) / np.where(step > 0, step, 1.0), 0, 1)
    share = share.reshape(-1, *[1] * (values.ndim - 2))
    return values[:, left] * (1 - share) + values[:, right] * share


def smooth(days: NDArray[np.int64], values: Floats, horizon: int) -> Floats:
    """Values (k, days, …) of at least four days as one cubic in the day's logarithm, on every day 1 … horizon."""
    known, wanted = (np.vander(np.log(at), 4) for at in (days, np.arange(1, horizon + 1)))
    return np.asarray(np.einsum("hd,kd...->kh...", wanted @ np.linalg.pinv(known), values))

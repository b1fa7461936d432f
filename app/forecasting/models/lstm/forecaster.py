"""The network as a forecaster: at each origin the newest weights that saw nothing after it, averaged over seeds."""

from datetime import date
from functools import cache, lru_cache

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from app.forecasting.conformal import HORIZON_KNOTS, calibrated, smooth
from app.forecasting.forecast import MEDIAN, Floats, Forecast, LogPrices, Origins
from app.forecasting.models.baselines import ewma
from app.forecasting.models.lstm.inputs import Inputs, inputs, sigma
from app.forecasting.models.lstm.network import WeightSet, new_network, shipped
from app.forecasting.networks import Compiled, Layers, compiled
from app.forecasting.scoring.backtest import finished_origins, weekly

PRIOR = 300.0
"""Independent past misses that trust in the network's own bands stands for: they were tested on hundreds of tickers."""

EWMA_SHARE, EWMA_FROM, EWMA_FULL = 0.3, 5, 22
"""The share of a band of EWMA volatility in every range: from 22 days ahead on; nothing up to 5, between them linear in
the day's logarithm. Funds and currencies stay calm or volatile longer than stocks do."""

MIN_ORIGINS = 60
"""Finished origins below which nothing is said of how good the network is."""

MIN_BARS = 120
"""Bars before the first origin that a network is tested at."""


class NoWeightsError(ValueError):
    """An origin before every cut-off; the message names it and the oldest cut-off."""


def lstm(y: LogPrices, origins: Origins, horizon: int, drift: bool = True) -> Forecast:
    """Quantiles of each day, their bands calibrated on this ticker's past since the cut-off before the newest one.

    Without ``drift`` the median is set to zero. Raises ``NoWeightsError``.
    """
    sets, quantiles = newest_sets(y.dates[origins]), np.zeros((len(origins), horizon, 7))
    for newest in np.unique(sets):
        rows = sets == newest
        own_bands = calibrated(uncalibrated, prior=PRIOR, first=_first_tested(y, newest))
        quantiles[rows] = own_bands(y, origins[rows], horizon).quantiles
    if not drift:
        quantiles[..., MEDIAN] = np.clip(0, quantiles[..., MEDIAN - 1], quantiles[..., MEDIAN + 1])
    return Forecast(origins, quantiles)


def tested_origins(y: LogPrices, horizon: int) -> Origins:
    """The finished origins, one a week, that the network's forecast at the last bar is judged by; none below 60.

    They begin after the cut-off before the newest one, or after the only one. Raises ``NoWeightsError``.
    """
    origins = finished_origins(y, horizon, _first_tested(y, int(newest_sets(y.dates[-1:])[0])))
    return origins if len(origins) >= MIN_ORIGINS else origins[:0]


def newest_sets(dates: NDArray[np.datetime64]) -> NDArray[np.intp]:
    """Which of ``shipped()`` is the newest with its cut-off before each date, (k,). Raises ``NoWeightsError``."""
    cut_offs = np.array([weights.card.cut_off for weights in shipped()], dtype="datetime64[D]")
    newest = np.searchsorted(cut_offs, dates) - 1
    if (newest < 0).any():
        raise NoWeightsError(f"found an origin on {dates.min()}; needed one after {cut_offs[0]}")
    return newest


def _first_tested(y: LogPrices, newest: int) -> int:
    """The first row after the cut-off before that of the set ``newest`` with enough bars before it."""
    cut_off = np.datetime64(shipped()[max(newest - 1, 0)].card.cut_off)
    return max(MIN_BARS, int(np.searchsorted(y.dates, cut_off, side="right")))


def uncalibrated(y: LogPrices, origins: Origins, horizon: int) -> Forecast:
    """At each origin the own forecast of the newest set cut before it. Raises ``NoWeightsError``."""
    sets, quantiles = newest_sets(y.dates[origins]), np.zeros((len(origins), horizon, 7))
    for newest in np.unique(sets):
        rows = sets == newest
        quantiles[rows] = lstm_from(shipped()[newest], y, origins[rows], horizon).quantiles
    return Forecast(origins, quantiles)


def lstm_from(weights: WeightSet, y: LogPrices, origins: Origins, horizon: int) -> Forecast:
    """One set's own forecast, whatever its cut-off: the mean quantiles of its networks.

    Their distances from the median are averaged with those of an EWMA band.
    """
    shape = smooth(HORIZON_KNOTS, _quantiles_at(weights, y, origins), horizon)
    scale = sigma(y, origins)[:, None] * np.sqrt(np.arange(1.0, horizon + 1))
    own = shape * scale[..., None]
    centre = own[..., [MEDIAN]]
    share = EWMA_SHARE * _ramp(horizon)[:, None]
    averaged = centre + (1 - share) * (own - centre) + share * ewma(y, origins, horizon).quantiles
    # Rounding may cross what a softplus keeps apart by less than a float can tell.
    return Forecast(origins, np.maximum.accumulate(averaged, axis=-1))


def _ramp(horizon: int) -> Floats:
    """From 0 up to day ``EWMA_FROM`` to 1 from ``EWMA_FULL`` on, (horizon,)."""
    day = np.arange(1.0, horizon + 1)
    return np.asarray(np.clip(np.log(day / EWMA_FROM) / np.log(EWMA_FULL / EWMA_FROM), 0, 1))


def _quantiles_at(weights: WeightSet, y: LogPrices, origins: Origins) -> Floats:
    """``scaled_quantiles`` at ``origins``, the same for every horizon; those of the weekly grid are made once.

    They are made in the same batches each time, so that no last bit depends on what was asked for before.
    """
    mondays, thursdays = _weekly_rows(weights, y)
    if not np.isin(origins, np.concatenate([mondays, thursdays])).all():
        return scaled_quantiles(weights.networks, inputs(y, origins))
    quantiles = np.empty((len(origins), len(HORIZON_KNOTS), 7))
    for thursday, rows in enumerate((mondays, thursdays)):
        there = np.isin(origins, rows)
        if there.any():
            quantiles[there] = _batch(weights, y, bool(thursday))[np.searchsorted(rows, origins[there])]
    return quantiles


def _weekly_rows(weights: WeightSet, y: LogPrices) -> tuple[Origins, Origins]:
    """The rows that begin a week while the set is the newest, with the last bar, and those of the Thursdays beside."""
    first, last = (np.searchsorted(y.dates, day, side="right") for day in _in_use(weights))
    mondays = np.union1d(weekly(y, max(MIN_BARS, int(first))), [len(y) - 1])
    thursdays = np.setdiff1d(weekly(y, max(MIN_BARS, int(first)), (0, 3)), mondays)
    return mondays[mondays < last], thursdays[thursdays < last]


def _in_use(weights: WeightSet) -> tuple[np.datetime64, np.datetime64]:
    """The set's cut-off and that of the next one."""
    later = [each.card.cut_off for each in shipped() if each.card.cut_off > weights.card.cut_off]
    return np.datetime64(weights.card.cut_off), np.datetime64(min(later, default=date.max))


@lru_cache(maxsize=8)
def _batch(weights: WeightSet, y: LogPrices, thursdays: bool) -> Floats:
    """``scaled_quantiles`` at one part of the weekly rows, 0.2 MB at the most."""
    return scaled_quantiles(weights.networks, inputs(y, _weekly_rows(weights, y)[thursdays]))


def scaled_quantiles(networks: tuple[Layers, ...], features: Inputs) -> Floats:
    """Quantiles (k, days, 7) in units of σ·√h, the mean over ``networks``."""
    if not len(features.sigma):
        return np.zeros((0, len(HORIZON_KNOTS), 7))
    call = _compiled()
    arrays = [tf.constant(array, tf.float64) for array in features.arrays]
    mean: Floats = np.mean([call([tf.constant(layer) for layer in network], arrays).numpy() for network in networks], 0)
    return mean


@cache
def _compiled() -> Compiled:
    """One graph for every set and seed. Double precision, so that batches do not matter."""
    return compiled(new_network("float64"))

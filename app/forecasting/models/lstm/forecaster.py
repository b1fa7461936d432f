"""The network as a forecaster: at each origin the newest weights that saw nothing after it, averaged over seeds."""

from functools import cache, lru_cache, partial

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from app.forecasting.conformal import HORIZON_KNOTS, calibrated, smooth
from app.forecasting.forecast import MEDIAN, Floats, Forecast, LogPrices, Origins
from app.forecasting.models.lstm.inputs import Inputs, inputs, sigma
from app.forecasting.models.lstm.network import WeightSet, new_network, shipped
from app.forecasting.networks import Compiled, Layers, compiled
from app.forecasting.scoring.backtest import finished_origins, weekly

PRIOR = 300.0
"""Independent past misses that trust in the network's own bands stands for: they were tested on hundreds of stocks."""

MIN_ORIGINS = 60
"""Finished origins after its cut-off before newer weights answer in place of older ones."""

MIN_BARS = 120
"""Bars before the first origin that a set is tested at."""


class NoWeightsError(ValueError):
    """An origin before every cut-off; the message names it and the oldest cut-off."""


def lstm(y: LogPrices, origins: Origins, horizon: int, drift: bool = True) -> Forecast:
    """Quantiles of each day, their bands calibrated on this ticker's past since the cut-off.

    Without ``drift`` the median is set to zero. Raises ``NoWeightsError``.
    """
    sets, quantiles = newest_sets(y.dates[origins]), np.zeros((len(origins), horizon, 7))
    for which in np.unique(sets):
        rows = sets == which
        weights = shipped()[which]
        own_bands = calibrated(partial(lstm_from, weights), prior=PRIOR, first=first_origin(weights, y))
        quantiles[rows] = own_bands(y, origins[rows], horizon).quantiles
    if not drift:
        quantiles[..., MEDIAN] = np.clip(0, quantiles[..., MEDIAN - 1], quantiles[..., MEDIAN + 1])
    return Forecast(origins, quantiles)


def tested_set(y: LogPrices, horizon: int) -> tuple[WeightSet, Origins] | None:
    """The newest weights with 60 finished origins after their cut-off, and these origins, one a week.

    Where no set has them, the newest from before the last bar and no origins; None where there are none that old.
    """
    older = [weights for weights in shipped() if np.datetime64(weights.card.cut_off) < y.dates[-1]]
    for weights in reversed(older):
        first = first_origin(weights, y)
        origins = finished_origins(y, horizon, first)
        if len(origins) >= MIN_ORIGINS:
            return weights, origins
    return (older[-1], np.array([], dtype=np.intp)) if older else None


def newest_sets(dates: NDArray[np.datetime64]) -> NDArray[np.intp]:
    """Which of ``shipped()`` is the newest with its cut-off before each date, (k,)."""
    cut_offs = np.array([weights.card.cut_off for weights in shipped()], dtype="datetime64[D]")
    newest = np.searchsorted(cut_offs, dates) - 1
    if (newest < 0).any():
        raise NoWeightsError(f"found an origin on {dates.min()}; needed one after {cut_offs[0]}")
    return newest


def first_origin(weights: WeightSet, y: LogPrices) -> int:
    """The first row after the set's cut-off that has enough bars before it to be judged by."""
    return max(MIN_BARS, int(np.searchsorted(y.dates, np.datetime64(weights.card.cut_off), side="right")))


def lstm_from(weights: WeightSet, y: LogPrices, origins: Origins, horizon: int) -> Forecast:
    """One set's own forecast, whatever its cut-off: the mean quantiles of its networks, widened as its card says."""
    shape = smooth(HORIZON_KNOTS, widened(weights, _quantiles_at(weights, y, origins)), horizon)
    scale = sigma(y, origins)[:, None] * np.sqrt(np.arange(1.0, horizon + 1))
    # Rounding may cross what a softplus keeps apart by less than a float can tell.
    return Forecast(origins, np.maximum.accumulate(shape * scale[..., None], axis=-1))


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
    """The rows from the set's first one on that begin a week, with the last bar, and those of the Thursdays beside."""
    first = first_origin(weights, y)
    mondays = np.union1d(weekly(y, first), [len(y) - 1])
    return mondays, np.setdiff1d(weekly(y, first, (0, 3)), mondays)


@lru_cache(maxsize=8)
def _batch(weights: WeightSet, y: LogPrices, thursdays: bool) -> Floats:
    """``scaled_quantiles`` at one part of the weekly rows, 0.2 MB at the most."""
    return scaled_quantiles(weights.networks, inputs(y, _weekly_rows(weights, y)[thursdays]))


def widened(weights: WeightSet, quantiles: Floats) -> Floats:
    """Quantiles (k, days, 7) with the distances from their median multiplied by the set's factor of each day."""
    centre = quantiles[..., [MEDIAN]]
    return np.asarray(centre + (quantiles - centre) * np.array(weights.card.widening)[:, None])


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

"""Training of the shipped LSTM weights: validated on other tickers at later times, then fitted to all of the past."""

import hashlib
import math
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tqdm.keras import TqdmCallback

from app.forecasting.conformal import HORIZON_KNOTS
from app.forecasting.forecast import MEDIAN, Floats, LogPrices
from app.forecasting.models.baselines import GAUSSIAN
from app.forecasting.models.lstm.forecaster import scaled_quantiles
from app.forecasting.models.lstm.inputs import Inputs, inputs
from app.forecasting.models.lstm.network import ModelCard, WeightSet, new_network, pinball
from app.forecasting.models.range_regression import TYPICAL
from app.forecasting.scoring.backtest import realised
from app.forecasting.scoring.metrics import pinball_loss

_START = np.datetime64("1900-01-01")
_HOLD_OUT_EVERY = 6
_HOLD_OUT_PERIOD = np.timedelta64(3 * 365, "D")
_WIDENINGS = np.linspace(0.9, 1.15, 26)

MIN_BARS = 253
"""Bars before a ticker's first sample, so that its volatility is that of a whole year."""

MAX_DEVIATIONS = 10.0
"""Returns beyond ten deviations count as ten: one failed company would outvote a hundred others."""


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


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train: ``every`` bars a sample, in batches of ``batch``, the rate falling as a cosine from ``rate``."""

    every: int = 4
    epochs: int = 2
    batch: int = 1024
    rate: float = 2e-3
    decay: float = 0.4
    drop: float = 0.4
    seeds: tuple[int, ...] = (1, 2, 3, 4)


def train(prices: Mapping[str, LogPrices], cut_off: date, recipe: Recipe) -> WeightSet:
    """Weights that saw nothing after ``cut_off``; raises ``ValueError`` where the prices are too few or too short."""
    until = np.datetime64(cut_off)
    known = {ticker: before(y, until) for ticker, y in prices.items() if y.dates[0] <= until}
    held_back = validate(known, until, recipe)
    everything = samples(known.values(), _START, until, recipe.every)
    fits = [fit(everything, recipe, seed) for seed in recipe.seeds]
    card = ModelCard(
        cut_off=cut_off,
        tickers=len(known),
        rows=len(everything),
        epochs=recipe.epochs,
        seeds=recipe.seeds,
        loss=float(np.mean([loss for _, loss in fits])),
        held_back=held_back.loss,
        held_back_gaussian=held_back.gaussian,
        held_back_rows=held_back.rows,
        days=tuple(HORIZON_KNOTS.tolist()),
        widening=held_back.widening,
        versions={"python": platform.python_version(), "tensorflow": tf.__version__, "keras": keras.version()},
        sha256=fingerprint(known),
    )
    return WeightSet(card, tuple(weights for weights, _ in fits))


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What a network lost on tickers and times it had not seen, beside Gaussian bands, and what would have helped."""

    loss: float
    gaussian: float
    rows: int
    widening: tuple[float, ...]


def validate(known: Mapping[str, LogPrices], until: np.datetime64, recipe: Recipe) -> HeldBack:
    """Fit on five tickers in six up to three years before the end, score on the sixth after that, horizon purged."""
    border = until - _HOLD_OUT_PERIOD
    tickers = list(known.values())
    learned = [y for k, y in enumerate(tickers) if k % _HOLD_OUT_EVERY]
    weights, _ = fit(samples(learned, _START, border, recipe.every), recipe, recipe.seeds[0])
    # Targets of the first part end at the border, where the first origin of the second part stands.
    judged = samples(tickers[::_HOLD_OUT_EVERY], border, until, recipe.every)
    quantiles = scaled_quantiles((weights,), judged.seen)
    gaussian = np.broadcast_to(GAUSSIAN, quantiles.shape)
    return HeldBack(
        loss=float(pinball_loss(quantiles, judged.returns).mean()),
        gaussian=float(pinball_loss(gaussian, judged.returns).mean()),
        rows=len(judged),
        widening=tuple(_widening(quantiles[:, day], judged.returns[:, day]) for day in range(len(HORIZON_KNOTS))),
    )


def fit(learned: Samples, recipe: Recipe, seed: int) -> tuple[tuple[Floats, ...], float]:
    """One network from one seed: its weights, and its mean loss over the last epoch."""
    keras.utils.set_random_seed(seed)
    network = new_network(drop=recipe.drop)
    steps = recipe.epochs * math.ceil(len(learned) / recipe.batch)
    rate = keras.optimizers.schedules.CosineDecay(recipe.rate, steps)
    network.compile(keras.optimizers.AdamW(rate, weight_decay=recipe.decay), loss=pinball)
    progress = TqdmCallback(verbose=1, desc=f"seed {seed}", leave=False)
    history = network.fit(
        learned.seen.arrays,
        learned.returns,
        sample_weight=_weights(learned.seen.sigma),
        batch_size=recipe.batch,
        epochs=recipe.epochs,
        verbose=0,
        callbacks=[progress],
    )
    weights = tuple(weight.numpy().astype(np.float64) for weight in network.trainable_variables)
    return weights, float(history.history["loss"][-1])


def _weights(sigma: Floats) -> Floats:
    """Weights (k,) with mean one: a score in log price counts who moves more, so its training does, if less so."""
    weights = np.clip(sigma / TYPICAL, 0.2, 5) ** 0.7
    return np.asarray(weights / weights.mean(), dtype=np.float32)


def _widening(quantiles: Floats, returns: Floats) -> float:
    """The factor on the distances of (k, 7) from the median that loses least; never below 1: calm is no promise."""
    centre = quantiles[:, [MEDIAN]]
    losses = [pinball_loss(centre + (quantiles - centre) * factor, returns).mean() for factor in _WIDENINGS]
    return max(1.0, round(float(_WIDENINGS[int(np.argmin(losses))]), 2))

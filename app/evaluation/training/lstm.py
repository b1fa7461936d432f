"""Training of the shipped LSTM weights: validated on other tickers at later times, then fitted to all of the past."""

import math
import platform
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeAlias

import keras
import numpy as np
import tensorflow as tf
from tqdm.keras import TqdmCallback

from app.evaluation.training.samples import Samples, before, fingerprint, is_learned, samples
from app.forecasting.forecast import Floats, LogPrices
from app.forecasting.models.baselines import GAUSSIAN
from app.forecasting.models.lstm.forecaster import scaled_quantiles
from app.forecasting.models.lstm.network import ModelCard, WeightSet, new_network, pinball
from app.forecasting.models.range_regression import TYPICAL
from app.forecasting.scoring.metrics import pinball_loss

_START = np.datetime64("1900-01-01")
_HOLD_OUT_PERIOD = np.timedelta64(3 * 365, "D")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train: ``every`` bars a sample, in batches of ``batch``, the rate falling as a cosine from ``rate``."""

    every: int = 8
    epochs: int = 4
    batch: int = 1024
    rate: float = 2e-3
    decay: float = 0.15
    drop: float = 0.25
    seeds: tuple[int, ...] = (1, 2, 3, 4)


def train(prices: Mapping[str, LogPrices], cut_off: date, recipe: Recipe, unfinished: Path | None = None) -> WeightSet:
    """Weights that saw nothing after ``cut_off`` and no validation ticker.

    Each network is kept in the folder ``unfinished``, where one is given, until all are there, and found there again
    after an interruption. Raises ``ValueError`` where the prices are too few or too short.
    """
    until = np.datetime64(cut_off)
    known = {ticker: before(y, until) for ticker, y in prices.items() if y.dates[0] <= until}
    prices_sha256 = fingerprint(known)
    keep = partial(_kept, unfinished, f"{cut_off}-{prices_sha256[:8]}-{zlib.crc32(repr(recipe).encode()):08x}")
    held_back = validate(known, until, recipe, keep)
    learned = {ticker: y for ticker, y in known.items() if is_learned(ticker)}
    everything = samples(learned.values(), _START, until, recipe.every)
    fits = [keep(f"{seed}", partial(fit, everything, recipe, seed)) for seed in recipe.seeds]
    card = ModelCard(
        cut_off=cut_off,
        tickers=len(learned),
        rows=len(everything),
        epochs=recipe.epochs,
        seeds=recipe.seeds,
        loss=float(np.mean([loss for _, loss in fits])),
        held_back=held_back.loss,
        held_back_gaussian=held_back.gaussian,
        held_back_rows=held_back.rows,
        versions={"python": platform.python_version(), "tensorflow": tf.__version__, "keras": keras.version()},
        sha256=prices_sha256,
    )
    return WeightSet(card, tuple(weights for weights, _ in fits))


Fit: TypeAlias = tuple[tuple[Floats, ...], float]
"""A network's weights, and its mean loss over the last epoch."""


def _kept(folder: Path | None, run: str, name: str, make: Callable[[], Fit]) -> Fit:
    """The network ``name`` of a run as it was made before, or as ``make`` makes it now."""
    if folder is None:
        return make()
    file = folder / f"{run}-{name}.npz"
    if not file.exists():
        weights, loss = make()
        part = file.with_suffix(".part.npz")
        np.savez(part, *weights, loss=loss)
        part.rename(file)
    with np.load(file) as stored:
        return tuple(stored[f"arr_{k}"] for k in range(len(stored.files) - 1)), float(stored["loss"])


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What a network lost on ``rows`` samples of tickers and times it had not seen, beside Gaussian bands there."""

    loss: float
    gaussian: float
    rows: int


def validate(
    known: Mapping[str, LogPrices], until: np.datetime64, recipe: Recipe, keep: Callable[[str, Callable[[], Fit]], Fit]
) -> HeldBack:
    """Fit up to three years before the end, score the validation tickers after that, horizon purged."""
    border = until - _HOLD_OUT_PERIOD
    learned = [y for ticker, y in known.items() if is_learned(ticker)]
    judged_by = [y for ticker, y in known.items() if not is_learned(ticker)]

    def first_fit() -> Fit:
        return fit(samples(learned, _START, border, recipe.every), recipe, recipe.seeds[0])

    weights, _ = keep("validation", first_fit)
    # Targets of the first part end at the border, where the first origin of the second part stands.
    judged = samples(judged_by, border, until, recipe.every)
    quantiles = scaled_quantiles((weights,), judged.seen)
    gaussian = np.broadcast_to(GAUSSIAN, quantiles.shape)
    return HeldBack(
        loss=float(pinball_loss(quantiles, judged.returns).mean()),
        gaussian=float(pinball_loss(gaussian, judged.returns).mean()),
        rows=len(judged),
    )


def fit(learned: Samples, recipe: Recipe, seed: int) -> Fit:
    """One network from one seed."""
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

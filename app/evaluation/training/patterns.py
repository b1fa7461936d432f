"""Training of the pattern network on the natural stream of bars, and its calibration on tickers that were held back."""

import math
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from tqdm import tqdm
from tqdm.keras import TqdmCallback

from app.evaluation.price_files import Candles
from app.evaluation.training.pattern_windows import Windows, as_printed, fingerprint, simulated, windows_of
from app.forecasting.forecast import Floats
from app.forecasting.networks import Layers, as_array, as_text
from app.patterns.candlesticks import SIDE
from app.patterns.network import HeldBack, ModelCard, PatternWeights, new_network
from app.patterns.recognition import recognition

_HOLD_OUT_EVERY = 12
_TEMPERATURES = np.linspace(0.6, 1.6, 51)
_BATCH = 4096


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train: in batches of ``batch``, the rate falling as a cosine from ``rate``.

    Besides the prices there are ``series`` simulated ones of ``bars`` bars; ``repeats`` is how often a window of each
    class is shown, none first.
    """

    series: int = 200
    bars: int = 3000
    epochs: int = 4
    batch: int = 1024
    rate: float = 2e-3
    repeats: tuple[int, ...] = (1, 5, 5, 1, 1, 1, 1, 3, 3)
    seed: int = 1


class Angles(layers.Layer):  # type: ignore[misc]  # Keras has no types.
    """The Gramian Angular Difference Field of scaled prices (k, m): sin(φᵢ − φⱼ) with cos φ = price, (k, m, m)."""

    def call(self, scaled: tf.Tensor) -> tf.Tensor:
        """What pyts answers, made where it is needed: two million images would take forty gigabytes."""
        sines = ops.sqrt(ops.maximum(1 - scaled * scaled, 0))
        return sines[:, :, None] * scaled[:, None, :] - scaled[:, :, None] * sines[:, None, :]


@dataclass(frozen=True, slots=True)
class Material:
    """Windows to learn from, real and made, and those of one ticker in twelve to judge by; ``tickers`` of either."""

    tickers: tuple[int, int]
    real: Windows
    made: Windows
    held_back: Windows


def train(candles: Mapping[str, Candles], cut_off: date, recipe: Recipe) -> PatternWeights:
    """Weights that saw nothing after ``cut_off`` nor one ticker in twelve; raises ``ValueError`` for too few."""
    known = {ticker: series.until(np.datetime64(cut_off)) for ticker, series in candles.items()}
    known = {ticker: series for ticker, series in known.items() if len(series.bars)}
    material = _material(known, recipe)
    network, loss = fit(material.real.and_then(material.made).repeated(recipe.repeats), recipe)
    weights, temperature = calibrated(network, material.held_back, recipe.repeats)
    card = ModelCard(
        cut_off=cut_off,
        tickers=material.tickers[0],
        rows=len(material.real),
        simulated=recipe.series,
        simulated_rows=len(material.made),
        epochs=recipe.epochs,
        seed=recipe.seed,
        loss=loss,
        repeats=recipe.repeats,
        temperature=temperature,
        held_back=_judged(network, material.held_back, material.tickers[1]),
        versions={"python": platform.python_version(), "tensorflow": tf.__version__, "keras": keras.version()},
        sha256=fingerprint(known),
    )
    return PatternWeights(card, weights)


def _material(known: Mapping[str, Candles], recipe: Recipe) -> Material:
    series = [as_printed(candles.bars) for candles in known.values()]
    learned, held_back = [bars for k, bars in enumerate(series) if k % _HOLD_OUT_EVERY], series[::_HOLD_OUT_EVERY]
    seeds = range(recipe.seed * recipe.series, (recipe.seed + 1) * recipe.series)
    return Material(
        tickers=(len(learned), len(held_back)),
        real=windows_of(learned),
        made=windows_of(simulated(recipe.bars, seed) for seed in tqdm(seeds, desc="simulating", leave=False)),
        held_back=windows_of(held_back),
    )


def fit(learned: Windows, recipe: Recipe) -> tuple[keras.Model, float]:
    """One network from one seed, behind the layer that makes its images, and its mean loss over the last epoch."""
    keras.utils.set_random_seed(recipe.seed)
    scaled = keras.Input((SIDE,))
    network = keras.Model(scaled, new_network()([Angles()(scaled)]))
    rate = keras.optimizers.schedules.CosineDecay(
        0.0,
        recipe.epochs * math.ceil(len(learned) / recipe.batch),
        warmup_target=recipe.rate,
        warmup_steps=200,
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(rate), loss=loss)
    history = network.fit(
        learned.scaled,
        learned.classes,
        batch_size=recipe.batch,
        epochs=recipe.epochs,
        verbose=0,
        callbacks=[TqdmCallback(verbose=1, desc=f"seed {recipe.seed}", leave=False)],
    )
    return network, float(history.history["loss"][-1])


def calibrated(network: keras.Model, held_back: Windows, repeats: tuple[int, ...]) -> tuple[Layers, float]:
    """Put the natural frequencies back, and the temperature that loses least on held-back windows, into the last layer.

    The network then has the half-precision weights that are shipped, which are returned.
    """
    *inner, kernel, bias = network.get_weights()
    bias = bias - np.log(repeats)
    network.set_weights([*inner, kernel, bias])
    logits = network.predict(held_back.scaled, batch_size=_BATCH, verbose=0)
    losses = [_log_loss(logits / temperature, held_back) for temperature in _TEMPERATURES]
    temperature = round(float(_TEMPERATURES[int(np.argmin(losses))]), 2)
    weights = tuple(as_array(as_text(layer)) for layer in (*inner, kernel / temperature, bias / temperature))
    network.set_weights(list(weights))
    return weights, temperature


def _log_loss(logits: Floats, windows: Windows) -> float:
    probabilities = tf.nn.log_softmax(logits).numpy()
    return -float(probabilities[np.arange(len(windows)), windows.classes].mean())


def _judged(network: keras.Model, held_back: Windows, tickers: int) -> HeldBack:
    logits = network.predict(held_back.scaled, batch_size=_BATCH, verbose=0)
    recognised = recognition(held_back.classes, tf.nn.softmax(logits).numpy())
    return HeldBack(
        tickers=tickers,
        rows=len(held_back),
        precision=recognised.precision,
        recall=recognised.recall,
        recalls=recognised.recalls,
        calibration_error=recognised.calibration_error,
    )

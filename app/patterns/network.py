"""The network that names a shape in a field, and its trained weights as text with their model card.

It is a convolution over the newest bars, and each bar by itself. What the rules ask is which of the last three bars'
prices is higher, and how long bodies and shadows are beside the mean of ten. The first is a matter of signs, however
small; the second has to be undone from the angles.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from pydantic import TypeAdapter

from app.forecasting.forecast import Floats
from app.forecasting.networks import Compiled, Layers, TextArray, as_array, as_text, compiled
from app.patterns.candlesticks import SHAPES, SIDE, WINDOW, Fields

CLASSES = 1 + len(SHAPES)
SHAPE_BARS = 3
"""Bars that a shape can consist of."""

FILTERS = 48
BAR_WIDTHS = (64, 32, 8)
"""Widths of the layers that look at each bar by itself."""

HIDDEN_WIDTHS = (224, 112)
GAINS = (8.0, 64.0, 512.0)
"""A difference of one tick is a few thousandths of a window's range; squashed this hard it is as plain as any other."""


class Amplified(layers.Layer):  # type: ignore[misc]  # Keras has no types.
    """Images (k, m, m, 1) with channels added in which small differences are large and large ones level off."""

    def call(self, images: tf.Tensor) -> tf.Tensor:
        """Images (k, m, m, 1 + gains)."""
        return ops.concatenate([images, *(ops.tanh(gain * images) for gain in GAINS)], axis=-1)


class EachBar(layers.Layer):  # type: ignore[misc]
    """From images (k, 52, 52) what each bar is by itself: its four prices against each other, and their own sines.

    In a window whose angles reach from 0 to π the sine of one is the least of its row's maximum and minus its minimum.
    """

    def call(self, images: tf.Tensor) -> tf.Tensor:
        """Sixteen differences and four sines for each bar, (k, 13, 20)."""
        sines = ops.minimum(ops.max(images, axis=2), -ops.min(images, axis=2))
        blocks = ops.reshape(images, (-1, WINDOW, 4, WINDOW, 4))
        within = ops.transpose(ops.diagonal(blocks, axis1=1, axis2=3), (0, 3, 1, 2))
        return ops.concatenate([ops.reshape(within, (-1, WINDOW, 16)), ops.reshape(sines, (-1, WINDOW, 4))], axis=-1)


def new_network(dtype: str = "float32") -> keras.Model:
    """An untrained network from images (k, 52, 52) to logits (k, 9) of none and of each shape."""
    images = keras.Input((SIDE, SIDE), dtype=dtype)
    cut = SIDE - 4 * SHAPE_BARS
    corner = layers.Cropping2D(((cut, 0), (cut, 0)), dtype=dtype)(layers.Reshape((SIDE, SIDE, 1), dtype=dtype)(images))
    compared = layers.Conv2D(FILTERS, 4, strides=4, activation="swish", dtype=dtype)(Amplified(dtype=dtype)(corner))
    bars = EachBar(dtype=dtype)(images)
    for width in BAR_WIDTHS:
        bars = layers.Conv1D(width, 1, activation="swish" if width != BAR_WIDTHS[-1] else None, dtype=dtype)(bars)
    features = layers.Concatenate(dtype=dtype)([layers.Flatten(dtype=dtype)(part) for part in (compared, bars)])
    for width in HIDDEN_WIDTHS:
        features = layers.Dense(width, activation="swish", dtype=dtype)(features)
    return keras.Model([images], layers.Dense(CLASSES, dtype=dtype)(features))


def recognise(windows: Fields) -> Floats:
    """Probabilities (k, 9) of none and of each of ``SHAPES``; NaN for a flat window."""
    rows = np.full((len(windows), CLASSES), np.nan)
    if not windows.flat.all():
        rows[~windows.flat] = probabilities(windows.images[~windows.flat])
    return rows


def probabilities(images: Floats) -> Floats:
    """Probabilities (k, 9) for images (k, 52, 52) that are all fields, from the shipped weights."""
    logits = _compiled()(_weights(), [tf.constant(images, tf.float64)])
    return np.asarray(tf.nn.softmax(logits).numpy())


@cache
def _weights() -> list[tf.Tensor]:
    return [tf.constant(layer) for layer in shipped().layers]


@cache
def _compiled() -> Compiled:
    """Double precision, so that what is said of one window does not depend on the others of its batch."""
    return compiled(new_network("float64"))


FOLDER = Path(__file__).parent
_NAME = "network.json"


@dataclass(frozen=True, slots=True)
class HeldBack:
    """How the network did on ``rows`` windows of ``tickers`` that it was not trained on, at natural frequency.

    ``recalls`` are of none and of each shape in the order of the rules, ``calibration_error`` is the expected one over
    all windows.
    """

    tickers: int
    rows: int
    precision: float
    recall: float
    recalls: tuple[float | None, ...]
    calibration_error: float


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Where the weights come from: nothing after ``cut_off`` was seen; ``rows`` windows of ``tickers`` were, and others
    of ``simulated`` series.

    ``repeats`` says how often each class was shown for once that it occurred; the last layer has that taken back, and
    its logits divided by ``temperature``, both known from the held-back tickers. ``sha256`` is of the prices.
    """

    cut_off: date
    tickers: int
    rows: int
    simulated: int
    simulated_rows: int
    epochs: int
    seed: int
    loss: float
    repeats: tuple[int, ...]
    temperature: float
    held_back: HeldBack
    versions: dict[str, str]
    sha256: str


@dataclass(frozen=True, slots=True)
class PatternWeights:
    """The arrays of the network's layers in order, and their card."""

    card: ModelCard
    layers: Layers


@dataclass(frozen=True, slots=True)
class _File:
    card: ModelCard
    layers: tuple[TextArray, ...]


_FILE = TypeAdapter(_File)


def write(weights: PatternWeights, folder: Path = FOLDER) -> Path:
    """Store the weights as network.json, and return that file."""
    file = folder / _NAME
    stored = tuple(as_text(layer) for layer in weights.layers)
    file.write_bytes(_FILE.dump_json(_File(weights.card, stored)) + b"\n")
    return file


def read(file: Path) -> PatternWeights:
    """The weights in ``file``; raises pydantic's ``ValidationError`` or ``ValueError`` where they are none."""
    stored = _FILE.validate_json(file.read_bytes())
    return PatternWeights(stored.card, tuple(as_array(layer) for layer in stored.layers))


@cache
def shipped() -> PatternWeights:
    """The weights that come with the app, read once."""
    return read(FOLDER / _NAME)

"""The LSTM network and its trained weights: a recurrent layer, past seasons, and a head whose quantiles cannot cross.

The head predicts, a few days ahead, how the return is distributed in units of σ·√h; days between are interpolated.
Weights are float16 in base64 inside JSON, one file a cut-off, each with its model card.
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

from app.forecasting.conformal import HORIZON_KNOTS
from app.forecasting.forecast import MEDIAN, QUANTILES
from app.forecasting.models.baselines import GAUSSIAN
from app.forecasting.models.lstm.inputs import CALENDAR, CONTEXT, LEVELS, SEASON, SEQUENCE
from app.forecasting.networks import Layers, TextArray, as_array, as_text

UNITS = 16
"""Width of the recurrent layer."""

HIDDEN = 32
"""Width of the layer that joins it with the context."""

FILTERS = 16
REPORTS = 32
"""Width of the layer that reads the filtered seasons."""

# Without bounds a network answered the crash of March 2020 with twice the loss of the linear regression. The measured
# volatilities move the scale without a bound.
WINDOW_BOUND = 0.3
"""How far, in logarithms, the window may move the scale."""

SEASON_BOUND = 1.5
"""How far, in logarithms, the season may move the scale."""

STEP_BOUND = 0.3
"""How far the window may move the steps between quantiles, before their softplus."""

MEDIAN_BOUND = 0.1
"""How far the window may move the median, in σ·√h."""

_STEPS = len(QUANTILES) - 1
_START = np.log(np.expm1(np.diff(GAUSSIAN)))


class QuantileHead(layers.Layer):  # type: ignore[misc]  # Keras has no types.
    """From hidden features (k, f), the season (k, r) and volatilities (k, v) to quantiles (k, days, 7).

    A median and steps away from it, each a softplus times the day's scale, so quantiles never cross. All kernels start
    at zero and steps start from the Gaussian ones, so an untrained head answers with these, whatever it is shown.
    """

    def build(self, shapes: list[tuple[int, ...]]) -> None:
        """Make the weights, in the order of the stored ones, for inputs of such shapes."""
        hidden, season, levels = (shape[-1] for shape in shapes)
        days = len(HORIZON_KNOTS)

        def zeros(name: str, *shape: int) -> keras.Variable:
            return self.add_weight(name=name, shape=shape, initializer="zeros")

        self.season, self.scale = zeros("season", season, days), zeros("scale", hidden, days)
        self.slopes, self.level = zeros("slopes", levels, days), zeros("level", days)
        self.centre, self.drift = zeros("centre", hidden, days), zeros("drift", days)
        self.shape, self.steps = zeros("shape", hidden, days * _STEPS), zeros("steps", days * _STEPS)

    def call(self, inputs: list[tf.Tensor]) -> tf.Tensor:
        """Quantiles (k, days, 7) in units of σ·√h."""
        hidden, season, levels = inputs
        growth = _bounded(ops.matmul(hidden, self.scale), WINDOW_BOUND)
        growth = growth + _bounded(ops.matmul(season, self.season), SEASON_BOUND)
        scale = ops.exp(growth + ops.matmul(levels, self.slopes) + self.level)[..., None]
        steps = _bounded(ops.matmul(hidden, self.shape), STEP_BOUND) + self.steps
        steps = ops.reshape(steps, (-1, len(HORIZON_KNOTS), _STEPS))
        steps = ops.softplus(steps + ops.cast(_START, self.compute_dtype))
        median = (_bounded(ops.matmul(hidden, self.centre), MEDIAN_BOUND) + self.drift)[..., None]
        below = -ops.flip(ops.cumsum(ops.flip(steps[..., :MEDIAN], -1), -1), -1)
        above = ops.cumsum(steps[..., MEDIAN:], -1)
        return scale * (median + ops.concatenate([below, ops.zeros_like(median), above], -1))


def _bounded(value: tf.Tensor, bound: float) -> tf.Tensor:
    return bound * ops.tanh(value / bound)


def new_network(dtype: str = "float32", drop: float = 0.0) -> keras.Model:
    """An untrained network, which answers with the Gaussian quantiles; ``drop`` is its drop-out while it learns."""
    sequence, context, season = (keras.Input(shape, dtype=dtype) for shape in (SEQUENCE, (CONTEXT,), SEASON))

    def dense(width: int, activation: str) -> layers.Layer:
        return layers.Dense(width, activation=activation, dtype=dtype)

    def joined(*parts: tf.Tensor) -> tf.Tensor:
        return layers.Concatenate(dtype=dtype)(parts)

    def dropped(value: tf.Tensor, share: float = drop) -> tf.Tensor:
        # Present even without drop-out, because the order of the weights follows the order of the layers.
        return layers.Dropout(share, dtype=dtype)(value)

    levels, calendar = context[:, :LEVELS], context[:, CONTEXT - CALENDAR :]
    recent = layers.LSTM(UNITS, dtype=dtype)(sequence)
    reports = layers.Conv1D(FILTERS, 5, activation="relu", dtype=dtype)(season)
    reports = dense(REPORTS, "relu")(dropped(joined(layers.Flatten(dtype=dtype)(reports), calendar), drop / 4))
    hidden = dropped(dense(HIDDEN, "tanh")(dropped(joined(recent, levels, reports))))
    return keras.Model([sequence, context, season], QuantileHead(dtype=dtype)([hidden, reports, levels]))


def pinball(actual: tf.Tensor, quantiles: tf.Tensor) -> tf.Tensor:
    """Mean pinball loss (k,) of quantiles (k, days, 7) against ``actual`` (k, days)."""
    levels = ops.convert_to_tensor(np.array(QUANTILES), dtype=quantiles.dtype)
    error = ops.cast(actual, quantiles.dtype)[..., None] - quantiles
    return ops.mean(ops.maximum(levels * error, (levels - 1) * error), axis=(1, 2))


FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Where a set of weights comes from: nothing after ``cut_off`` was seen, ``rows`` samples of ``tickers`` were.

    Losses are mean pinball losses in units of σ·√h. ``held_back`` says what the validation network, which is not
    shipped, lost on ``held_back_rows`` samples of validation tickers in the three years after what it saw, beside
    Gaussian bands there. ``sha256`` is of the prices.
    """

    cut_off: date
    tickers: int
    rows: int
    epochs: int
    seeds: tuple[int, ...]
    loss: float
    held_back: float
    held_back_gaussian: float
    held_back_rows: int
    versions: dict[str, str]
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class WeightSet:
    """The networks of one cut-off, one a seed; equal to itself alone."""

    card: ModelCard
    networks: tuple[Layers, ...]


@dataclass(frozen=True, slots=True)
class _File:
    card: ModelCard
    networks: tuple[tuple[TextArray, ...], ...]


_FILE = TypeAdapter(_File)


def write(weights: WeightSet, folder: Path = FOLDER) -> Path:
    """Store a set in the file named after its cut-off, and return that file."""
    networks = tuple(tuple(as_text(array) for array in network) for network in weights.networks)
    file = folder / f"{weights.card.cut_off}.json"
    file.write_bytes(_FILE.dump_json(_File(weights.card, networks)) + b"\n")
    return file


def read(file: Path) -> WeightSet:
    """The set in ``file``; raises pydantic's ``ValidationError`` or ``ValueError`` where it is none."""
    stored = _FILE.validate_json(file.read_bytes())
    return WeightSet(stored.card, tuple(tuple(as_array(array) for array in network) for network in stored.networks))


@cache
def shipped() -> tuple[WeightSet, ...]:
    """The sets that come with the app, oldest cut-off first."""
    return tuple(sorted((read(file) for file in FOLDER.glob("*.json")), key=lambda weights: weights.card.cut_off))

"""The network: a recurrent layer over the window, a look at past seasons, and quantiles that cannot cross.

Its head predicts, at a few days ahead, how the return is distributed in units of σ·√h; days between are interpolated.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from app.forecasting.conformal import HORIZON_KNOTS
from app.forecasting.forecast import MEDIAN, QUANTILES
from app.forecasting.models.baselines import GAUSSIAN
from app.forecasting.models.lstm.inputs import CALENDAR, CONTEXT, LEVELS, SEASON, SEQUENCE

UNITS, HIDDEN, FILTERS, REPORTS = 16, 32, 16, 32
"""Widths of the recurrent layer, of what joins it with the context, and of the two layers that read the seasons."""

WINDOW, SEASONAL, SHAPE, CENTRE = 0.3, 1.5, 0.3, 0.1
"""How far, in logarithms, the window and the season may move the scale; then the steps, and the median in σ·√h.

Without bounds a network answered the crash of March 2020 with twice the loss of the linear regression. The volatilities
themselves move the scale without a bound.
"""

_STEPS = len(QUANTILES) - 1
_START = np.log(np.expm1(np.diff(GAUSSIAN)))


class QuantileHead(layers.Layer):  # type: ignore[misc]  # Keras has no types.
    """From what was seen (k, f), the season (k, r) and volatilities (k, v) to quantiles (k, days, 7).

    A median and steps away from it, each a softplus times the day's scale, so quantiles never cross. All kernels start
    at zero and steps start from the Gaussian ones, so an untrained head answers with these, whatever it is shown.
    """

    def build(self, shapes: list[tuple[int, ...]]) -> None:
        """Make the weights for inputs of such widths."""
        seen, season, levels = (shape[-1] for shape in shapes)
        days = len(HORIZON_KNOTS)

        def zeros(name: str, *shape: int) -> keras.Variable:
            return self.add_weight(name=name, shape=shape, initializer="zeros")

        self.season, self.scale = zeros("season", season, days), zeros("scale", seen, days)
        self.slopes, self.level = zeros("slopes", levels, days), zeros("level", days)
        self.centre, self.drift = zeros("centre", seen, days), zeros("drift", days)
        self.shape, self.steps = zeros("shape", seen, days * _STEPS), zeros("steps", days * _STEPS)

    def call(self, inputs: list[tf.Tensor]) -> tf.Tensor:
        """Quantiles in units of σ·√h."""
        seen, season, levels = inputs
        growth = _bounded(ops.matmul(seen, self.scale), WINDOW) + _bounded(ops.matmul(season, self.season), SEASONAL)
        scale = ops.exp(growth + ops.matmul(levels, self.slopes) + self.level)[..., None]
        steps = ops.reshape(
            _bounded(ops.matmul(seen, self.shape), SHAPE) + self.steps, (-1, len(HORIZON_KNOTS), _STEPS)
        )
        steps = ops.softplus(steps + ops.cast(_START, self.compute_dtype))
        median = (_bounded(ops.matmul(seen, self.centre), CENTRE) + self.drift)[..., None]
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
    seen = dropped(dense(HIDDEN, "tanh")(dropped(joined(recent, levels, reports))))
    return keras.Model([sequence, context, season], QuantileHead(dtype=dtype)([seen, reports, levels]))


def pinball(actual: tf.Tensor, quantiles: tf.Tensor) -> tf.Tensor:
    """Mean pinball loss (k,) of quantiles (k, days, 7) against ``actual`` (k, days)."""
    levels = ops.convert_to_tensor(np.array(QUANTILES), dtype=quantiles.dtype)
    error = ops.cast(actual, quantiles.dtype)[..., None] - quantiles
    return ops.mean(ops.maximum(levels * error, (levels - 1) * error), axis=(1, 2))

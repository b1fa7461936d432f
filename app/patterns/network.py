"""The network that names a shape in a field: a convolution over the newest bars, and each bar by itself.

What the rules ask is which of the last three bars' prices is higher, and how long bodies and shadows are beside the
mean of ten. The first is a matter of signs, however small; the second has to be undone from the angles.
"""

from functools import cache

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from app.forecasting.network_graph import Compiled, compiled
from app.patterns.candlesticks import SHAPES, SIDE, WINDOW, Fields, Floats
from app.patterns.weights import shipped

CLASSES = 1 + len(SHAPES)
NEWEST = 3
"""Bars that a shape can consist of."""

FILTERS, OF_EACH_BAR, HIDDEN = 48, (64, 32, 8), (224, 112)
GAINS = (8.0, 64.0, 512.0)
"""A difference of one tick is a few thousandths of a window's range; squashed this hard it is as plain as any other."""


class Amplified(layers.Layer):  # type: ignore[misc]  # Keras has no types.
    """Images (k, m, m, 1) with channels added in which small differences are large and large ones level off."""

    def call(self, images: tf.Tensor) -> tf.Tensor:
        """As many channels more as there are gains."""
        return ops.concatenate([images, *(ops.tanh(gain * images) for gain in GAINS)], axis=-1)


class EachBar(layers.Layer):  # type: ignore[misc]
    """From images (k, 52, 52) what each bar is by itself: its four prices against each other, and their own sines.

    In a window whose angles reach from 0 to π the sine of one is the least of its row's maximum and minus its minimum.
    """

    def call(self, images: tf.Tensor) -> tf.Tensor:
        """Sixteen differences and four sines for each bar, (k, 13, 20)."""
        sines = ops.minimum(ops.max(images, axis=2), -ops.min(images, axis=2))
        blocks = ops.reshape(images, (-1, WINDOW, 4, WINDOW, 4))
        own = ops.transpose(ops.diagonal(blocks, axis1=1, axis2=3), (0, 3, 1, 2))
        return ops.concatenate([ops.reshape(own, (-1, WINDOW, 16)), ops.reshape(sines, (-1, WINDOW, 4))], axis=-1)


def new_network(dtype: str = "float32") -> keras.Model:
    """An untrained network from images (k, 52, 52) to logits (k, 9) of none and of each shape."""
    images = keras.Input((SIDE, SIDE), dtype=dtype)
    cut = SIDE - 4 * NEWEST
    corner = layers.Cropping2D(((cut, 0), (cut, 0)), dtype=dtype)(layers.Reshape((SIDE, SIDE, 1), dtype=dtype)(images))
    compared = layers.Conv2D(FILTERS, 4, strides=4, activation="swish", dtype=dtype)(Amplified(dtype=dtype)(corner))
    bars = EachBar(dtype=dtype)(images)
    for width in OF_EACH_BAR:
        bars = layers.Conv1D(width, 1, activation="swish" if width != OF_EACH_BAR[-1] else None, dtype=dtype)(bars)
    seen = layers.Concatenate(dtype=dtype)([layers.Flatten(dtype=dtype)(part) for part in (compared, bars)])
    for width in HIDDEN:
        seen = layers.Dense(width, activation="swish", dtype=dtype)(seen)
    return keras.Model([images], layers.Dense(CLASSES, dtype=dtype)(seen))


def recognise(seen: Fields) -> Floats:
    """Probabilities (k, 9) of none and of each of ``SHAPES``; NaN for a flat window."""
    found = np.full((len(seen), CLASSES), np.nan)
    if not seen.flat.all():
        found[~seen.flat] = probabilities(seen.images[~seen.flat])
    return found


def probabilities(images: Floats) -> Floats:
    """The same for images (k, 52, 52) that are all fields, from the shipped weights."""
    logits = _compiled()([tf.constant(layer) for layer in shipped().layers], [tf.constant(images, tf.float64)])
    return np.asarray(tf.nn.softmax(logits).numpy())


@cache
def _compiled() -> Compiled:
    """Double precision, so that what is said of one window does not depend on the others of its batch."""
    return compiled(new_network("float64"))

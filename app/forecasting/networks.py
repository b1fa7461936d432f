"""Trained networks: their arrays as text without pickle, and a compiled graph whose weights are arguments."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

Layers: TypeAlias = tuple[NDArray[np.float64], ...]
"""The arrays of a network's layers in order; float64 of float16 values."""


@dataclass(frozen=True, slots=True)
class TextArray:
    """One array; the bytes of its numbers are little-endian."""

    shape: tuple[int, ...]
    float16: str


def as_text(array: NDArray[np.floating]) -> TextArray:
    """The array in half precision, as base64."""
    return TextArray(array.shape, base64.b64encode(array.astype("<f2").tobytes()).decode())


def as_array(stored: TextArray) -> NDArray[np.float64]:
    """The inverse of ``as_text``; raises ``ValueError`` where the bytes do not fill the shape."""
    return np.frombuffer(base64.b64decode(stored.float16), "<f2").reshape(stored.shape).astype(np.float64)


Compiled: TypeAlias = Callable[[list[tf.Tensor], list[tf.Tensor]], tf.Tensor]


def compiled(network: keras.Model) -> Compiled:
    """The graph of ``network``: what it answers with such trainable weights to such inputs, of any number of rows."""
    weights = [tf.TensorSpec(weight.shape, weight.dtype) for weight in network.trainable_variables]
    inputs = [tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in network.inputs]

    def call(layers: list[tf.Tensor], tensors: list[tf.Tensor]) -> tf.Tensor:
        return network.stateless_call(layers, [state.value for state in network.non_trainable_variables], tensors)[0]

    graph: Compiled = tf.function(call, input_signature=[weights, inputs], autograph=False)
    return graph

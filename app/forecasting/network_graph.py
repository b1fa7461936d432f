"""A network as one graph whose weights are arguments, so that no request builds a network."""

from collections.abc import Callable
from typing import TypeAlias

import keras
import tensorflow as tf

Compiled: TypeAlias = Callable[[list[tf.Tensor], list[tf.Tensor]], tf.Tensor]


def compiled(network: keras.Model) -> Compiled:
    """The graph of ``network``: what it answers with such trainable weights to such inputs, of any number of rows."""
    weights = [tf.TensorSpec(weight.shape, weight.dtype) for weight in network.trainable_variables]
    inputs = [tf.TensorSpec(seen.shape, seen.dtype) for seen in network.inputs]

    def call(layers: list[tf.Tensor], seen: list[tf.Tensor]) -> tf.Tensor:
        return network.stateless_call(layers, [state.value for state in network.non_trainable_variables], seen)[0]

    graph: Compiled = tf.function(call, input_signature=[weights, inputs], autograph=False)
    return graph

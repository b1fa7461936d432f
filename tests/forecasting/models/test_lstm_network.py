import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from app.forecasting.conformal import HORIZON_KNOTS
from app.forecasting.forecast import QUANTILES
from app.forecasting.models.baselines import GAUSSIAN
from app.forecasting.models.lstm.inputs import CONTEXT, SEASON, SEQUENCE
from app.forecasting.models.lstm.network import QuantileHead, new_network, pinball


@pytest.fixture(scope="module")
def network():
    return new_network("float64")


def shown(seed, spread=1.0, rows=4):
    rng = np.random.default_rng(seed)
    return [spread * rng.normal(size=(rows, *shape)) for shape in (SEQUENCE, (CONTEXT,), SEASON)]


def test_an_untrained_network_answers_with_the_gaussian_baseline(network):
    found = network(shown(1, 3.0)).numpy()
    np.testing.assert_allclose(found, np.broadcast_to(GAUSSIAN, (4, len(HORIZON_KNOTS), 7)), atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 30), st.floats(0.01, 5))
def test_quantiles_are_ordered_whatever_is_shown_and_learned(seed, spread, weight):
    rng = np.random.default_rng(seed)
    head = QuantileHead(dtype="float64")
    inputs = [tf.constant(spread * rng.normal(size=(3, width))) for width in (8, 5, 4)]
    head(inputs)
    for variable in head.trainable_variables:
        variable.assign(weight * rng.normal(size=variable.shape))
    found = head(inputs).numpy()
    assert not np.isnan(found).any()
    finite = np.isfinite(found).all(axis=-1)
    assert (np.diff(found[finite], axis=-1) >= 0).all()


def test_the_gradient_of_the_loss_is_the_closed_form():
    rng = np.random.default_rng(3)
    quantiles = tf.Variable(np.sort(rng.normal(size=(5, len(HORIZON_KNOTS), 7)), axis=-1))
    actual = rng.normal(size=(5, len(HORIZON_KNOTS)))
    with tf.GradientTape() as tape:
        loss = pinball(tf.constant(actual), quantiles)
    levels = np.array(QUANTILES)
    below = actual[..., None] < quantiles.numpy()
    np.testing.assert_allclose(tape.gradient(loss, quantiles).numpy(), (below - levels) / below[0].size, atol=1e-15)

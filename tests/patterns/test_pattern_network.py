import json

import numpy as np
import pytest
import tensorflow as tf
from pydantic import ValidationError

from app.evaluation.pattern_outcomes import pattern_predictions
from app.evaluation.training.patterns import Angles
from app.patterns.candlesticks import SIDE, WINDOW, windows
from app.patterns.field import fields
from app.patterns.network import FOLDER, new_network, probabilities, read, recognise, shipped, write
from app.patterns.recognition import recognition
from tests.support.candle_series import SHARED, index_candles, last_bars, shared_candles

BARS = index_candles(rows=400)
IMAGES = fields(windows(BARS, np.arange(WINDOW - 1, len(BARS)))).images


def test_the_weights_are_at_most_a_megabyte_and_a_half_of_text():
    content = (FOLDER / "network.json").read_text("ascii")
    assert len(content) <= 1_500_000
    assert set(json.loads(content)) == {"card", "layers"}


def test_the_weights_fit_the_architecture_and_are_finite():
    shapes = [tuple(variable.shape) for variable in new_network().trainable_variables]
    assert [layer.shape for layer in shipped().layers] == shapes
    assert all(np.isfinite(layer).all() for layer in shipped().layers)


def test_the_model_card_says_what_a_reader_needs():
    card = shipped().card
    assert str(card.cut_off) == "2018-12-31"
    assert min(card.rows, card.simulated_rows) > 100_000
    assert min(card.tickers, card.held_back.tickers) > 20
    assert len(card.held_back.recalls) == 9
    assert set(card.versions) == {"python", "tensorflow", "keras"}
    assert len(card.sha256) == 64


def test_what_is_written_reads_back(tmp_path):
    again = read(write(shipped(), tmp_path))
    assert again.card == shipped().card
    for mine, theirs in zip(again.layers, shipped().layers, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_file_that_is_no_weights_is_refused(tmp_path):
    (tmp_path / "bad.json").write_text('{"card": {}, "layers": []}')
    with pytest.raises(ValidationError):
        read(tmp_path / "bad.json")


def test_training_makes_the_images_that_pyts_makes():
    scaled = 2 * np.random.default_rng(5).random((40, SIDE)) - 1
    scaled[:, :2] = -1, 1
    np.testing.assert_allclose(Angles(dtype="float64")(tf.constant(scaled)).numpy(), fields(scaled).images, atol=1e-12)


def test_probabilities_are_shares_of_one():
    found = probabilities(IMAGES)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert found.min() >= 0


def test_what_is_said_of_a_window_does_not_depend_on_the_others():
    np.testing.assert_allclose(probabilities(IMAGES[100:101])[0], probabilities(IMAGES)[100], rtol=1e-9)


def test_of_a_flat_window_nothing_is_said():
    seen = np.vstack([np.full(SIDE, 5.0), np.linspace(1, 2, SIDE)])
    found = recognise(fields(seen))
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1]).all()
    assert np.isnan(recognise(fields(seen[:1]))).all()


def test_an_index_that_it_never_saw_is_recognised():
    found = recognition(*pattern_predictions(index_candles(rows=2500)))
    assert found.precision >= 0.9
    assert found.recall >= 0.85


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared prices")
@pytest.mark.parametrize(("name", "bars"), [("us_stocks", 900), ("fx_eurusd_h4_2012_2018", 9000)])
def test_unseen_markets_are_recognised_at_the_frequency_shapes_really_have(name, bars):
    seen = [pattern_predictions(last_bars(candles, bars)) for candles in shared_candles(name).values()]
    found = recognition(*(np.concatenate(part) for part in zip(*seen, strict=True)))
    assert found.precision >= 0.92
    assert found.recall >= 0.88
    assert min(found.recalls) >= 0.75
    assert found.calibration_error <= 0.03

import numpy as np
import pytest

from app.patterns.candlesticks import SIDE, WINDOW, Bars, windows
from app.patterns.field import fields
from tests.support.candle_series import index_candles, tied_candles

BARS = index_candles(rows=400)
ENDS = np.arange(WINDOW - 1, len(BARS))


def test_a_window_is_the_four_prices_of_thirteen_bars_in_turn():
    numbered = np.arange(80.0).reshape(20, 4)
    seen = windows(Bars(*numbered.T), np.array([12, 19]))
    np.testing.assert_array_equal(seen, [np.arange(52.0), np.arange(28.0, 80)])


@pytest.mark.parametrize("bars", [BARS, tied_candles(200, 3)], ids=["index", "ties"])
def test_a_field_holds_the_sine_of_every_difference_of_angles(bars):
    seen = windows(bars, np.arange(WINDOW - 1, len(bars)))
    low, high = seen.min(axis=1, keepdims=True), seen.max(axis=1, keepdims=True)
    angles = np.arccos(np.clip(2 * (seen - low) / (high - low) - 1, -1, 1))
    np.testing.assert_allclose(fields(seen).images, np.sin(angles[:, :, None] - angles[:, None, :]), atol=1e-7)


def test_the_sign_of_a_field_is_that_of_each_comparison_of_prices():
    seen = windows(BARS, ENDS)
    higher = np.sign(seen[:, None, :] - seen[:, :, None])
    images = fields(seen).images
    np.testing.assert_array_equal(np.sign(images)[np.abs(images) > 1e-9], higher[np.abs(images) > 1e-9])


def test_a_field_is_what_its_window_makes_it_whatever_else_is_encoded():
    seen = windows(BARS, ENDS)
    np.testing.assert_array_equal(fields(seen[7:8]).images[0], fields(seen).images[7])


def test_a_window_that_stands_still_is_flagged_and_not_made_up():
    seen = np.vstack([np.full(SIDE, 5.0), np.linspace(1, 2, SIDE)])
    found = fields(seen)
    assert found.flat.tolist() == [True, False]
    assert not found.images[0].any()
    assert fields(seen[:1]).flat.all()


def test_no_window_has_no_field():
    assert len(fields(windows(BARS, np.array([], dtype=np.intp)))) == 0

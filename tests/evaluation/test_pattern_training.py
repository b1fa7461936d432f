from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from app.evaluation.price_files import Candles
from app.evaluation.training.pattern_windows import as_printed, fingerprint, simulated, windows_of
from app.evaluation.training.patterns import Recipe, train
from app.patterns.candlesticks import Bars
from tests.support.candle_series import talib_shapes

CUT_OFF = date(2017, 6, 30)
RECIPE = Recipe(series=6, bars=600, epochs=2, batch=128)


def candles(seed, rows=500):
    bars = simulated(rows, 1000 + seed)
    return Candles(np.busday_offset("2016-01-04", np.arange(rows)), bars, bars.close)


PRICES = {f"R{seed}": candles(seed) for seed in range(13)}


@pytest.fixture(scope="module")
def trained():
    return train(PRICES, CUT_OFF, RECIPE)


def test_a_small_run_learns_more_than_to_say_none(trained):
    assert trained.card.loss < 0.9
    assert (trained.card.tickers, trained.card.held_back.tickers) == (11, 2)
    assert 0 <= trained.card.held_back.calibration_error < 0.2


def test_the_same_seed_gives_the_same_weights_and_nothing_after_the_cut_off_matters(trained):
    later = np.datetime64(CUT_OFF)
    other = {}
    for ticker, one in PRICES.items():
        factor = np.where(one.dates > later, 3.0, 1.0)
        prices = (one.bars.open, one.bars.high, one.bars.low, one.bars.close)
        other[ticker] = Candles(one.dates, Bars(*(factor * price for price in prices)), one.adj_close)
    again = train(other, CUT_OFF, RECIPE)
    assert again.card == trained.card
    for mine, theirs in zip(again.layers, trained.layers, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=2e-3)


def test_another_seed_gives_other_weights():
    few = replace(RECIPE, series=2, epochs=1)
    one, other = (train(PRICES, CUT_OFF, replace(few, seed=seed)) for seed in (1, 2))
    assert not np.allclose(one.layers[0], other.layers[0])


def test_a_rare_class_is_shown_more_often():
    found = windows_of([simulated(3000, 1)])
    shown = found.repeated((1, 5, 5, 1, 1, 1, 1, 3, 3))
    counts, more = (np.bincount(one.classes, minlength=9) for one in (found, shown))
    np.testing.assert_array_equal(more, counts * np.array((1, 5, 5, 1, 1, 1, 1, 3, 3)))


def test_windows_span_their_own_range_and_have_the_class_of_their_last_bar():
    bars = simulated(800, 7)
    found = windows_of([bars])
    assert (found.scaled.min(axis=1) == -1).all()
    assert (found.scaled.max(axis=1) == 1).all()
    assert ((found.classes > 0) == talib_shapes(bars)[12:].any(axis=1)).all()


def test_simulated_bars_are_bars_in_ticks_and_each_seed_has_its_own():
    one, other = simulated(500, 1), simulated(500, 2)
    assert (one.low <= np.minimum(one.open, one.close)).all()
    assert (one.high >= np.maximum(one.open, one.close)).all()
    assert not np.allclose(one.close, other.close)
    np.testing.assert_array_equal(one.close, simulated(500, 1).close)


def test_noise_behind_the_sixth_digit_is_taken_off():
    noisy = Bars(*(np.array([52.875004, 0.1234567]) for _ in range(4)))
    np.testing.assert_allclose(as_printed(noisy).open, [52.8750, 0.123457], rtol=1e-12)


def test_bars_after_the_end_are_cut_off():
    assert PRICES["R0"].until(np.datetime64("2016-02-01")).dates[-1] == np.datetime64("2016-02-01")


def test_no_prices_are_said_to_be_too_few():
    with pytest.raises(ValueError, match="found no series of 13 bars"):
        windows_of([])


def test_a_fingerprint_knows_every_price():
    assert fingerprint({"A": candles(1)}) != fingerprint({"A": candles(2)})
    assert fingerprint({"A": candles(1)}) != fingerprint({"B": candles(1)})

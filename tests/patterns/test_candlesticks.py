import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from app.patterns.candlesticks import SHAPES, Bars, names_of, shapes
from tests.support.candle_series import (
    DAILY,
    INTRADAY,
    SHARED,
    index_candles,
    shared_candles,
    talib_shapes,
    tied_candles,
    until,
)


def mismatches(bars):
    return int((shapes(bars) != talib_shapes(bars)).sum())


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared prices")
@pytest.mark.parametrize("name", [*DAILY, *INTRADAY])
def test_talib_agrees_on_every_bar_of_real_markets(name):
    for ticker, bars in shared_candles(name).items():
        assert mismatches(bars) == 0, ticker


@pytest.mark.parametrize("name", ["sp500", "nasdaq"])
def test_talib_agrees_on_every_bar_of_an_index(name):
    bars = index_candles(name)
    assert mismatches(bars) == 0
    assert (shapes(bars).sum(axis=0) > 5).all()


@pytest.mark.parametrize("tick", [0.1, 0.3, 0.5, 1.0])
def test_talib_agrees_where_ties_are_everywhere(tick):
    assert sum(mismatches(tied_candles(400, seed, tick)) for seed in range(30)) == 0


@st.composite
def candles(draw):
    """Prices of few values, so that bodies, gaps and shadows are often equal, or of any."""
    rows = draw(st.integers(1, 40))
    grid = st.integers(1, 9).map(lambda step: 10 + step * draw_step)
    draw_step = draw(st.sampled_from([0.1, 0.25, 1.0]))
    price = draw(st.sampled_from([grid, st.floats(1, 50, width=32)]))
    corners = draw(hnp.arrays(float, (rows, 4), elements=price))
    return Bars(corners[:, 0].copy(), corners.max(axis=1), corners.min(axis=1), corners[:, 3].copy())


@given(candles())
def test_talib_agrees_on_whatever_bars_there_could_be(bars):
    assert mismatches(bars) == 0


def test_a_bar_is_judged_by_nothing_after_it():
    bars = index_candles(rows=800)
    whole = shapes(bars)
    for rows in (0, 1, 12, 13, 100, 555):
        np.testing.assert_array_equal(shapes(until(bars, rows)), whole[:rows])


def test_the_unit_of_a_price_does_not_matter():
    bars = index_candles(rows=3000)
    doubled = Bars(2 * bars.open, 2 * bars.high, 2 * bars.low, 2 * bars.close)
    np.testing.assert_array_equal(shapes(bars), shapes(doubled))


def test_a_price_that_stands_still_has_no_shape_but_the_body_within_a_body():
    still = np.full(60, 7.5)
    assert not shapes(Bars(still, still, still, still)).any()


def test_where_two_shapes_end_together_the_rarer_names_the_bar():
    found = np.zeros((3, len(SHAPES)), dtype=bool)
    found[1, 2], found[2, [0, 2]] = True, True
    assert [SHAPES[one - 1].name if one else None for one in names_of(found)] == [
        None, "bullish engulfing", "morning star",
    ]  # fmt: skip

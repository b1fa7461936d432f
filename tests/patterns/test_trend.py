import numpy as np

from app.patterns.candlesticks import SHAPES, stands_in_its_trend, trends, trends_before

NAMES = [shape.name for shape in SHAPES]


def test_a_rising_price_is_in_an_uptrend_and_a_falling_one_in_a_downtrend():
    rising = np.arange(1.0, 41)
    assert set(trends(rising)[14:]) == {"up"}
    assert set(trends(rising[::-1])[14:]) == {"down"}
    assert set(trends(np.full(40, 3.0))[14:]) == {"sideways"}


def test_no_trend_is_made_up_before_there_is_a_past():
    assert set(trends(np.arange(1.0, 41))[:14]) == {"unknown"}
    assert set(trends(np.arange(1.0, 9))) == {"unknown"}


def test_a_trend_is_that_of_the_bar_before_the_shape():
    turned = np.concatenate([np.arange(40.0, 10, -1), [30.0, 30.0]])
    before = trends_before(turned)
    assert trends(turned)[-1] != "down"
    assert before[-1, NAMES.index("morning star")] == "down"
    assert before[-1, NAMES.index("bullish engulfing")] == "down"


def test_a_shape_that_turns_upwards_needs_a_fall_before_it():
    falling = stands_in_its_trend(np.arange(60.0, 10, -1))[-1]
    assert [name for name, wanted in zip(NAMES, falling, strict=True) if wanted] == [
        "morning star", "bullish engulfing", "bullish harami", "inverted hammer",
    ]  # fmt: skip

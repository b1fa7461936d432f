import re
from dataclasses import replace

import numpy as np
import pytest

from app.charts.chart import NARROW, WIDE, Caption
from app.charts.pictures.technicals import technicals
from app.charts.pictures.technicals_data import PriceLevelLine
from tests.support.drawings import draw_technicals, root_of, studied, word_boxes

SVG = "{http://www.w3.org/2000/svg}"


def points(chart, name):
    """The corners of the path with this id, in pixels."""
    path = root_of(chart).find(f".//{SVG}g[@id='{name}']/{SVG}path")
    return np.array(re.findall(r"-?\d+(?:\.\d+)?", path.get("d")), float).reshape(-1, 2)


def words_of(chart):
    return {box[0] for box in word_boxes(chart)}


def draw(indicators, canvas=WIDE):
    return technicals(indicators, canvas=canvas, caption=Caption("indicators"))


@pytest.mark.parametrize(("canvas", "bars"), [(WIDE, 150), (NARROW, 90)], ids=["wide", "narrow"])
def test_the_last_months_are_shown_and_fewer_on_a_phone(canvas, bars):
    assert len(points(draw_technicals(canvas), "close")) == bars
    assert len(points(draw_technicals(canvas, bars=60), "close")) == 60


def test_the_three_plots_share_their_days(canvas):
    chart = draw_technicals(canvas)
    ends = {name: points(chart, name)[-1, 0] for name in ("close", "rsi", "macd", "signal")}
    assert len(set(ends.values())) == 1


def test_every_level_in_the_frame_is_written_with_its_turns(canvas):
    assert {"94.00 ×1", "96.00 ×2", "102.00 ×5", "100.00"} <= words_of(draw_technicals(canvas))


def test_a_level_out_of_the_frame_is_left_out_of_the_picture(canvas):
    indicators = studied(level_count=0)
    far = PriceLevelLine(900.0, "900.00 ×2", indicators.dates[-20:-18])
    assert draw(replace(indicators, levels=(far,)), canvas) == draw(indicators, canvas)


def test_a_level_starts_at_its_first_turn():
    indicators = studied(level_count=0)
    old, new = (PriceLevelLine(99.0, "99.00 ×1", indicators.dates[row : row + 1]) for row in (-400, -40))
    length = {name: len(draw(replace(indicators, levels=(level,))).src) for name, level in (("old", old), ("new", new))}
    assert length["new"] > length["old"]


def test_lines_are_named_where_they_end_and_nothing_else_is(canvas):
    assert "SMA 200" in words_of(draw_technicals(canvas))
    young = words_of(draw_technicals(canvas, bars=150, level_count=0))
    assert {"SMA 50", "VWAP 20", "Bollinger", "100.00"} <= young
    assert not [word for word in young if word == "SMA 200" or "×" in word]


def test_rsi_is_filled_beyond_its_lines_only(canvas):
    indicators = studied(150)
    calm = draw(replace(indicators, rsi=np.full(150, 55.0)), canvas)
    assert np.ptp(points(calm, "above-70")[:, 1]) == np.ptp(points(calm, "below-30")[:, 1]) == 0
    assert np.ptp(points(draw(indicators, canvas), "above-70")[:, 1]) > 5


def test_rsi_shows_its_value_and_both_lines(canvas):
    words = words_of(draw(replace(studied(150), rsi=np.full(150, 31.0)), canvas))
    assert {"RSI 14: 31", "30", "70"} <= words


@pytest.mark.parametrize("last", [0.00012, 0.9, 1234.5, 65_000_000.0])
def test_prices_of_every_size_fit_beside_the_picture(canvas, last):
    assert max(box[3] for box in word_boxes(draw_technicals(canvas, last=last))) <= canvas.width


def test_a_price_that_never_moved_is_drawn_as_level_lines(canvas):
    indicators = studied(150, level_count=0)
    flat, nought = np.full(150, 7.5), np.zeros(150)
    lines = dict.fromkeys(("close", "upper", "lower", "sma_50", "sma_200", "vwap"), flat)
    chart = draw(replace(indicators, **lines, rsi=nought, macd=nought, signal=nought), canvas)
    assert np.ptp(points(chart, "close")[:, 1]) == np.ptp(points(chart, "macd")[:, 1]) == 0


def test_a_price_that_multiplied_is_drawn_on_a_log_scale_that_says_so(canvas):
    rising = np.geomspace(1, 50, 150)
    lines = {"close": rising, "upper": 1.1 * rising, "lower": 0.9 * rising, "sma_50": rising, "sma_200": rising}
    chart = draw(replace(studied(150, level_count=0), **lines, vwap=rising), canvas)
    line = points(chart, "close")[-60:]
    np.testing.assert_allclose(line[:, 1], np.interp(line[:, 0], line[[0, -1], 0], line[[0, -1], 1]), atol=0.6)
    assert "log scale" in words_of(chart)

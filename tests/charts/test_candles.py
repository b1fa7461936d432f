import re

import numpy as np
import pytest

from app.charts.chart import WIDE, Caption
from app.charts.pictures.candles import Mark, candles, window
from tests.support.drawings import bars_of_a_walk, draw_candles, draw_lookalikes, root_of, svg_of, word_boxes

SVG = "{http://www.w3.org/2000/svg}"


def strokes(chart, name):
    """The ends of every stroke of the path with this id, (k, 2, 2)."""
    path = root_of(chart).find(f".//{SVG}g[@id='{name}']/{SVG}path")
    # matplotlib says the last point of a simplified line twice.
    once = re.sub(r"(L[^ML]+)\1\s*$", r"\1", path.get("d").replace(" \n", ""))
    return np.array(re.findall(r"-?\d+(?:\.\d+)?", once), float).reshape(-1, 2, 2)


def rule_of(chart, name):
    """The style of the path with this id."""
    root = root_of(chart)
    used = root.find(f".//{SVG}g[@id='{name}']/{SVG}path").get("class")
    return re.search(rf"\.{used}\{{([^}}]*)", root.findtext(f"{SVG}style"))[1]


def tone_of(chart, name):
    return re.search(r"stroke:(var\([a-z-]+\))", rule_of(chart, name))[1]


def width_of(chart, name):
    return float(re.search(r"stroke-width:([\d.]+)", rule_of(chart, name))[1])


def words_of(chart):
    return {box[0] for box in word_boxes(chart)}


def marked(*marks):
    return candles(bars_of_a_walk(), marks, canvas=WIDE, caption=Caption("candles"), currency="USD")


def test_every_bar_has_a_wick_and_a_body_wide_enough_to_be_hollow(canvas):
    chart = draw_candles(canvas)
    bodies = [strokes(chart, name) for name in ("rose", "fell")]
    assert len(strokes(chart, "wicks")) == sum(map(len, bodies)) >= 50
    assert width_of(chart, "rose") == width_of(chart, "fell") >= 3


def test_days_that_rose_are_hollow_and_days_that_fell_are_filled_whatever_the_scheme():
    """The outline and the filling are of one ink, so a dark screen cannot turn them round."""
    chart = draw_candles(WIDE)
    assert tone_of(chart, "rose") == tone_of(chart, "fell") == "var(--ink)"
    assert tone_of(chart, "hollow") == "var(--paper)"
    assert 1 <= width_of(chart, "hollow") == pytest.approx(width_of(chart, "rose") - 2, abs=0.11)
    inside, outside = set(strokes(chart, "hollow")[:, 0, 0]), set(strokes(chart, "rose")[:, 0, 0])
    assert inside <= outside
    assert not inside & set(strokes(chart, "fell")[:, 0, 0])


def test_a_body_without_height_is_still_a_line():
    seen = bars_of_a_walk(60)
    still = type(seen)(seen.dates, seen.close, seen.high, seen.low, seen.close)
    bodies = strokes(candles(still, [], canvas=WIDE, caption=Caption("dojis"), currency="USD"), "rose")
    assert (np.ptp(bodies[:, :, 1], axis=1) > 0.5).all()


def test_a_mark_of_a_shape_that_turns_up_stands_below_its_bar():
    day = bars_of_a_walk().dates[-40]
    places = []
    for up in (True, False):
        (use,) = root_of(marked(Mark(day, "bullish harami", up, False))).findall(f".//{SVG}use")
        places.append(float(use.get("y")))
    assert places[0] > places[1] + 16


def test_marks_older_than_the_picture_are_left_out():
    assert marked(Mark(bars_of_a_walk().dates[5], "morning star", True, True)) == marked()


def test_each_shape_is_named_with_its_day_where_it_stands(canvas):
    named = [word for word in words_of(draw_candles(canvas)) if re.search(r"(engulfing|star|hammer), \d+ ", word)]
    assert len(named) == 3


def test_a_price_that_multiplied_is_drawn_on_a_log_scale_that_says_so():
    seen = bars_of_a_walk(250)
    grown = np.geomspace(1, 40, 250)
    prices = (getattr(seen, name) * grown for name in ("open", "high", "low", "close"))
    chart = candles(type(seen)(seen.dates, *prices), [], canvas=WIDE, caption=Caption("up"), currency="USD")
    assert "log scale" in words_of(chart)


def test_a_field_is_drawn_in_as_few_strokes_as_hold_its_steps():
    image = np.zeros((52, 52))
    image[0, :10], image[0, 20:30], image[51, :] = 0.9, 0.9, -0.9
    chart = window(bars_of_a_walk(13), image, 2, canvas=WIDE, caption=Caption("field"))
    assert len(strokes(chart, "step-3")) == 2
    assert len(strokes(chart, "step-2")) == 1
    assert strokes(chart, "step-3")[0, 0, 1] < strokes(chart, "step-2")[0, 0, 1]


def test_both_fans_start_at_the_last_close_and_are_named(canvas):
    chart = draw_lookalikes(canvas)
    assert {"any day", "last close", "29 days ago"} <= words_of(chart)
    assert 'id="after"' in svg_of(chart)

import re

import numpy as np
import pytest

from app.charts.chart import NARROW, WIDE
from app.charts.pictures.candles import Mark, candles, window
from tests.support.drawings import bars_of_a_walk, draw_candles, draw_lookalikes, root_of, svg_of, word_boxes

SVG = "{http://www.w3.org/2000/svg}"


def strokes(chart, name):
    """The ends of every stroke of the path with this id, (k, 2, 2)."""
    path = root_of(chart).find(f".//{SVG}g[@id='{name}']/{SVG}path")
    # matplotlib says the last point of a simplified line twice.
    once = re.sub(r"(L[^ML]+)\1\s*$", r"\1", path.get("d").replace(" \n", ""))
    return np.array(re.findall(r"-?\d+(?:\.\d+)?", once), float).reshape(-1, 2, 2)


def words_of(chart):
    return {box[0] for box in word_boxes(chart)}


def marked(*marks):
    return candles(bars_of_a_walk(), marks, canvas=WIDE, alt="candles", currency="USD")


@pytest.mark.parametrize(("canvas", "bars"), [(WIDE, 250), (NARROW, 110)], ids=["wide", "narrow"])
def test_every_bar_of_the_last_year_has_a_wick_and_a_body(canvas, bars):
    chart = draw_candles(canvas)
    assert len(strokes(chart, "wicks")) == bars
    assert len(strokes(chart, "rose")) + len(strokes(chart, "fell")) == bars


def test_a_body_without_height_is_still_a_line():
    seen = bars_of_a_walk(60)
    still = type(seen)(seen.dates, seen.close, seen.high, seen.low, seen.close)
    bodies = strokes(candles(still, [], canvas=WIDE, alt="dojis", currency="USD"), "rose")
    assert (np.ptp(bodies[:, :, 1], axis=1) > 0.5).all()


def test_a_mark_of_a_shape_that_turns_up_stands_below_its_bar():
    day = bars_of_a_walk().dates[-40]
    places = []
    for up in (True, False):
        uses = root_of(marked(Mark(day, "harami", up, False))).findall(f".//{SVG}use")
        places.append(float(uses[-5].get("y")))
    assert places[0] != places[1]
    assert max(places) > min(places) + 16


def test_marks_older_than_the_picture_are_left_out():
    assert marked(Mark(bars_of_a_walk().dates[5], "star", True, True)) == marked()


def test_the_key_names_every_form():
    assert {"star", "engulfing", "harami", "long shadow"} <= words_of(draw_candles(NARROW))


def test_a_price_that_multiplied_is_drawn_on_a_log_scale_that_says_so():
    seen = bars_of_a_walk(250)
    grown = np.geomspace(1, 40, 250)
    prices = (getattr(seen, name) * grown for name in ("open", "high", "low", "close"))
    chart = candles(type(seen)(seen.dates, *prices), [], canvas=WIDE, alt="up", currency="USD")
    assert "USD, log" in words_of(chart)


def test_a_field_is_drawn_in_as_few_strokes_as_hold_its_steps():
    image = np.zeros((52, 52))
    image[0, :10], image[0, 20:30], image[51, :] = 0.9, 0.9, -0.9
    chart = window(bars_of_a_walk(13), image, 2, canvas=WIDE, alt="field")
    assert len(strokes(chart, "step-3")) == 2
    assert len(strokes(chart, "step-2")) == 1
    assert strokes(chart, "step-3")[0, 0, 1] < strokes(chart, "step-2")[0, 0, 1]


def test_both_fans_start_at_the_last_close_and_are_named(canvas):
    chart = draw_lookalikes(canvas)
    assert {"any day", "last close", "30 bars ago"} - words_of(chart) <= {"30 bars ago"}
    assert 'id="after"' in svg_of(chart)

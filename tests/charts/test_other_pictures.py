import re

import numpy as np
import pytest

from app.charts.chart import WIDE, Caption
from app.charts.pictures.components import Season, components
from app.charts.pictures.intervals import PastIntervals, interval_hits
from app.charts.pictures.overview import move_distribution, volatility
from tests.support.drawings import draw_hits, draw_moves, root_of, walk, word_boxes

SVG = "{http://www.w3.org/2000/svg}"


def words_of(chart):
    return [box[0] for box in word_boxes(chart)]


def moves_with(risk, shortfall, last, canvas):
    moves = np.linspace(-6, 6, 500)
    return move_distribution(
        moves, value_at_risk=risk, expected_shortfall=shortfall, last=last, canvas=canvas, caption=Caption("moves")
    )


def draw_receipt(canvas, *actual):
    """Bands from −1 to 1 and from −2 to 2, and what happened."""
    edge = np.ones(len(actual))
    past = PastIntervals(walk(len(actual))[0], -edge, edge, -2 * edge, 2 * edge, np.array(actual))
    return interval_hits(past, canvas=canvas, caption=Caption(""))


def test_the_receipt_names_its_bars_and_the_farthest_miss(canvas):
    words = words_of(draw_receipt(canvas, 0.0, 0.9, -1.5, 3.0, -2.5))
    assert {"8 in 10", "19 in 20", "+3.0%, from 7 Jan 2016"} <= set(words)
    assert not [text for text in words if "2.5%" in text]


def test_where_every_range_held_no_miss_is_named(canvas):
    assert not [text for text in words_of(draw_receipt(canvas, 0.0, 0.9, -1.0)) if "from" in text]


def test_hits_and_misses_differ_in_shape_and_not_only_in_colour():
    chart = draw_receipt(WIDE, 0.0, 1.5, 3.0)
    marks = [(use.get("href"), use.get("class")) for use in root_of(chart).iter(f"{SVG}use")]
    assert len(set(marks)) == 3


def test_more_past_forecasts_than_there_is_room_for_are_counted_and_some_are_drawn(canvas):
    chart = draw_hits(canvas, origins=500)
    marks = len(list(root_of(chart).iter(f"{SVG}use")))
    every, nth = {1080: (2, "2nd"), 720: (3, "3rd"), 680: (3, "3rd"), 500: (4, "4th"), 328: (7, "7th")}[canvas.width]
    assert marks == -(-500 // every)
    assert f"Every {nth} is drawn." in " ".join(words_of(chart))


def test_a_single_past_forecast_makes_a_receipt(canvas):
    assert "8 in 10" in words_of(draw_receipt(canvas, 0.0))


def stems(chart):
    """The x, top and bottom of upright lines, in pixels."""
    drawn = " ".join(path.get("d") for path in root_of(chart).iter(f"{SVG}path"))
    upright = re.findall(r"M([\d.]+) ([\d.]+)L\1 ([\d.]+)", drawn)
    return [(float(x), *sorted((float(start), float(end)))) for x, start, end in upright]


@pytest.mark.parametrize("marked", [(-3, -4, 1), (-3, -3.1, -3.2), (-5.7, -5.9, -5.8), (-3, -4, 5.8), (0.5, 0.2, 0)])
def test_no_stem_runs_through_the_words_of_another(canvas, marked):
    chart = moves_with(*marked, canvas)
    flags = [box for box in word_boxes(chart) if re.match("newest|1 in 20|these average", box[0])]
    assert len(flags) == 3
    assert len(stems(chart)) >= 3
    for words, left, top, right, bottom in flags:
        for x, start, end in stems(chart):
            assert not (left < x < right and start < (top + bottom) / 2 < end), words


def test_moves_of_any_size_are_framed(canvas):
    for scale in (0.001, 40.0):
        assert draw_moves(canvas, scale).src


def test_moves_out_of_the_frame_are_counted(canvas):
    moves = np.r_[np.linspace(-5, 5, 1000), -40, -50, 90]
    chart = move_distribution(
        moves, value_at_risk=-4, expected_shortfall=-4.5, last=1, canvas=canvas, caption=Caption("moves")
    )
    assert {"← 2 more", "1 more →"} <= set(words_of(chart))


def test_a_stock_that_never_moved_has_a_distribution_too(canvas):
    chart = move_distribution(
        np.zeros(60), value_at_risk=0, expected_shortfall=0, last=0, canvas=canvas, caption=Caption("still")
    )
    assert "newest 0.0%" in words_of(chart)


def test_a_season_names_its_best_and_worst_month(canvas):
    days = np.arange(366.0)
    season = Season("Time of year", days, 2 * np.cos(2 * np.pi * (days - 15) / 365), "year")
    assert {"Jan +2.0%", "Jul −2.0%"} <= set(words_of(components([season], canvas=canvas, caption=Caption(""))))


def test_a_flat_season_is_drawn(canvas):
    flat = Season("Day of the week", np.arange(5.0), np.zeros(5), "week")
    assert "Mon" in words_of(components([flat], canvas=canvas, caption=Caption("")))


@pytest.mark.parametrize("level", [0.0, 0.01, 18.0, 900.0])
def test_volatility_of_every_size_says_what_it_is_now(canvas, level):
    chart = volatility(walk(60)[0], np.full(60, level), level, canvas=canvas, caption=Caption(""))
    assert {f"now {level:.0f}%", "median"} <= set(words_of(chart))

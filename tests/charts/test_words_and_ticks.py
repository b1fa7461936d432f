import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.charts.parts.figure import holds, text_width
from app.charts.parts.ticks import date_ticks, extremes, log_ticks, means, percent_ticks, round_ticks, spread
from app.text.compact_numbers import compact_text, percent_text, price_text


@pytest.mark.parametrize(
    ("price", "words"),
    [
        (0.00012, "0.00012"), (0.5, "0.5"), (7.5, "7.50"), (1234.5, "1,234.50"), (123456.7, "123,457"),
        (65_000_000, "65.00M"), (2.5e12, "2.50T"), (0, "0.00"),
    ],
)  # fmt: skip
def test_a_price_has_as_many_digits_as_mean_something(price, words):
    assert price_text(price) == words


def test_signs_are_typographic_and_nought_has_none():
    assert percent_text(-3.14) == "−3.1%"
    assert percent_text(3.14, plus=True) == "+3.1%"
    assert percent_text(-0.01) == percent_text(0.01, plus=True) == "0.0%"


def test_large_counts_are_short():
    assert [compact_text(count) for count in (950, 5000, 2.5e6, 5e9)] == ["950", "5K", "2.5M", "5B"]


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 9))
def test_ticks_are_few_even_and_within_the_axis(low, span, most):
    ticks = [tick.at for tick in round_ticks(low, low + span, most)]
    assert len(ticks) <= most + 1
    assert all(low - 1e-6 * span <= at <= low + span * (1 + 1e-6) for at in ticks)


def test_ticks_of_different_places_have_different_words():
    for low, high in ((0.000118, 0.000123), (99, 101), (64e6, 66e6), (0, 3), (-7, 12)):
        words = [tick.text for tick in round_ticks(low, high, 5)]
        assert len(set(words)) == len(words) >= 2


def test_log_ticks_lie_at_the_logarithms_of_their_words():
    ticks = log_ticks(0.9, 4000, 6)
    assert 3 <= len(ticks) <= 6
    assert all(math.exp(tick.at) == pytest.approx(float(tick.text.replace(",", ""))) for tick in ticks)


def test_percent_ticks_have_signs_on_request():
    assert [tick.text for tick in percent_ticks(-5, 5, 2, plus=True)] == ["−5%", "0%", "+5%"]


@pytest.mark.parametrize(
    ("bars", "words"),
    [(25, "4 Jan"), (60, "18 Jan"), (250, "Mar"), (700, "Jul"), (2520, "2017")],
)
def test_dates_are_written_as_the_span_asks_for(bars, words):
    dates = np.busday_offset(np.datetime64("2016-01-04"), np.arange(bars), roll="forward")
    ticks = date_ticks(dates, 600)
    assert words in [tick.text for tick in ticks]
    assert 3 <= len(ticks) <= 12


def test_a_date_tick_stands_at_the_first_bar_of_its_period():
    dates = np.busday_offset(np.datetime64("2016-01-04"), np.arange(700), roll="forward")
    months = dates.astype("M8[M]")
    rows = [int(tick.at) for tick in date_ticks(dates, 600)]
    assert all(row == 0 or months[row - 1] != months[row] for row in rows)


@given(st.lists(st.floats(0, 200), min_size=1, max_size=9))
def test_labels_keep_their_order_their_distance_and_the_page(wanted):
    placed = spread(np.sort(wanted), 13.5, 0, 200)
    assert all(after - before >= 13.5 - 1e-9 for before, after in itertools.pairwise(placed))
    assert placed[0] >= -1e-9
    assert placed[-1] <= 200 + 1e-9


def test_labels_with_room_stay_where_they_are():
    np.testing.assert_allclose(spread(np.array([10.0, 50.0, 90.0]), 13.5, 0, 100), [10, 50, 90])


def test_two_labels_for_one_place_part_evenly():
    np.testing.assert_allclose(spread(np.array([50.0, 50.0]), 10, 0, 100), [45, 55])


def test_bold_words_are_wider():
    assert text_width("2,506.85", bold=True) > text_width("2,506.85") > text_width("2,506")


WORDS = ("S&P", "index,", "closes", "in", "USD;", "80%", "4,132.50", "−1.5%", "AVAYA", "Tokyo)", "T–Y", "fi", "“To”")


@given(st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join), st.floats(20, 800), st.booleans())
def test_a_text_is_held_by_what_it_takes(text, width, bold):
    assert holds(width, text, 13, bold=bold) == (text_width(text, 13, bold=bold) <= width)


def test_thinning_keeps_both_ends_and_every_extreme():
    values = np.random.default_rng(1).normal(size=5000)
    rows = extremes(values, 100)
    assert len(rows) <= 202
    assert {0, 4999, int(values.argmax()), int(values.argmin())} <= set(rows)


def test_means_of_stretches_keep_the_total():
    values = np.arange(1003.0)
    heights, edges = means(values, 50)
    assert (heights * np.diff(edges)).sum() == pytest.approx(values.sum())
    assert (edges[0], edges[-1]) == (0, 1003)

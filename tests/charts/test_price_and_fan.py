import re

import numpy as np
import pytest

from app.charts.chart import Caption, DayMark
from app.charts.pictures.fan import FanData, Track, fan
from app.charts.pictures.overview import price_and_volume
from tests.support.drawings import draw_fan, draw_price, root_of, svg_of, walk, word_boxes

SVG = "{http://www.w3.org/2000/svg}"


def points(chart, name):
    """The corners of the path with this id, in pixels."""
    path = root_of(chart).find(f".//{SVG}g[@id='{name}']/{SVG}path")
    numbers = re.findall(r"-?\d+(?:\.\d+)?", path.get("d"))
    return np.array(numbers, float).reshape(-1, 2)


def words_of(chart):
    return {box[0] for box in word_boxes(chart)}


@pytest.mark.parametrize("horizon", [1, 2, 22, 66])
def test_a_fan_opens_exactly_at_the_last_close(canvas, horizon):
    chart = draw_fan(canvas, horizon)
    last = points(chart, "close")[-1]
    for name in ("median", "band-95", "band-80", "band-50"):
        np.testing.assert_allclose(points(chart, name)[0], last, atol=0.11)


def test_the_bands_of_a_fan_lie_within_each_other(canvas):
    chart = draw_fan(canvas, 22)
    reach = [np.ptp(points(chart, f"band-{level}")[:, 1]) for level in (95, 80, 50)]
    assert reach == sorted(reach, reverse=True)


def test_a_fan_one_day_ahead_is_wide_enough_to_see(canvas):
    assert np.ptp(points(draw_fan(canvas, 1), "band-95")[:, 0]) >= 12


def test_the_edges_of_a_fan_are_said_in_words(canvas):
    words = words_of(draw_fan(canvas, 22))
    assert {"1 in 40 above", "1 in 10 above", "half between", "1 in 10 below", "1 in 40 below"} <= words
    assert {"$100.00", "$87", "$91", "$95–$105", "$109", "$115"} <= words
    assert any(word.endswith("29 Aug") for word in words)
    assert not [word for word in words if re.match(r"(50|80|95) ?%", word)]


def test_what_happened_starts_at_the_last_close_and_ends_where_it_is_known(canvas):
    dates, _ = walk()
    known = np.busday_offset(dates[-1], np.arange(1, 8))
    actual = Track(known, np.full(7, 103.0), "actual")
    chart = draw_fan(canvas, 22, actual=actual)
    path, median = points(chart, "actual"), points(chart, "median")
    np.testing.assert_allclose(path[0], points(chart, "close")[-1], atol=0.11)
    assert path[-1, 0] == pytest.approx(median[0, 0] + 7 / 22 * (median[-1, 0] - median[0, 0]), abs=0.2)


def test_days_to_come_are_marked_where_they_lie(canvas):
    dates, _ = walk()
    days = [np.busday_offset(dates[-1], ahead).item() for ahead in (5, 21)]
    chart = draw_fan(canvas, 22, marks=[DayMark(days[0], "results"), DayMark(days[1], "ex-dividend")])
    assert {"results", "ex-dividend"} <= words_of(chart)
    first, last = points(chart, "median")[[0, -1], 0]
    for row, ahead in enumerate((5, 21)):
        across = points(chart, f"ahead-{row}")[:, 0]
        np.testing.assert_allclose(across, first + ahead / 22 * (last - first), atol=0.3)


@pytest.mark.parametrize("horizon", [5, 22, 66])
@pytest.mark.parametrize("reported", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("ex_dividend", [0.2, 0.6, 1.0])
def test_words_of_days_to_come_cover_no_other_words_nor_the_last_close(canvas, horizon, reported, ex_dividend):
    dates, _ = walk()
    ahead = [max(1, round(share * horizon)) for share in (reported, ex_dividend)]
    days = [np.busday_offset(dates[-1], day).item() for day in ahead]
    chart = draw_fan(canvas, horizon, marks=[DayMark(days[0], "results"), DayMark(days[1], "ex-dividend")])
    boxes = word_boxes(chart)
    last_close = points(chart, "median")[0, 0]
    for words, left, top, right, bottom in boxes:
        if words in ("results", "ex-dividend"):
            assert not left < last_close < right
            for other, x1, y1, x2, y2 in boxes:
                assert other == words or right <= x1 or x2 <= left or bottom <= y1 or y2 <= top, other


def test_a_faint_track_older_than_the_picture_is_cut_at_its_edge(canvas):
    dates, close = walk()
    chart = draw_fan(canvas, 22, faint=Track(dates, close * 1.01, "fitted"))
    assert points(chart, "faint")[:, 0].min() >= 0


def test_a_track_without_a_day_in_the_picture_is_left_out(canvas):
    dates, close = walk()
    nothing, past = Track(dates[:0], close[:0], "actual"), Track(dates[:9], close[:9], "fitted")
    assert draw_fan(canvas, actual=nothing, faint=past) == draw_fan(canvas)


@pytest.mark.parametrize("last", [0.00012, 0.9, 1234.5, 65_000_000.0])
@pytest.mark.parametrize("drawing", [draw_price, draw_fan])
def test_prices_of_every_size_fit_beside_the_picture(canvas, drawing, last):
    chart = drawing(canvas, last=last)
    assert max(box[3] for box in word_boxes(chart)) <= chart.width
    assert "e-" not in svg_of(chart).split("</style>")[1]


@pytest.mark.parametrize("drawing", [draw_price, draw_fan])
def test_sixty_bars_are_enough(canvas, drawing):
    assert len(points(drawing(canvas, bars=60), "close")) > 10


def test_a_price_without_volume_has_no_volume_below(canvas):
    dates, close = walk(300)
    silent = price_and_volume(dates, close, np.zeros(300), canvas=canvas, caption=Caption("flat"), currency="")
    assert silent == price_and_volume(dates, close, None, canvas=canvas, caption=Caption("flat"), currency="")
    assert "Volume" not in words_of(silent)
    assert "Volume" in words_of(draw_price(canvas))


def test_a_price_that_never_moved_is_a_level_line(canvas):
    dates, _ = walk(120)
    flat = np.full(120, 7.5)
    chart = price_and_volume(dates, flat, None, canvas=canvas, caption=Caption("flat"), currency="USD")
    assert np.ptp(points(chart, "close")[:, 1]) == 0
    data = FanData(dates[:-1], flat[:-1], dates[-1:], np.full((1, 7), 7.5))
    ahead = fan(data, canvas=canvas, caption=Caption("flat"), currency="USD")
    assert np.ptp(points(ahead, "median")[:, 1]) == 0


def test_a_price_line_keeps_its_highest_and_lowest_close(canvas):
    dates, close = walk()
    spiked = close.copy()
    spiked[1000], spiked[1500] = close.max() * 1.2, close.min() / 1.2
    line = points(
        price_and_volume(dates, spiked, None, canvas=canvas, caption=Caption("spikes"), currency="USD"), "close"
    )
    assert np.sum(line[:, 1] == line[:, 1].min()) == 1
    assert np.sum(line[:, 1] == line[:, 1].max()) == 1


def test_a_price_that_multiplied_is_drawn_on_a_log_scale_that_says_so(canvas):
    dates, _ = walk(600)
    chart = price_and_volume(
        dates, np.geomspace(1, 500, 600), None, canvas=canvas, caption=Caption("up"), currency="USD"
    )
    line = points(chart, "close")
    straight = np.interp(line[:, 0], line[[0, -1], 0], line[[0, -1], 1])
    np.testing.assert_allclose(line[:, 1], straight, atol=0.6)
    assert "log scale" in words_of(chart)
    assert "log scale" not in words_of(draw_price(canvas, bars=60))


def test_the_last_close_is_written_beside_its_line(canvas):
    assert "$1,234.50" in words_of(draw_price(canvas, last=1234.5))


@pytest.mark.parametrize("title", ["US$ $x^2$", "<b>&amp;"])
def test_words_are_written_as_they_are(canvas, title):
    dates, close = walk(100)
    caption = Caption(title)
    assert title in words_of(price_and_volume(dates, close, None, canvas=canvas, caption=caption, currency="USD"))


@pytest.mark.parametrize("horizon", [1, 5, 22, 66])
def test_the_future_takes_half_of_the_picture(canvas, horizon):
    chart = draw_fan(canvas, horizon)
    assert points(chart, "close")[-1, 0] <= chart.width / 2


def test_a_fan_ends_in_its_density(canvas):
    chart = draw_fan(canvas, 22)
    bell, fan_end = points(chart, "density-95"), points(chart, "band-95")[:, 0].max()
    assert 0 < bell[:, 0].min() - fan_end < 6
    curve = bell[1:-1]
    peak = int(curve[:, 0].argmax())
    half = points(chart, "band-50")[:, 1]
    assert half.min() < curve[peak, 1] < half.max()
    assert (np.diff(curve[: peak + 1, 0]) >= -0.11).all()
    assert (np.diff(curve[peak:, 0]) <= 0.11).all()


def test_the_edge_of_the_80_percent_band_is_drawn_along_the_band(canvas):
    chart = draw_fan(canvas, 22)
    edge, band = points(chart, "border-80"), points(chart, "band-80")
    assert {tuple(point) for point in edge} <= {tuple(point) for point in band}


@pytest.mark.parametrize("horizon", [1, 5, 22, 66])
def test_a_fan_opens_without_a_corner(canvas, horizon):
    """Half-widths of a square-root law, drawn, stay one: over the root of time they are the same at every point."""
    chart = draw_fan(canvas, horizon)
    upper, (start, *_, end) = points(chart, "band-80"), points(chart, "median")
    upper = upper[len(upper) // 2 + 1 :]
    days, reach = (upper[:, 0] - start[0]) / (end[0] - start[0]), start[1] - upper[:, 1]
    far = days > 0.05
    ratio = reach[far] / np.sqrt(days[far])
    assert np.ptp(ratio) < 0.12 * ratio.mean()

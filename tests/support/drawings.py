"""One drawing of every kind, from numbers that are the same in every run, and a reader of what was drawn."""

import base64
import re
from xml.etree import ElementTree

import numpy as np

from app.charts.chart import Caption, Chart
from app.charts.parts.figure import text_width
from app.charts.pictures.candles import Candles, Mark, candles, window
from app.charts.pictures.compared import (
    Kept,
    PastYear,
    Span,
    TouchCurve,
    compared,
    reliability_chart,
    touch_chart,
)
from app.charts.pictures.components import Reach, Season, Trend, components, members_chart
from app.charts.pictures.fan import FanData, Track, fan
from app.charts.pictures.intervals import PastIntervals, interval_hits
from app.charts.pictures.lookalikes import Lookalikes, aftermath, lookalikes
from app.charts.pictures.overview import move_distribution, price_and_volume, volatility
from app.charts.pictures.technicals import technicals
from app.charts.pictures.technicals_data import PriceLevelLine, TechnicalsData

BARS = 2520
SPANS = (
    Span("^GSPC", -9.1, -4.4, 0.6, 5.6, 9.9),
    Span("RELIANCE.NS", -14.2, -8.0, -0.3, 7.9, 15.0),
    Span("BTC-USD", -41.0, -22.5, 1.2, 27.4, 68.0),
    Span("VERYLONGTICKER1", -0.4, -0.2, 0.0, 0.2, 0.4),
)
LONG = "Closing prices in US dollars from 4 Jan 2016 to 30 Dec 2025; the days ahead are drawn wider than those before."
SOURCE = "Source: Yahoo Finance, prices to 30 Dec 2025 · Stock Forecasting Analytics"
SCORES = np.array([-1.96, -1.2816, -0.6745, 0, 0.6745, 1.2816, 1.96])


def caption(finding):
    """Words as long as a card's, so that they have to be broken into lines on a phone."""
    return Caption(f"Half of its months ended within five percent: {finding}", f"{LONG} {finding}", SOURCE)


def walk(bars=BARS, last=100.0):
    """Trading days and the closes of a random walk that ends at ``last``."""
    dates = np.busday_offset(np.datetime64("2016-01-04"), np.arange(bars), roll="forward")
    steps = np.random.default_rng(7).normal(0.0003, 0.015, bars)
    return dates, last * np.exp(np.cumsum(steps) - steps.sum())


def draw_price(canvas, bars=BARS, last=100.0):
    dates, close = walk(bars, last)
    volume = np.random.default_rng(8).integers(1, 9_000_000, bars).astype(float)
    return price_and_volume(dates, close, volume, canvas=canvas, caption=caption("a price"), currency="USD")


def draw_fan(canvas, horizon=22, last=100.0, bars=BARS, **tracks):
    dates, close = walk(bars, last)
    ahead = np.arange(1, horizon + 1)
    future = np.busday_offset(dates[-1], ahead)
    quantiles = last * np.exp(0.015 * np.sqrt(ahead)[:, None] * SCORES)
    return fan(
        FanData(dates, close, future, quantiles, **tracks), canvas=canvas, caption=caption("a fan"), currency="USD"
    )


def draw_fan_with_tracks(canvas):
    future = np.busday_offset(walk()[0][-1], np.arange(1, 23))
    path = np.linspace(104, 109, 22)
    faint = Track(future, path, "stock Prophet", path - 5, path + 5)
    return draw_fan(canvas, faint=faint, actual=Track(future[:9], path[:9] - 8, "actual"))


def draw_aftermath(canvas, later=22, last=100.0):
    dates, close = walk(last=last)
    future = np.busday_offset(dates[-1], np.arange(1, later + 1))
    path = last * np.exp(np.cumsum(np.random.default_rng(12).normal(0, 0.02, later)))
    return aftermath(dates, close, (future, path), canvas=canvas, caption=caption("what followed"), currency="USD")


def draw_components(canvas):
    dates, close = walk()
    days = np.arange(366.0)
    year = Season("Time of year", days, np.sin(days / 58), "year")
    week = Season("Day of the week", np.arange(5.0), np.array([0.1, -0.2, 0.0, 0.1, 0.0]), "week")
    return components([Trend("Trend", dates, close, dates[::100]), year, week], canvas=canvas, caption=caption("parts"))


def draw_moves(canvas, scale=4.0):
    moves = np.random.default_rng(9).standard_t(3, BARS) * scale
    risk = float(np.percentile(moves, 5))
    tail = float(moves[moves <= risk].mean())
    return move_distribution(
        moves, value_at_risk=risk, expected_shortfall=tail, last=scale, canvas=canvas, caption=caption("moves")
    )


def draw_hits(canvas, origins=110):
    width = np.linspace(2, 5, origins)
    actual = np.random.default_rng(10).normal(0, 3, origins)
    dates = walk()[0][:: BARS // origins][:origins]
    past = PastIntervals(dates, -width, width, -1.5 * width, 1.5 * width, actual)
    return interval_hits(past, canvas=canvas, caption=caption("hits"))


def draw_many_hits(canvas):
    return draw_hits(canvas, origins=500)


def draw_volatility(canvas):
    values = 15 + 5 * np.sin(np.arange(BARS) / 80)
    return volatility(walk()[0], values, float(values[-1]), canvas=canvas, caption=caption("restless"))


def studied(bars=BARS, last=100.0, level_count=6) -> TechnicalsData:
    """A walk with lines around it, no longer average before its 200th bar, and levels near its end."""
    dates, close = walk(bars, last)
    long = np.where(np.arange(bars) < 199, np.nan, 0.95 * close)
    restless = 50 + 35 * np.sin(np.arange(bars) / 9)
    levels = tuple(
        PriceLevelLine(
            last * (0.94 + 0.02 * n), f"{last * (0.94 + 0.02 * n):,.2f} ×{n + 1}", dates[-9 * n - 7 :: 9][: n + 1]
        )
        for n in range(level_count)
    )
    gap = last * np.sin(np.arange(bars) / 20) / 40
    lines = (close, 1.08 * close, 0.93 * close, 0.98 * close, long, 1.01 * close)
    return TechnicalsData(dates, *lines, restless, gap, np.roll(gap, 5), levels, f"{last:,.2f}")


def draw_technicals(canvas, bars=BARS, last=100.0, level_count=6):
    return technicals(studied(bars, last, level_count), canvas=canvas, caption=caption("indicators"))


def draw_ranges(canvas):
    dates, _ = walk(252)
    steps = np.random.default_rng(14).normal(0.0003, 0.015, (len(SPANS), 252))
    closes = 100 * np.exp(np.cumsum(steps, axis=1) - steps[:, :1])
    heads = ("100 on 4 Jan 2016, with dividends", "Change over 22 trading days")
    return compared(SPANS, PastYear(dates, closes), heads, canvas=canvas, caption=caption("ranges"))


def draw_ranges_alone(canvas):
    """Two tickers without a day in common."""
    none = PastYear(np.array([], "datetime64[D]"), np.zeros((2, 0)))
    return compared(SPANS[:2], none, ("", "Change over 1 trading day"), canvas=canvas, caption=caption("ranges"))


def draw_members(canvas, last=100.0):
    reaches = [
        Reach("Combined", 0.93 * last, 1.01 * last, 1.07 * last, 1.0),
        Reach("Historical simulation", 0.94 * last, last, 1.06 * last, 0.0),
        Reach("Range regression", 0.92 * last, 1.02 * last, 1.08 * last, 0.5),
        Reach("LSTM", 0.9 * last, 1.01 * last, 1.09 * last, 0.5),
        Reach("Prophet", 0.95 * last, 0.99 * last, 1.05 * last, 0.0),
    ]
    return members_chart(reaches, last, canvas=canvas, caption=caption("members"))


def bars_of_a_walk(bars=BARS, last=100.0):
    dates, close = walk(bars, last)
    start = np.concatenate([close[:1], close[:-1]])
    high, low = 1.004 * np.maximum(start, close), 0.996 * np.minimum(start, close)
    return Candles(dates, start, high, low, close)


def draw_candles(canvas, bars=BARS, last=100.0, every=20):
    seen = bars_of_a_walk(bars, last)
    forms = ("bullish engulfing", "evening star", "inverted hammer")
    days = seen.dates[[-2 * every, -every, -2]]
    marks = [Mark(day, name, row != 1, row > 0) for row, (day, name) in enumerate(zip(days, forms, strict=True))]
    return candles(seen, marks, canvas=canvas, caption=caption("candles"), currency="USD")


def draw_window(canvas, own=3):
    seen = bars_of_a_walk().newest(13)
    prices = np.column_stack([seen.open, seen.high, seen.low, seen.close]).ravel()
    angles = np.arccos(np.clip(2 * (prices - prices.min()) / np.ptp(prices) - 1, -1, 1))
    return window(seen, np.sin(angles[:, None] - angles), own, canvas=canvas, caption=caption("a window"))


def draw_lookalikes(canvas, last=100.0, windows=20):
    newest = walk(30, last)[1]
    past = newest * (1 + 0.03 * np.random.default_rng(13).normal(size=(windows, 30)))
    ahead = np.sqrt(np.arange(1, 23))[:, None] * np.array([-0.012, 0.001, 0.013])
    fans = last * np.exp(ahead), last * np.exp(1.2 * ahead)
    return lookalikes(Lookalikes(newest, past, *fans), canvas=canvas, caption=caption("before"), currency="USD")


def draw_touch(canvas, days=22, chances=(0.45, 0.31)):
    growth = np.sqrt(np.arange(1, days + 1) / days)
    curves = [TouchCurve(f"${380 - 40 * k}.00", tuple(chance * growth), not k) for k, chance in enumerate(chances)]
    return touch_chart(curves, canvas=canvas, caption=caption("The chance to have traded there ends at 45 in 100."))


def draw_reliability(canvas, groups=10):
    stated = (np.arange(groups) + 0.5) / groups
    kept = [
        Kept(name, tuple(stated), tuple(np.clip(stated + shift, 0, 1)), (1152 // groups,) * groups)
        for name, shift in (("ends", 0.02), ("closes", -0.03), ("trades", 0.0))
    ]
    return reliability_chart(
        kept, canvas=canvas, caption=caption("Stated chances were kept to 2 points on 96 past days.")
    )


DRAWINGS = (
    draw_touch, draw_reliability,
    draw_price, draw_fan, draw_fan_with_tracks, draw_components, draw_moves, draw_hits, draw_many_hits, draw_volatility,
    draw_technicals, draw_aftermath, draw_members, draw_ranges, draw_ranges_alone, draw_candles, draw_window,
    draw_lookalikes,
)  # fmt: skip


def svg_of(chart: Chart) -> str:
    head, body = chart.src.split(",", 1)
    assert head == "data:image/svg+xml;base64"
    return base64.b64decode(body).decode()


def root_of(chart: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(svg_of(chart))  # noqa: S314


def word_boxes(chart: Chart) -> list[tuple[str, float, float, float, float]]:
    """Words with the left, top, right and bottom of what they cover."""
    root = root_of(chart)
    sheet = root.findtext("{http://www.w3.org/2000/svg}style")
    return [_word_box(element, sheet) for element in root.iter("{http://www.w3.org/2000/svg}text")]


def _word_box(element: ElementTree.Element, sheet: str) -> tuple[str, float, float, float, float]:
    rules = re.search(rf"\.{element.get('class')}\{{([^}}]*)", sheet)[1]
    size = float(re.search(r"font-size:(\d+)", rules)[1])
    width = text_width(element.text, size, bold="font-weight:700" in rules)
    anchor = re.search(r"text-anchor:(\w+)", rules)
    left = float(element.get("x")) - {"middle": 0.5, "end": 1.0}.get(anchor and anchor[1], 0.0) * width
    base = float(element.get("y"))
    return element.text, left, base - 0.72 * size, left + width, base

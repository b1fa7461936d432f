"""The pictures of the patterns card, from its finished numbers and the bars behind them."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from app.charts.chart import Canvas, Chart
from app.charts.pictures.candles import Candles, Mark, candles, window
from app.charts.pictures.lookalikes import Lookalikes, lookalikes
from app.forecasting.forecast import Floats, band_of, median_of
from app.market.history import PriceHistory
from app.panels.forecast.charts import captioned, in_unit
from app.panels.patterns.model import FoundShape, PatternsAnalysis
from app.panels.patterns.shapes import candles_of
from app.patterns.candlesticks import SHAPES, WINDOW, windows
from app.patterns.field import fields
from app.text.compact_numbers import percent_text
from app.text.numbers import day, rounded_money, unit


def draw(history: PriceHistory, analysis: PatternsAnalysis, canvas: Canvas) -> dict[str, Chart]:
    """The candles with their shapes, the newest windows with their fields, and the past laid over the present."""
    charts = {"candles": draw_candles(history, analysis, canvas), **draw_windows(history, analysis, canvas)}
    if analysis.analogues.fan:
        charts["analogues"] = draw_lookalikes(history, analysis, canvas)
    return charts


SHOWN = 3
_THIRD = 324
_BARS = {shape.name: shape.bars for shape in SHAPES}


def draw_candles(history: PriceHistory, analysis: PatternsAnalysis, canvas: Canvas) -> Chart:
    """The last months with the newest shapes that the rules found; the table has all."""
    newest = analysis.newest[:SHOWN]
    marks = [Mark(np.datetime64(shape.date), shape.name, shape.direction == "up", shape.in_trend) for shape in newest]
    counts = [(name, sum(shape.name == name for shape in analysis.patterns)) for name in _BARS]
    named = ", ".join(f"{name} {count}" for name, count in counts if count) or "none of the eight"
    alt = f"Daily candles of the last year up to {analysis.as_of} with the shapes found among them: {named}."
    title = f"Newest shape: {newest[0].name}, {day(newest[0].date)}" if newest else "None of the eight shapes in a year"
    about = (
        f"daily prices{in_unit(analysis)}; hollow: closed above its open, filled: below; ▲ bullish, ▼ bearish, filled "
        "where the trend before it fits"
    )
    caption = captioned(analysis, title, about, alt)
    return candles(_candles(history), marks, canvas=canvas, caption=caption, currency=unit(analysis))


def draw_windows(history: PriceHistory, analysis: PatternsAnalysis, canvas: Canvas) -> dict[str, Chart]:
    """The last hits of the three newest shapes, each the thirteen bars up to it and their field."""
    shown = analysis.newest[:SHOWN]
    days = np.array([shape.date for shape in shown], dtype="datetime64[D]")
    rows = np.searchsorted(history.dates, days)
    images = fields(windows(candles_of(history), rows)).images
    return {
        f"window_{number}": _window(history, analysis, shape, int(row), image, canvas)
        for number, (shape, row, image) in enumerate(zip(shown, rows, images, strict=True))
    }


def _window(
    history: PriceHistory, analysis: PatternsAnalysis, shape: FoundShape, row: int, image: Floats, canvas: Canvas
) -> Chart:
    believed = "nothing, as the price stood still" if shape.probability is None else f"{shape.probability:.0%}"
    alt = (
        f"The 13 bars up to {shape.date}, the last {_BARS[shape.name]} of them a {shape.name}, and the Gramian Angular "
        f"Field of their prices, in which the network gives this shape {believed}."
    )
    chance = "nothing" if shape.probability is None else percent_text(100 * shape.probability, 0)
    about = f"13 days and the field of their prices; the network gives it {chance}"
    caption = captioned(analysis, f"{shape.name[0].upper()}{shape.name[1:]}, {day(shape.date)}", about, alt)
    bars = _candles(history, slice(row - WINDOW + 1, row + 1))
    return window(bars, image, _BARS[shape.name], canvas=replace(canvas, width=_THIRD), caption=caption)


def draw_lookalikes(history: PriceHistory, analysis: PatternsAnalysis, canvas: Canvas) -> Chart:
    """The newest window with the past ones brought to its level, and both fans."""
    alike, close = analysis.analogues, np.log(history.adj_close)
    ends = np.searchsorted(history.dates, np.array([match.end for match in alike.matches], dtype="datetime64[D]"))
    newest, past = close[-alike.bars :], close[ends[:, None] + np.arange(1 - alike.bars, 1)]
    centred = (past - past.mean(axis=1, keepdims=True)) / past.std(axis=1, keepdims=True)
    fan, base = (_range_and_middle(part) for part in (alike.fan, alike.base_rate))
    alt = (
        f"The last {alike.bars} bars over the {len(past)} past windows most like them. {alike.days} days after those "
        f"the price stood at {fan[-1, 0]:.6g} to {fan[-1, 2]:.6g} in the middle 80%, seen from today's close; after "
        f"any day at {base[-1, 0]:.6g} to {base[-1, 2]:.6g}."
    )
    picture = Lookalikes(np.exp(newest), np.exp(newest.mean() + centred * newest.std()), fan, base)
    low, high = (rounded_money(float(fan[-1, at]), unit(analysis), alike.last) for at in (0, 2))
    title = f"After days like these it stood between {low} and {high}, 8 times in 10"
    about = (
        f"the last {alike.bars} closes over the {len(past)} stretches most like them (thin), and what followed these "
        "(shaded) and any day (dashed)"
    )
    return lookalikes(picture, canvas=canvas, caption=captioned(analysis, title, about, alt), currency=unit(analysis))


def _candles(history: PriceHistory, kept: slice = slice(None)) -> Candles:
    return Candles(history.dates[kept], history.open[kept], history.high[kept], history.low[kept], history.close[kept])


def _range_and_middle(quantiles: Mapping[str, tuple[float, ...]]) -> Floats:
    """The lower end of the 80% band, the median and the upper end, for each day (days, 3)."""
    band = band_of(quantiles, 80)
    return np.array([band.low, median_of(quantiles), band.high]).T

"""The pictures of the patterns card, from its finished numbers and the bars behind them."""

from collections.abc import Mapping

import numpy as np

from app.charts.chart import Canvas, Chart
from app.charts.pictures.candles import Candles, Mark, candles, window
from app.charts.pictures.lookalikes import Lookalikes, lookalikes
from app.forecasting.forecast import Floats, band_of, median_of
from app.market.history import PriceHistory
from app.panels.patterns.model import FoundShape, PatternsAnalysis
from app.panels.patterns.shapes import candles_of
from app.patterns.candlesticks import SHAPES, WINDOW, windows
from app.patterns.field import fields


def draw(history: PriceHistory, analysis: PatternsAnalysis, canvas: Canvas) -> dict[str, Chart]:
    """The candles with their shapes, the newest windows with their fields, and the past laid over the present."""
    charts = {"candles": draw_candles(history, analysis, canvas), **draw_windows(history, analysis)}
    if analysis.analogues.fan:
        charts["analogues"] = draw_lookalikes(history, analysis, canvas)
    return charts


SHOWN = 3
_THIRD = Canvas(324)
_BARS = {shape.name: shape.bars for shape in SHAPES}
_FORMS = {
    "morning star": "star",
    "evening star": "star",
    "bullish engulfing": "engulfing",
    "bearish engulfing": "engulfing",
    "bullish harami": "harami",
    "bearish harami": "harami",
    "shooting star": "long shadow",
    "inverted hammer": "long shadow",
}
"""Which mark stands for a shape; its direction is told by where the mark stands."""


def draw_candles(history: PriceHistory, analysis: PatternsAnalysis, canvas: Canvas) -> Chart:
    """The last year with every shape that the rules found in it."""
    marks = [
        Mark(np.datetime64(shape.date), _FORMS[shape.name], shape.direction == "up", shape.in_trend)
        for shape in analysis.patterns
    ]
    counts = [(name, sum(shape.name == name for shape in analysis.patterns)) for name in _BARS]
    named = ", ".join(f"{name} {count}" for name, count in counts if count) or "none of the eight"
    alt = f"Daily candles of the last year up to {analysis.as_of} with the shapes found among them: {named}."
    return candles(_candles(history), marks, canvas=canvas, alt=alt, currency=analysis.data.currency)


def draw_windows(history: PriceHistory, analysis: PatternsAnalysis) -> dict[str, Chart]:
    """The last hits of the three newest shapes, each the thirteen bars up to it and their field."""
    shown = analysis.newest[:SHOWN]
    days = np.array([shape.date for shape in shown], dtype="datetime64[D]")
    rows = np.searchsorted(history.dates, days)
    images = fields(windows(candles_of(history), rows)).images
    return {
        f"window_{number}": _window(history, shape, int(row), image)
        for number, (shape, row, image) in enumerate(zip(shown, rows, images, strict=True))
    }


def _window(history: PriceHistory, shape: FoundShape, row: int, image: Floats) -> Chart:
    believed = "nothing, as the price stood still" if shape.probability is None else f"{shape.probability:.0%}"
    alt = (
        f"The 13 bars up to {shape.date}, the last {_BARS[shape.name]} of them a {shape.name}, and the Gramian Angular "
        f"Field of their prices, in which the network gives this shape {believed}."
    )
    return window(_candles(history, slice(row - WINDOW + 1, row + 1)), image, _BARS[shape.name], canvas=_THIRD, alt=alt)


def draw_lookalikes(history: PriceHistory, analysis: PatternsAnalysis, canvas: Canvas) -> Chart:
    """The newest window with the past ones brought to its level, and both fans."""
    alike, close = analysis.analogues, np.log(history.adj_close)
    ends = np.searchsorted(history.dates, np.array([match.end for match in alike.matches], dtype="datetime64[D]"))
    newest, past = close[-alike.bars :], close[ends[:, None] + np.arange(1 - alike.bars, 1)]
    centred = (past - past.mean(axis=1, keepdims=True)) / past.std(axis=1, keepdims=True)
    fan, base = (_range_and_middle(part) for part in (alike.fan, alike.base_rate))
    alt = (
        f"The last {alike.bars} bars over the {len(past)} past windows most like them. {alike.days} days after those "
        f"the price stood at {fan[-1, 0]:.6g} to {fan[-1, 2]:.6g} in the middle 80 %, seen from today's close; after "
        f"any day at {base[-1, 0]:.6g} to {base[-1, 2]:.6g}."
    )
    picture = Lookalikes(np.exp(newest), np.exp(newest.mean() + centred * newest.std()), fan, base)
    return lookalikes(picture, canvas=canvas, alt=alt, currency=analysis.data.currency)


def _candles(history: PriceHistory, kept: slice = slice(None)) -> Candles:
    return Candles(history.dates[kept], history.open[kept], history.high[kept], history.low[kept], history.close[kept])


def _range_and_middle(quantiles: Mapping[str, tuple[float, ...]]) -> Floats:
    """The lower end of the 80 % band, the median and the upper end, for each day (days, 3)."""
    band = band_of(quantiles, 80)
    return np.array([band.low, median_of(quantiles), band.high]).T

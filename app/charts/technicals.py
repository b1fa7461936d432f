"""The chartist's picture: price with its averages, bands and levels, and RSI and MACD below on the same days."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.charts.axis import DATE_HEIGHT, LINE_HEIGHT, axis_width, lower_axis, value_axis
from app.charts.chart import Canvas, Chart
from app.charts.end_labels import EndLabel, end_heights, room_for, write_end_labels
from app.charts.figure import Box, Plot, new_figure
from app.charts.key import Entry, key_rows, write_key
from app.charts.oscillators import draw_macd, draw_rsi, macd_axis, rsi_limits
from app.charts.scale import price_scale
from app.charts.studied import Shelf, StudiedPrices
from app.charts.style import ACCENT, ACCENT_SOFT, BAND_50, DASHED, DOTTED, INK, INK_SOFT, LINE, PAPER
from app.charts.svg import finish
from app.charts.ticks import Tick, date_ticks, day_text

_WIDE_BARS, _NARROW_BARS = 150, 90
_TITLE_HEIGHT = 30
_CLOSE, _BANDS = Entry("close", INK, 1.4), Entry("Bollinger 20-2", ACCENT_SOFT)
_LEVEL = Entry("level ×turns", BAND_50, 1, marked=True)
_AVERAGES = {
    "sma_50": Entry("SMA 50", ACCENT, 1.6),
    "sma_200": Entry("SMA 200", ACCENT, 1.6, DASHED),
    "vwap": Entry("VWAP 20", INK_SOFT, 1.6, DOTTED),
}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Three boxes one below the other, with ``key`` pixels above them and ``right`` beside them."""

    canvas: Canvas
    key: float
    right: float

    @property
    def height(self) -> int:
        return round(self.boxes[2].top + self.boxes[2].height + DATE_HEIGHT)

    @property
    def boxes(self) -> tuple[Box, Box, Box]:
        width, price, small = self.canvas.width - self.right - 2, *((210, 74) if self.canvas.narrow else (250, 84))
        second = self.key + price + _TITLE_HEIGHT
        third = second + small + _TITLE_HEIGHT
        return Box(1, self.key, width, price), Box(1, second, width, small), Box(1, third, width, small)


def technicals(seen: StudiedPrices, *, canvas: Canvas, alt: str, currency: str) -> Chart:
    """The last seven months, on a phone four, each line as far as it is known."""
    seen = seen.newest(_NARROW_BARS if canvas.narrow else _WIDE_BARS)
    scale, (macd_limits, macd_ticks) = price_scale(seen.prices(), 6), macd_axis(seen.macd, seen.signal)
    seen, unit = seen.on(scale), f"{currency}, log" if scale.is_log else currency
    labels = _labels(seen)
    right = max(axis_width(scale.ticks, unit), axis_width(macd_ticks), room_for(labels))
    key = key_rows(_key(seen), canvas.width - right)
    layout = _Layout(canvas, (len(key) + 1) * LINE_HEIGHT, right)
    figure, days = new_figure(canvas, layout.height), date_ticks(seen.dates, layout.boxes[0].width)
    price, rsi, macd = (
        _plot(Plot(figure, box, (0, seen.end), limits), days)
        for box, limits in zip(layout.boxes, (scale.limits, rsi_limits(seen.rsi), macd_limits), strict=True)
    )
    value_axis(price, scale.ticks, unit=unit, taken=end_heights(price, labels))
    write_key(price, key, above=LINE_HEIGHT)
    _draw_prices(price, seen)
    write_end_labels(price, seen.end, labels)
    draw_rsi(rsi, seen.rsi)
    draw_macd(macd, seen.macd, seen.signal, macd_ticks)
    lower_axis(macd, days, firm=[Tick(seen.end, day_text(seen.dates[-1]))], room_right=right)
    return finish(figure, alt)


def _labels(seen: StudiedPrices) -> list[EndLabel]:
    levels = [EndLabel(seen.end, shelf.price, shelf.words, INK_SOFT) for shelf in seen.shelves]
    return [EndLabel(seen.end, float(seen.close[-1]), seen.last, INK, bold=True), *levels]


def _key(seen: StudiedPrices) -> list[Entry]:
    """The names of what is there."""
    averages = [entry for name, entry in _AVERAGES.items() if np.isfinite(getattr(seen, name)).any()]
    return [_CLOSE, *averages, _BANDS, *([_LEVEL] if seen.shelves else [])]


def _plot(plot: Plot, days: Sequence[Tick]) -> Plot:
    """The plot with faint lines that tie its days to those of the others."""
    low, high = plot.y_limits
    plot.line([at for day in days for at in (day.at, day.at, np.nan)], [low, high, np.nan] * len(days), LINE, 1)
    return plot


def _draw_prices(plot: Plot, seen: StudiedPrices) -> None:
    known, bars = np.flatnonzero(np.isfinite(seen.upper)), np.arange(seen.end + 1.0)
    edges = np.concatenate([seen.upper[known], seen.lower[known][::-1]])
    plot.area(np.concatenate([known, known[::-1]]), edges, ACCENT_SOFT, name="bollinger")
    for shelf in seen.shelves:
        _draw_level(plot, seen, shelf)
    for name, entry in _AVERAGES.items():
        plot.line(bars, getattr(seen, name), entry.tone, entry.width, entry.dash, name=name)
    plot.line(bars, seen.close, INK, _CLOSE.width, name="close")
    plot.dots(bars[-1:], seen.close[-1:], INK)


def _draw_level(plot: Plot, seen: StudiedPrices, shelf: Shelf) -> None:
    """A line from its oldest turn to the end, with a mark at each turn in the picture."""
    turned = np.searchsorted(seen.dates, shelf.turned[shelf.turned >= seen.dates[0]])
    first = turned[0] if len(turned) == len(shelf.turned) else 0
    plot.line((first, seen.end), (shelf.price, shelf.price), BAND_50, 1)
    plot.dots(turned, np.full(len(turned), shelf.price), INK_SOFT, fill=PAPER, size=4)

"""The classic indicators: price with its averages, bands and levels, and RSI and MACD below on the same days."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.charts.chart import (
    ACCENT,
    ACCENT_SOFT,
    BAND_50,
    DASHED,
    DOTTED,
    INK,
    INK_SOFT,
    LINE,
    PAPER,
    TEXT,
    Canvas,
    Caption,
    Chart,
    Floats,
)
from app.charts.parts.axis import DATE_HEIGHT, axis_width, lower_axis, value_axis
from app.charts.parts.figure import LINE_HEIGHT, Box, Limits, Plot
from app.charts.parts.labels import EndLabel, new_sheet, room_for, taken_heights, write_end_labels
from app.charts.parts.ticks import Tick, date_ticks, day_text, padded, price_scale, round_ticks
from app.charts.pictures.technicals_data import PriceLevelLine, TechnicalsData
from app.charts.svg import finish

_PIXELS_EACH = 4.8
_MOST_BARS = 150
_NARROW_BARS = 90
_TITLE_HEIGHT = 34
_AVERAGES = {
    "sma_50": ("SMA 50", ACCENT, None),
    "sma_200": ("SMA 200", ACCENT, DASHED),
    "vwap": ("VWAP 20", INK_SOFT, DOTTED),
}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Three boxes one below the other, with ``right`` pixels beside them."""

    canvas: Canvas
    right: float

    @property
    def height(self) -> int:
        return round(self.boxes[2].top + self.boxes[2].height + DATE_HEIGHT)

    @property
    def boxes(self) -> tuple[Box, Box, Box]:
        width, price, small = self.canvas.width - self.right - 2, *((230, 74) if self.canvas.narrow else (260, 84))
        second = LINE_HEIGHT + price + _TITLE_HEIGHT
        third = second + small + _TITLE_HEIGHT
        return Box(1, LINE_HEIGHT, width, price), Box(1, second, width, small), Box(1, third, width, small)


def technicals(indicators: TechnicalsData, *, canvas: Canvas, caption: Caption) -> Chart:
    """As many of the newest bars as the canvas has room for, each line as far as it is known."""
    indicators = indicators.newest(_NARROW_BARS if canvas.narrow else min(int(canvas.width / _PIXELS_EACH), _MOST_BARS))
    scale, (macd_limits, macd_ticks) = (
        price_scale(indicators.prices(), 6),
        macd_axis(indicators.macd, indicators.signal),
    )
    indicators = indicators.on(scale)
    labels = _labels(indicators)
    right = max(axis_width(scale.ticks), axis_width(macd_ticks, *_MACD_NAMES), room_for(labels))
    layout = _Layout(canvas, right)
    figure, days = new_sheet(canvas, layout.height, caption), date_ticks(indicators.dates, layout.boxes[0].width)
    price, rsi, macd = (
        _plot(Plot(figure, box, (0, indicators.end), limits), days)
        for box, limits in zip(layout.boxes, (scale.limits, rsi_limits(indicators.rsi), macd_limits), strict=True)
    )
    value_axis(price, scale.ticks, taken=taken_heights(price, labels))
    if scale.is_log:
        price.write(0, scale.limits[1], "log scale", INK_SOFT, dy=LINE_HEIGHT / 2)
    _draw_prices(price, indicators)
    write_end_labels(price, indicators.end, labels)
    draw_rsi(rsi, indicators.rsi)
    draw_macd(macd, indicators.macd, indicators.signal, macd_ticks)
    lower_axis(macd, days, firm=[Tick(indicators.end, day_text(indicators.dates[-1]))], room_right=right)
    return finish(figure)


def _labels(indicators: TechnicalsData) -> list[EndLabel]:
    """The close, each line that is known at the end, the bands once, and the levels."""
    end = indicators.end
    lines = [(float(getattr(indicators, name)[-1]), text, tone) for name, (text, tone, _) in _AVERAGES.items()]
    lines += [(float(indicators.upper[-1]), "Bollinger", INK_SOFT)]
    lines += [(level.price, level.text, INK_SOFT) for level in indicators.levels]
    close = EndLabel(end, float(indicators.close[-1]), indicators.last, INK, bold=True)
    return [close, *(EndLabel(end, at, text, tone) for at, text, tone in lines if np.isfinite(at))]


def _plot(plot: Plot, days: Sequence[Tick]) -> Plot:
    """The plot with faint lines that tie its days to those of the others."""
    low, high = plot.y_limits
    plot.line([at for day in days for at in (day.at, day.at, np.nan)], [low, high, np.nan] * len(days), LINE, 1)
    return plot


def _draw_prices(plot: Plot, indicators: TechnicalsData) -> None:
    known, bars = np.flatnonzero(np.isfinite(indicators.upper)), np.arange(indicators.end + 1.0)
    edges = np.concatenate([indicators.upper[known], indicators.lower[known][::-1]])
    plot.area(np.concatenate([known, known[::-1]]), edges, ACCENT_SOFT, name="bollinger")
    for level in indicators.levels:
        _draw_level(plot, indicators, level)
    for name, (_, tone, dash) in _AVERAGES.items():
        plot.line(bars, getattr(indicators, name), tone, 1.6, dash, name=name)
    plot.line(bars, indicators.close, INK, 1.4, name="close")
    plot.dots(bars[-1:], indicators.close[-1:], INK)


def _draw_level(plot: Plot, indicators: TechnicalsData, level: PriceLevelLine) -> None:
    """A line from its oldest turn to the end, with a mark at each turn in the picture."""
    turned = np.searchsorted(indicators.dates, level.turned[level.turned >= indicators.dates[0]])
    first = turned[0] if len(turned) == len(level.turned) else 0
    plot.line((first, indicators.end), (level.price, level.price), BAND_50, 1)
    plot.dots(turned, np.full(len(turned), level.price), INK_SOFT, fill=PAPER, size=4)


_RSI_LINES = (Tick(30.0, "30"), Tick(70.0, "70"))
_MACD_NAMES = ("MACD", "signal")


def rsi_limits(values: Floats) -> Limits:
    """Room for RSI (n,) and for both of its lines."""
    return min(20.0, float(np.nanmin(values)) - 3), max(80.0, float(np.nanmax(values)) + 3)


def draw_rsi(plot: Plot, values: Floats) -> None:
    """RSI (n,), its last value in the title; what lies beyond 30 and 70 is filled."""
    _title(plot, f"RSI 14: {values[-1]:.0f}")
    value_axis(plot, _RSI_LINES)
    rows = np.flatnonzero(np.isfinite(values))
    for name, edge, beyond in (("above-70", 70, np.maximum(values, 70)), ("below-30", 30, np.minimum(values, 30))):
        plot.area([rows[0], *rows, rows[-1]], [edge, *beyond[rows], edge], BAND_50, name=name)
    plot.line(rows, values[rows], ACCENT, 1.6, name="rsi")


def macd_axis(line: Floats, signal: Floats) -> tuple[Limits, tuple[Tick, ...]]:
    """Limits that hold both lines, their difference and nought, and the ticks between."""
    values = np.concatenate([line, signal, line - signal, [0.0]])
    limits = padded(float(np.nanmin(values)), float(np.nanmax(values)), 0.08)
    return limits, round_ticks(*limits, 3)


def draw_macd(plot: Plot, line: Floats, signal: Floats, ticks: tuple[Tick, ...]) -> None:
    """MACD and its signal (n,) over bars of their difference."""
    _title(plot, "MACD 12-26-9 and its signal")
    ends = [
        EndLabel(float(len(line) - 1), float(values[-1]), text, tone)
        for values, text, tone in zip((line, signal), _MACD_NAMES, (ACCENT, INK_SOFT), strict=True)
        if np.isfinite(values[-1])
    ]
    value_axis(plot, ticks, taken=taken_heights(plot, ends) if ends else ())
    rows = np.flatnonzero(np.isfinite(signal))
    height = (line - signal)[rows]
    edges = np.repeat(np.append(rows, rows[-1] + 1) - 0.5, 2).clip(rows[0], rows[-1])
    plot.area(edges, [0, *np.repeat(height, 2), 0], BAND_50, name="histogram")
    plot.line(plot.x_limits, (0, 0), INK_SOFT, 1)
    plot.line(rows, signal[rows], INK_SOFT, 1.4, DASHED, name="signal")
    plot.line(rows, line[rows], ACCENT, 1.6, name="macd")
    if ends:
        write_end_labels(plot, plot.x_limits[1], ends)


def _title(plot: Plot, text: str) -> None:
    plot.write(plot.x_limits[0], plot.y_limits[1], text, size=TEXT, bold=True, dy=LINE_HEIGHT - 2)

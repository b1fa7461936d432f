"""The small plots below a price: RSI between its two lines, MACD around nought."""

import numpy as np

from app.charts.axis import LINE_HEIGHT, value_axis
from app.charts.figure import Limits, Plot, padded
from app.charts.key import Entry, write_key
from app.charts.labels import text_width
from app.charts.style import ACCENT, BAND_50, DASHED, INK_SOFT, TEXT
from app.charts.ticks import Floats, Tick, round_ticks

_RSI_LINES = (Tick(30.0, "30"), Tick(70.0, "70"))
_MACD_KEY = (Entry("MACD", ACCENT, 1.6), Entry("signal", INK_SOFT, 1.4, DASHED), Entry("difference", BAND_50))


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
    seen = np.concatenate([line, signal, line - signal, [0.0]])
    limits = padded(float(np.nanmin(seen)), float(np.nanmax(seen)), 0.08)
    return limits, round_ticks(*limits, 3)


def draw_macd(plot: Plot, line: Floats, signal: Floats, ticks: tuple[Tick, ...]) -> None:
    """MACD and its signal (n,) over bars of their difference."""
    write_key(plot, [_MACD_KEY], above=LINE_HEIGHT, start=_title(plot, "MACD 12-26-9"))
    value_axis(plot, ticks)
    rows = np.flatnonzero(np.isfinite(signal))
    height = (line - signal)[rows]
    edges = np.repeat(np.append(rows, rows[-1] + 1) - 0.5, 2).clip(rows[0], rows[-1])
    plot.area(edges, [0, *np.repeat(height, 2), 0], BAND_50, name="histogram")
    plot.line(plot.x_limits, (0, 0), INK_SOFT, 1)
    plot.line(rows, signal[rows], INK_SOFT, 1.4, DASHED, name="signal")
    plot.line(rows, line[rows], ACCENT, 1.6, name="macd")


def _title(plot: Plot, words: str) -> float:
    """The plot's name above it, and the pixels after which other words may start."""
    plot.write(plot.x_limits[0], plot.y_limits[1], words, size=TEXT, bold=True, dy=LINE_HEIGHT)
    return text_width(words, TEXT, bold=True) + 14

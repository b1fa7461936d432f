"""The Prophet card's charts."""

import numpy as np

from app.charts.chart import Canvas, Chart, halved
from app.charts.pictures.components import Season, Trend, components
from app.charts.pictures.fan import Track
from app.market.history import PriceHistory
from app.panels.forecast.charts import captioned, draw_fan, draw_hits, in_unit, range_words
from app.panels.prophet.model import ProphetAnalysis
from app.text.compact_numbers import percent_text


def draw(history: PriceHistory, analysis: ProphetAnalysis, canvas: Canvas) -> dict[str, Chart]:
    """The fan, the receipt where there is one, and the components."""
    charts = {"fan": _fan(history, analysis, canvas), "components": _draw_components(analysis, halved(canvas))}
    if analysis.receipt.forecasts:
        charts["receipt"] = draw_hits(analysis, halved(canvas))
    return charts


def _fan(history: PriceHistory, analysis: ProphetAnalysis, canvas: Canvas) -> Chart:
    standard = analysis.stock_standard
    dates = np.array(analysis.forecast.dates, dtype="datetime64[D]")
    edges = np.array(standard.lower), np.array(standard.upper)
    faint = Track(dates, np.array(standard.line), "stock Prophet", *edges)
    remark = f"; stock-standard Prophet's line ends at {standard.line[-1]:.6g}"
    title = f"Prophet: {range_words(analysis)}, 8 times in 10"
    return draw_fan(history, analysis, canvas, faint, remark, title=title)


def _draw_components(analysis: ProphetAnalysis, canvas: Canvas) -> Chart:
    parts = analysis.components
    alt = (
        f"What Prophet sees in the past: a trend growing {analysis.trend_per_year:+.0%} a year at its end, "
        f"and a season that swings between {min(parts.season):+.1%} and {max(parts.season):+.1%} over a year. "
        "Descriptive only."
    )
    dates = np.array(parts.trend_dates, dtype="datetime64[D]")
    trend = Trend("Trend", dates, np.array(parts.trend), np.array(parts.bends, dtype="datetime64[D]"))
    season = Season("Season of the year, not used", np.arange(365.0), 100 * np.array(parts.season), "year")
    growth = percent_text(100 * analysis.trend_per_year, 0, plus=True)
    about = f"what Prophet sees in the past: closing prices{in_unit(analysis)} without their swings, and the season"
    caption = captioned(analysis, f"Prophet's trend ends at {growth} a year", about, alt)
    return components((trend, season), canvas=canvas, caption=caption)

"""The technicals card's chart."""

import numpy as np

from app.charts.chart import Canvas, Chart
from app.charts.pictures.technicals import technicals
from app.charts.pictures.technicals_data import PriceLevelLine, TechnicalsData
from app.market.history import PriceHistory
from app.panels.technicals.indicators import indicator_series
from app.panels.technicals.model import PriceLevel, TechnicalsAnalysis
from app.panels.technicals.readings import price_words


def draw(history: PriceHistory, analysis: TechnicalsAnalysis, canvas: Canvas) -> dict[str, Chart]:
    """One picture of three plots over the same days."""
    series = indicator_series(history)
    levels = analysis.levels.support + analysis.levels.resistance
    picture = TechnicalsData(
        dates=history.dates,
        close=series.close,
        upper=series.bands.upper,
        lower=series.bands.lower,
        vwap=series.vwap,
        sma_50=series.sma_50,
        sma_200=series.sma_200,
        rsi=series.rsi,
        macd=series.macd.line,
        signal=series.macd.signal,
        levels=tuple(_level_line(level) for level in levels),
        last=price_words(analysis.last_close),
    )
    return {"studies": technicals(picture, canvas=canvas, alt=_finding(analysis), currency=analysis.data.currency)}


def _level_line(level: PriceLevel) -> PriceLevelLine:
    return PriceLevelLine(
        level.price, f"{price_words(level.price)} ×{level.touches}", np.array(level.turned, "datetime64[D]")
    )


def _finding(analysis: TechnicalsAnalysis) -> str:
    values = "; ".join(f"{reading.title}: {reading.shown}" for reading in analysis.readings)
    return f"The close of {analysis.as_of} is {price_words(analysis.last_close)}. {values}."

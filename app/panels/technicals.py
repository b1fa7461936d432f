"""The technicals card: what the classic indicators read at the last close, and how little followed from it before."""

from collections.abc import Mapping

import numpy as np

from app.charts.chart import Canvas, Chart
from app.charts.studied import Shelf, StudiedPrices
from app.charts.technicals import technicals
from app.market.history import PriceHistory
from app.panels.analysis import Analysis
from app.panels.log_prices import log_prices
from app.panels.nearest_levels import level_readings, nearest_levels
from app.panels.published import head
from app.panels.readings import price_words, readings
from app.panels.record import Past
from app.panels.studies import latest, left_out, studies
from app.panels.technicals_analysis import PriceLevel, TechnicalsAnalysis


def analyse(history: PriceHistory, horizon: int, needed: Mapping[str, Analysis]) -> TechnicalsAnalysis:
    """Indicators on split-adjusted prices; what followed them is measured with dividends."""
    seen = studies(history)
    around = nearest_levels(history, float(seen.range[-1]))
    return TechnicalsAnalysis(
        **head(history, horizon),
        last_close=float(history.close[-1]),
        indicators=latest(seen),
        left_out=left_out(history),
        levels=around,
        readings=(*readings(seen, Past(log_prices(history), horizon)), *level_readings(around)),
    )


def draw(history: PriceHistory, analysis: TechnicalsAnalysis, canvas: Canvas) -> dict[str, Chart]:
    """One picture of three plots over the same days."""
    seen = studies(history)
    levels = analysis.levels.support + analysis.levels.resistance
    picture = StudiedPrices(
        dates=history.dates,
        close=seen.close,
        upper=seen.bands.upper,
        lower=seen.bands.lower,
        vwap=seen.vwap,
        sma_50=seen.sma_50,
        sma_200=seen.sma_200,
        rsi=seen.rsi,
        macd=seen.macd.line,
        signal=seen.macd.signal,
        shelves=tuple(_shelf(level) for level in levels),
        last=price_words(analysis.last_close),
    )
    return {"studies": technicals(picture, canvas=canvas, alt=_finding(analysis), currency=analysis.data.currency)}


def _shelf(level: PriceLevel) -> Shelf:
    return Shelf(level.price, f"{price_words(level.price)} ×{level.touches}", np.array(level.turned, "datetime64[D]"))


def _finding(analysis: TechnicalsAnalysis) -> str:
    values = "; ".join(f"{reading.title}: {reading.shown}" for reading in analysis.readings)
    return f"The close of {analysis.as_of} is {price_words(analysis.last_close)}. {values}."

"""The technicals card's chart."""

import numpy as np

from app.charts.chart import Canvas, Chart
from app.charts.pictures.technicals import technicals
from app.charts.pictures.technicals_data import PriceLevelLine, TechnicalsData
from app.market.history import PriceHistory
from app.panels.forecast.charts import captioned, in_unit
from app.panels.technicals.indicators import indicator_series
from app.panels.technicals.model import PriceLevel, TechnicalsAnalysis
from app.panels.technicals.readings import price_words
from app.text.numbers import plural


def draw(history: PriceHistory, analysis: TechnicalsAnalysis, canvas: Canvas) -> dict[str, Chart]:
    """One picture of three plots over the same days."""
    series = indicator_series(history)
    # The nearest on either side: the card's table has all.
    levels = analysis.levels.support[:1] + analysis.levels.resistance[:1]
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
    about = f"closing prices{in_unit(analysis)} with averages, bands and levels (×: how often the price turned there)"
    caption = captioned(analysis, _title(analysis), about, _finding(analysis))
    return {"studies": technicals(picture, canvas=canvas, caption=caption)}


def _level_line(level: PriceLevel) -> PriceLevelLine:
    return PriceLevelLine(
        level.price, f"{price_words(level.price)} ×{level.touches}", np.array(level.turned, "datetime64[D]")
    )


def _title(analysis: TechnicalsAnalysis) -> str:
    records = [reading.record for reading in analysis.readings if reading.record is not None]
    if not records:
        return f"{analysis.ticker} and its classic indicators"
    told = sum(record.beyond_chance for record in records)
    return f"{told} of {len(records)} indicators told anything about the next {plural(records[0].days, 'day')}"


def _finding(analysis: TechnicalsAnalysis) -> str:
    values = "; ".join(f"{reading.title}: {reading.shown}" for reading in analysis.readings)
    return f"The close of {analysis.as_of} is {price_words(analysis.last_close)}. {values}."

"""The LSTM card's charts."""

from app.charts.chart import Canvas, Chart, beside
from app.market.history import PriceHistory
from app.panels.forecast.charts import draw_fan, draw_hits, range_words
from app.panels.lstm.model import LstmAnalysis


def draw(history: PriceHistory, analysis: LstmAnalysis, canvas: Canvas) -> dict[str, Chart]:
    """The fan, and the receipt where there is one; the card stands beside another where the page is wide."""
    title = f"The neural network: {range_words(analysis)}, 8 times in 10"
    charts = {"fan": draw_fan(history, analysis, beside(canvas), title=title)}
    if analysis.receipt.forecasts:
        charts["receipt"] = draw_hits(analysis, beside(canvas))
    return charts

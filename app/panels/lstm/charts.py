"""The LSTM card's charts."""

from app.charts.chart import Canvas, Chart
from app.market.history import PriceHistory
from app.panels.forecast.charts import draw_fan, draw_hits, range_words
from app.panels.lstm.model import LstmAnalysis


def draw(history: PriceHistory, analysis: LstmAnalysis, canvas: Canvas) -> dict[str, Chart]:
    """The fan, and the receipt where there is one."""
    title = f"LSTM: {range_words(analysis)}, 8 times in 10"
    charts = {"fan": draw_fan(history, analysis, canvas, title=title)}
    if analysis.receipt.forecasts:
        charts["receipt"] = draw_hits(analysis, canvas)
    return charts

"""The picture of an outcome: what happened, drawn over the forecast where the card made one."""

import numpy as np

from app.charts.chart import Canvas, Chart
from app.charts.pictures.fan import Track
from app.charts.pictures.lookalikes import aftermath
from app.market.history import PriceHistory
from app.panels.analysis import Analysis, ForecastAnalysis
from app.panels.forecast.charts import draw_fan
from app.panels.outcome import Outcome


def draw_outcome(history: PriceHistory, analysis: Analysis, outcome: Outcome, canvas: Canvas) -> Chart:
    """Day by day as the score counts: the first close that followed stands over the first day of the forecast."""
    actual = np.array(outcome.actual)
    if isinstance(analysis, ForecastAnalysis):
        days = np.array(analysis.forecast.dates[: len(actual)], dtype="datetime64[D]")
        remark = f"; what happened ended at {actual[-1]:.6g}, {_words(outcome)}"
        return draw_fan(history, analysis, canvas, remark=remark, actual=Track(days, actual, "actual"))
    recent = slice(-250, None)
    later = np.array(outcome.dates, dtype="datetime64[D]")
    past = history.dates[recent], history.adj_close[recent]
    alt = f"What the price did after {analysis.as_of}: it ended at {actual[-1]:.6g}, {_words(outcome)}."
    return aftermath(*past, later, actual, canvas=canvas, alt=alt, currency=analysis.data.currency)


def _words(outcome: Outcome) -> str:
    return f"{outcome.change:+.1%}, having stood between {outcome.lowest:+.1%} and {outcome.highest:+.1%}"

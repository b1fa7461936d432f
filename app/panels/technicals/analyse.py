"""The technicals card: what the classic indicators read at the last close, and how little followed from it before."""

from collections.abc import Mapping

from app.market.history import PriceHistory
from app.panels.analysis import Analysis
from app.panels.forecast.convert import head, log_prices
from app.panels.technicals.indicators import indicator_series, latest, left_out
from app.panels.technicals.levels import level_readings, nearest_levels
from app.panels.technicals.model import TechnicalsAnalysis
from app.panels.technicals.readings import Past, readings


def analyse(history: PriceHistory, horizon: int, needed: Mapping[str, Analysis]) -> TechnicalsAnalysis:
    """Indicators on split-adjusted prices; what followed them is measured with dividends."""
    series = indicator_series(history)
    around = nearest_levels(history, float(series.range[-1]))
    return TechnicalsAnalysis(
        **head(history, horizon),
        last_close=float(history.close[-1]),
        indicators=latest(series),
        left_out=left_out(history),
        levels=around,
        readings=(*readings(series, Past(log_prices(history), horizon)), *level_readings(around)),
    )

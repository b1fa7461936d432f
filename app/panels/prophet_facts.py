"""What the Prophet card says in words."""

from app.panels.analysis import ProphetAnalysis
from app.panels.content import Fact
from app.panels.forecast_facts import forecast_facts
from app.text.numbers import percent, ratio


def prophet_facts(analysis: ProphetAnalysis) -> tuple[Fact, ...]:
    """The forecast, and how much of the trend it follows."""
    direction = "falls" if analysis.trend_per_year < 0 else "grows"
    note = f"earned on this ticker's past; the trend {direction} by {percent(abs(analysis.trend_per_year), 0)} a year"
    weight = Fact("trend_weight", "Weight of Prophet's trend", f"{ratio(analysis.trend_weight)} of 1", note)
    return *forecast_facts(analysis), weight

"""The Prophet card: its description, facts and tables."""

from app.panels.analysis import Fact, Table
from app.panels.forecast.content import fan_table, forecast_facts, forecast_tables
from app.panels.panel import Heights, Panel
from app.panels.prophet.fits import all_fits
from app.panels.prophet.model import ProphetAnalysis
from app.text.numbers import day, money, percent, ratio, signed_percent


def prophet_tables(analysis: ProphetAnalysis) -> dict[str, Table]:
    """Those of every forecast, the fan with stock-standard Prophet beside it, and the components."""
    fan = fan_table(analysis, analysis.stock_standard.line, "stock Prophet")
    return forecast_tables(analysis) | {"fan": fan, "components": _parts(analysis)}


def prophet_facts(analysis: ProphetAnalysis) -> tuple[Fact, ...]:
    """The forecast, and how much of the trend it follows."""
    direction = "falls" if analysis.trend_per_year < 0 else "grows"
    note = f"earned on this ticker's past; the trend {direction} by {percent(abs(analysis.trend_per_year), 0)} a year"
    weight = Fact("trend_weight", "Weight of Prophet's trend", f"{ratio(analysis.trend_weight)} of 1", note)
    return *forecast_facts(analysis), weight


PANEL = Panel(
    slug="prophet",
    title="Prophet",
    question="What does the trend say?",
    module="app.panels.prophet",
    analysis=ProphetAnalysis,
    minimum_bars=250,
    facts=prophet_facts,
    tables=prophet_tables,
    fits=all_fits,
    seconds=4.0,
    heights=Heights(119.25, 115, 78),
)

_MONTHS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _parts(analysis: ProphetAnalysis) -> Table:
    parts = analysis.components
    trend = tuple(
        (f"Trend, {day(when)}", money(level, analysis))
        for when, level in zip(parts.trend_dates[::-252], parts.trend[::-252], strict=True)
    )
    season = tuple(
        (f"Season, 1 {name}", signed_percent(parts.season[start], 2))
        for name, start in zip(_MONTH_NAMES, _MONTHS, strict=True)
    )
    return Table(("Part", "Value"), trend + season)

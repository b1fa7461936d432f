"""The numbers of the Prophet card's charts."""

from app.panels.analysis import ProphetAnalysis
from app.panels.content import Table
from app.panels.forecast_tables import fan_table, forecast_tables
from app.text.numbers import day, money, signed_percent

_MONTHS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def prophet_tables(analysis: ProphetAnalysis) -> dict[str, Table]:
    """Those of every forecast, the fan with stock-standard Prophet beside it, and the components."""
    fan = fan_table(analysis, analysis.stock_standard.line, "stock Prophet")
    return forecast_tables(analysis) | {"fan": fan, "components": _parts(analysis)}


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

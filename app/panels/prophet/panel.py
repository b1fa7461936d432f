"""The Prophet card: its description, facts and tables."""

from importlib import import_module

from app.forecasting.models.prophet_windows import FitKind, PlannedFit, Window, window_at
from app.market.history import PriceHistory
from app.panels.analysis import Fact, Table
from app.panels.forecast.content import fan_table, forecast_facts, forecast_tables
from app.panels.forecast.convert import log_prices
from app.panels.panel import Heights, Panel
from app.panels.prophet.model import ProphetAnalysis
from app.text.numbers import day, money, percent, signed_percent


def prophet_tables(analysis: ProphetAnalysis) -> dict[str, Table]:
    """Those of every forecast, the fan with stock-standard Prophet beside it, and the components."""
    fan = fan_table(analysis, analysis.stock_standard.line, "stock Prophet")
    return forecast_tables(analysis) | {"fan": fan, "components": _parts(analysis)}


def prophet_facts(analysis: ProphetAnalysis) -> tuple[Fact, ...]:
    """The forecast, and how much of the trend it follows."""
    direction = "falls" if analysis.trend_per_year < 0 else "grows"
    growth = percent(abs(analysis.trend_per_year), 0)
    note = f"as far as such trends deserved in the past; this one {direction} by {growth} a year"
    weight = Fact("trend_weight", "How far the trend is followed", percent(analysis.trend_weight, 0), note)
    return *forecast_facts(analysis), weight


ORIGINS = "app.forecasting.scoring.backtest"
"""A dotted name, because it imports scipy, which takes a seventh of the web process's start; a thread does so then."""


def trend_fits(history: PriceHistory, horizon: int) -> tuple[PlannedFit, ...]:
    """The fits of the trend, which the forecast and the past ones that it is tested by rest on, oldest window first."""
    windows = _windows(history, horizon)
    past = len(windows) - 1
    tests = (f"Testing on the past, fit {number} of {past}" for number in range(1, past + 1))
    return tuple(
        PlannedFit(FitKind.TREND, window, words)
        for window, words in zip(windows, (*tests, "Fitting the trend"), strict=True)
    )


def all_fits(history: PriceHistory, horizon: int) -> tuple[PlannedFit, ...]:
    """The fits of the trend, of stock-standard Prophet on the same days, and of the season."""
    windows = _windows(history, horizon)
    stock = tuple(
        PlannedFit(FitKind.STOCK, window, f"Fitting stock-standard Prophet, {number} of {len(windows)}")
        for number, window in enumerate(windows, 1)
    )
    season = PlannedFit(FitKind.SEASON, windows[-1], "Looking at the seasons")
    return *trend_fits(history, horizon), *stock, season


def _windows(history: PriceHistory, horizon: int) -> tuple[Window, ...]:
    y = log_prices(history)
    return tuple(window_at(y, int(row)) for row in import_module(ORIGINS).refit_origins(y, horizon))


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
    heights=Heights(6.375, 57, 59.25),
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

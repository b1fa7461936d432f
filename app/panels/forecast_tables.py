"""Forecasts and what came of them as tables: what their charts show, for who reads numbers or cannot see a picture."""

from collections.abc import Sequence

from app.forecasting.band import is_median
from app.forecasting.receipt import ScoredForecast
from app.panels.analysis import Analysis, ForecastAnalysis
from app.panels.content import Table
from app.panels.outcome import Outcome
from app.text.numbers import day, money, plural

_MILESTONES = (1, 2, 5, 10, 22, 44)
_SHOWN = 12


def milestones(days: int) -> tuple[int, ...]:
    """Which of the ``days`` ahead are shown: a few on the way, and the last."""
    return (*(one for one in _MILESTONES if one < days), days)


def forecast_tables(analysis: ForecastAnalysis) -> dict[str, Table]:
    """The two tables that every forecast card has."""
    return {"fan": fan_table(analysis), "receipt": receipt_table(analysis)}


def fan_table(analysis: ForecastAnalysis, beside: Sequence[float] = (), name: str = "") -> Table:
    """The seven quantiles on a few days; ``beside`` is another line of that ``name``, a price a day."""
    forecast = analysis.forecast
    levels = tuple("middle" if is_median(level) else f"{100 * float(level):g} %" for level in forecast.quantiles)
    rows = tuple(
        (
            str(ahead),
            day(forecast.dates[ahead - 1]),
            *(money(prices[ahead - 1], analysis) for prices in forecast.quantiles.values()),
            *(money(line, analysis) for line in beside[ahead - 1 : ahead]),
        )
        for ahead in milestones(analysis.horizon)
    )
    headings = ("Days ahead", "Date", *levels, *([name] if name else []))
    return Table(headings, rows, "A price under 10 % is one that ten closes in a hundred are expected to stay below.")


def receipt_table(analysis: ForecastAnalysis) -> Table:
    """The newest of the past forecasts, each with what happened."""
    receipt = analysis.receipt
    newest = receipt.forecasts[: -_SHOWN - 1 : -1]
    rows = tuple(_scored(one, analysis) for one in newest)
    note = f"The newest {len(newest)} of {plural(receipt.origins, 'past forecast')}; the card's JSON has all of them."
    return Table(("Made on", "For", "Last close", "10 %", "Middle", "90 %", "Close then"), rows, note)


def _scored(one: ScoredForecast, analysis: ForecastAnalysis) -> tuple[str, ...]:
    low, high = one.band(80)
    prices = (money(price, analysis) for price in (one.last, low, one.median, high, one.actual))
    return day(one.origin), day(one.target), *prices


def outcome_table(outcome: Outcome, analysis: Analysis) -> Table:
    """The closes that followed, on a few days."""
    shown = milestones(len(outcome.dates))
    rows = tuple(
        (str(after), day(outcome.dates[after - 1]), money(outcome.actual[after - 1], analysis)) for after in shown
    )
    return Table(("Days later", "Date", "Close"), rows)

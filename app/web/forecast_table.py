"""The forecasts of a query as rows of a CSV that spreadsheets and programs read alike."""

import csv
import io
from collections.abc import Iterator, Mapping

from app.panels.analysis import ForecastAnalysis

COLUMNS = ("ticker", "as_of", "last", "member", "day", "date")
# A cell that begins like this is a formula to a spreadsheet, whatever quotes stand around it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def forecast_table(forecasts: Mapping[str, ForecastAnalysis]) -> str:
    """A row for each member and day ahead, with its quantiles; text is quoted, numbers are as the JSON has them."""
    written = io.StringIO()
    rows = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    levels = list(next(iter(forecasts.values())).forecast.quantiles) if forecasts else []
    rows.writerow([*COLUMNS, *levels])
    for member, analysis in forecasts.items():
        rows.writerows(_rows(member, analysis, levels))
    return written.getvalue()


def cell(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _rows(member: str, analysis: ForecastAnalysis, levels: list[str]) -> Iterator[list[str | float]]:
    forecast = analysis.forecast
    for row, day in enumerate(forecast.dates):
        known = cell(analysis.ticker), str(analysis.as_of), forecast.last, cell(member), row + 1, str(day)
        yield [*known, *(forecast.quantiles[level][row] for level in levels)]

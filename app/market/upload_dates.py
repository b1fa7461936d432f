"""Dates as files have them: ISO and what else is unambiguous, the day as it is written whatever its time zone."""

import re
from datetime import date

import numpy as np
from numpy.typing import NDArray

from app.market.upload_records import shown
from app.market.upload_table import Table

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_FIRST_YEAR, _LAST_YEAR = 1800, 2199
_NEEDED = f"a date such as 2018-06-29, of a year from {_FIRST_YEAR} to {_LAST_YEAR}"
_TIME = (
    r"(?:(?:T|,? +)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?: ?[AaPp][Mm])?"
    r"(?: ?(?:[A-Za-z]{1,4}|[+-][0-9]{2}(?::?[0-9]{2})?))?)?"
)
_NUMERIC = re.compile(r"(?P<first>[0-9]{1,2})(?P<mark>[-/.])(?P<second>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4})" + _TIME)
_FORMS = tuple(
    re.compile(form + _TIME)
    for form in (
        r"(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})",
        r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
        r"(?P<day>[0-9]{1,2})[- ](?P<name>[A-Za-z]{3,9})\.?,?[- ](?P<year>[0-9]{4})",
        r"(?P<name>[A-Za-z]{3,9})\.? (?P<day>[0-9]{1,2}),? (?P<year>[0-9]{4})",
    )
)


def read_dates(table: Table, column: int) -> NDArray[np.datetime64]:
    """The day of every row; a time and a zone after it are left out. Raises ``BadFileError`` for what is no date.

    Of 03/04/2020 the rest of the column must tell which is the day; with dots (03.04.2020) the day comes first unless
    the column says otherwise.
    """
    day_first = _day_first(table, column)
    dates: list[date] = []
    for row, cells in enumerate(table.rows):
        day = _date(cells[column], day_first)
        if day is None:
            raise table.fault(row, column, _NEEDED)
        dates.append(day)
    return np.array(dates, dtype="datetime64[D]")


def _date(text: str, day_first: bool) -> date | None:
    if numeric := _NUMERIC.fullmatch(text):
        day, month = (numeric["first"], numeric["second"])[:: 1 if day_first else -1]
        return _existing(int(numeric["year"]), int(month), int(day))
    for form in _FORMS:
        if written := form.fullmatch(text):
            parts = written.groupdict()
            month = _month(parts["name"]) if "name" in parts else int(parts["month"])
            return _existing(int(parts["year"]), month, int(parts["day"]))
    return None


def _month(name: str) -> int:
    return next((number for number, month in enumerate(_MONTHS, 1) if month.startswith(name.lower())), 0)


def _existing(year: int, month: int, day: int) -> date | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _day_first(table: Table, column: int) -> bool:
    matches = ((row, _NUMERIC.fullmatch(cells[column])) for row, cells in enumerate(table.rows))
    numeric = [(row, match) for row, match in matches if match]
    day_first = next((row for row, match in numeric if int(match["first"]) > 12), None)
    month_first = next((row for row, match in numeric if int(match["second"]) > 12), None)
    if day_first is not None and month_first is not None:
        first, second = sorted((day_first, month_first))
        other = f"line {table.lines[first]} has {shown(table.rows[first][column])}"
        raise table.fault(second, column, f"an ISO date such as 2018-06-29, or days and months in one order ({other})")
    if day_first is None and month_first is None and numeric and numeric[0][1]["mark"] != ".":
        needed = "an ISO date such as 2018-06-29, since nothing in this column tells the day from the month"
        raise table.fault(numeric[0][0], column, needed)
    return month_first is None

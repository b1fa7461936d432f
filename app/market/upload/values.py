"""Dates and numbers as people write them, settled by the whole file."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.market.raw_history import Floats
from app.market.upload.table import Table, shown

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


Mark = Literal[".", ","]

_SMALLEST_PRICE, _LARGEST_PRICE = 1e-12, 1e15
_LARGEST_VOLUME = 1e18
_LONGEST = 64
_CURRENCIES = "$€£¥₹ "
_MULTIPLES = {"K": 1e3, "M": 1e6, "B": 1e9}
_MARK_NAMES: dict[Mark, str] = {".": "point", ",": "comma"}
_EXPONENT = r"(?:[eE][+-]?[0-9]+)?"
_PLAIN: dict[Mark, re.Pattern[str]] = {
    ".": re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)" + _EXPONENT),
    ",": re.compile(r"[+-]?(?:[0-9]+,?[0-9]*|,[0-9]+)" + _EXPONENT),
}
# Thousands by threes or, as in India, a last group of three and groups of two before it; one separator throughout.
_GROUPED = r"[+-]?[1-9][0-9]{{0,2}}(?P<separator>[{}'’ \u00a0\u202f])(?:[0-9]{{2,3}}(?P=separator))*[0-9]{{3}}"
_WITH_THOUSANDS: dict[Mark, re.Pattern[str]] = {
    ".": re.compile(_GROUPED.format(",") + r"(?:\.[0-9]*)?" + _EXPONENT),
    ",": re.compile(_GROUPED.format(".") + r"(?:,[0-9]*)?" + _EXPONENT),
}


def decimal_mark(table: Table, columns: Sequence[int]) -> Mark:
    """What the numbers of a file have before their decimals, told by the first that can be read in one way only.

    Where there is none of these, a point; raises ``BadFileError`` where a comma may be either, as in "1,234" between
    semicolons or beside "1.234".
    """
    unsure: dict[str, tuple[int, int]] = {}
    for row, cells in enumerate(table.rows):
        for column in columns:
            text = cells[column].strip(_CURRENCIES)
            used = "," if "," in text else "."
            fitting = [mark for mark in _PLAIN if used in text and _number(text, mark) is not None]
            if len(fitting) == 1:
                return fitting[0]
            if fitting:
                unsure.setdefault(used, (row, column))
    if "," in unsure and ("." in unsure or table.delimiter != ","):
        needed = "decimals after a point and no separator of thousands, since this may mean two numbers"
        raise table.fault(*unsure[","], needed)
    return "."


def read_prices(table: Table, column: int, mark: Mark) -> Floats:
    """The prices of a column, NaN where a cell is empty; raises ``BadFileError`` for what is no price."""
    prices = _numbers(table, column, [cells[column].strip(_CURRENCIES) for cells in table.rows], mark)
    _refuse(table, column, prices <= 0, "a price above zero")
    unreal = (prices < _SMALLEST_PRICE) | (prices > _LARGEST_PRICE)
    _refuse(table, column, unreal, f"a price between {_SMALLEST_PRICE:.12f} and {_LARGEST_PRICE:,.0f}")
    return prices


def read_volume(table: Table, column: int, mark: Mark) -> Floats:
    """Like ``read_prices`` for volumes, where zero, a lone dash and a closing K, M or B are good too."""
    written = [cells[column].upper() for cells in table.rows]
    multiples = [_MULTIPLES.get(text[-1:], 1.0) for text in written]
    bare = [text[:-1] if text == "-" or (text[1:] and text[-1] in _MULTIPLES) else text for text in written]
    volume: Floats = _numbers(table, column, bare, mark) * np.array(multiples)
    _refuse(table, column, (volume < 0) | (volume > _LARGEST_VOLUME), f"a volume from 0 to {_LARGEST_VOLUME:,.0f}")
    return volume


def _numbers(table: Table, column: int, texts: list[str], mark: Mark) -> Floats:
    numbers = np.full(len(texts), np.nan)
    for row, text in enumerate(texts):
        if text:
            number = _number(text, mark)
            if number is None:
                name = _MARK_NAMES[mark]
                raise table.fault(row, column, f"a number with a decimal {name}, or nothing where there is none")
            numbers[row] = number
    return numbers


def _number(text: str, mark: Mark) -> float | None:
    if len(text) > _LONGEST:
        return None
    if _PLAIN[mark].fullmatch(text):
        return float(text.replace(mark, "."))
    written = _WITH_THOUSANDS[mark].fullmatch(text)
    return float(text.replace(written["separator"], "").replace(mark, ".")) if written else None


def _refuse(table: Table, column: int, which: NDArray[np.bool_], needed: str) -> None:
    if which.any():
        raise table.fault(int(np.argmax(which)), column, needed)

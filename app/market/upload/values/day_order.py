"""The days of a whole column: the order of day, month and year, and what a time of day means, settled by all rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.errors import BadFileError
from app.market.calendar import Days
from app.market.upload.values.days import DAY_SECONDS, FIRST_YEAR, LAST_YEAR, NEEDED, REPUBLIC_OF_CHINA, Written
from app.market.upload.words import month_numbers

_NOON, _EVENING_HOURS = 43_200, 8
_BUDDHIST = 543
_TWO_DIGIT_PIVOT = 50
_ENOUGH_ROWS, _LONGEST_REST = 20, 14
_SPREADSHEET_ZERO = np.datetime64("1899-12-30")
_ORDERS = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}

Fault = Callable[[int, str], BadFileError]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DateColumn:
    """The day of each row, in which order its parts were written, and the second of the day where there is a time."""

    days: Days
    order: str
    seconds: NDArray[np.int64]


def settled(column: Sequence[Written], fault: Fault, thai: bool) -> DateColumn:
    """The days of a column, all of it written in some way.

    Raises what ``fault`` makes of a row and what is needed there: no such day, or two orders that are both possible.
    ``thai`` years of two digits are refused, because nothing tells 2567 from 1967.
    """
    days, orders = np.zeros(len(column), dtype="datetime64[D]"), []
    by_form: dict[str, list[int]] = {}
    for row, written in enumerate(column):
        by_form.setdefault(written.form, []).append(row)
    months = _months_of(column, by_form, fault)
    for form, rows in by_form.items():
        part = _Part(np.array(rows), [column[row] for row in rows], months, fault, thai)
        days[rows], order = part.days(form)
        orders.append(order)
    seconds = np.array([-1 if written.seconds is None else written.seconds for written in column], dtype=np.int64)
    stamps = by_form.get("stamp", [])
    seconds[stamps] = [column[row].a % DAY_SECONDS for row in stamps]
    return DateColumn(_of_evenings(days, seconds, fault), " or ".join(orders), seconds)


def _months_of(column: Sequence[Written], by_form: Mapping[str, list[int]], fault: Fault) -> Mapping[str, int]:
    named = [*by_form.get("name", ()), *by_form.get("name first", ())]
    months = month_numbers({str(column[row].b) for row in named})
    if months is None:
        raise fault(named[0], "a date such as 2018-06-29, since languages disagree which months these names are")
    return months


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of a column that are written in one form."""

    rows: NDArray[np.intp]
    written: Sequence[Written]
    months: Mapping[str, int]
    fault: Fault
    thai: bool

    def days(self, form: str) -> tuple[Days, str]:
        if form == "stamp":
            seconds = np.array([written.a for written in self.written])
            return (seconds // DAY_SECONDS).astype("datetime64[D]"), "time stamps, days in UTC"
        if form == "spreadsheet":
            return self._of_spreadsheet(np.array([written.a for written in self.written]))
        a, c = (np.array([getattr(written, name) for written in self.written]) for name in "ac")
        b = np.array([self.months.get(str(written.b), written.b) for written in self.written], dtype=np.int64)
        if form in ("name", "name first"):
            return self._named(form, a, b, c)
        order = (
            "ymd" if form == "year first" else self._year_last(a, b) if form == "year last" else self._short(a, b, c)
        )
        return self._sure(order, a, b, c), _ORDERS[order]

    def _of_spreadsheet(self, numbers: Integers) -> tuple[Days, str]:
        days = _SPREADSHEET_ZERO + numbers
        weekend = (days.astype(np.int64) + 3) % 7 > 4
        # None or a stray one, or two in seven: any other share means that they are counted from another day.
        fitting = weekend.mean() < 0.05 or 0.25 < weekend.mean() < 0.4
        if fitting and not _may_count_in_years(numbers):
            return days, "day numbers of a spreadsheet"
        needed = "a date such as 2018-06-29, since these are not sure to be day numbers of a spreadsheet"
        raise self.fault(int(self.rows[np.argmax(weekend)]), needed)

    def _named(self, form: str, a: Integers, b: Integers, c: Integers) -> tuple[Days, str]:
        if (a > 99).all():
            return self._sure("ymd", a, b, c), "year, name of the month, day"
        orders = ["dmy", "ymd"] if form == "name" and (c < 100).all() else ["dmy"]
        order = self._plausible(orders, a, b, c)
        wordings = {"name first": "name of the month, day, year", "name": "day, name of the month, year"}[form]
        return self._sure(order, a, b, c), wordings if order == "dmy" else "year, name of the month, day"

    def _year_last(self, a: Integers, b: Integers) -> str:
        day_first, month_first = np.flatnonzero(a > 12), np.flatnonzero(b > 12)
        if len(day_first) and len(month_first):
            first, second = sorted((int(self.rows[day_first[0]]), int(self.rows[month_first[0]])))
            raise self.fault(second, f"an ISO date such as 2018-06-29, or days and months in one order (row {first})")
        if not len(day_first) and not len(month_first) and self.written[0].mark != ".":
            raise self._either()
        return "mdy" if len(month_first) else "dmy"

    def _either(self) -> BadFileError:
        needed = "an ISO date such as 2018-06-29, since nothing in this column tells the day from the month"
        return self.fault(int(self.rows[0]), needed)

    def _short(self, a: Integers, b: Integers, c: Integers) -> str:
        return self._plausible(["dmy", "mdy", "ymd"], a, b, c)

    def _plausible(self, orders: list[str], a: Integers, b: Integers, c: Integers) -> str:
        """The one order in which all are days, or else the one in which they follow each other as days do."""
        read = {order: days for order in orders if not np.isnat(days := self._read(order, a, b, c)).any()}
        if len(read) < 2:
            return next(iter(read), orders[0])
        spans = {order: int(np.ptp(days.astype(np.int64))) for order, days in read.items()}
        densest, *others = sorted(spans, key=spans.__getitem__)
        dense = spans[densest] <= 10 * len(np.unique(read[densest])) and len(a) >= 20
        if not dense or spans[others[0]] <= 5 * spans[densest]:
            raise self._either()
        return densest

    def _read(self, order: str, a: Integers, b: Integers, c: Integers) -> Days:
        parts = dict(zip(order, (a, b, c), strict=True))
        years = _gregorian(parts["y"])
        known = (parts["m"] >= 1) & (parts["m"] <= 12) & (parts["d"] >= 1) & (years > 0)
        months = np.where(known, (years - 1970) * 12 + parts["m"] - 1, 0).astype("datetime64[M]")
        days = months.astype("datetime64[D]") + np.where(known, parts["d"] - 1, 0)
        return np.where(known & (days.astype("datetime64[M]") == months), days, np.datetime64("NaT"))

    def _sure(self, order: str, a: Integers, b: Integers, c: Integers) -> Days:
        days, years = self._read(order, a, b, c), dict(zip(order, (a, b, c), strict=True))["y"]
        if np.isnat(days).any():
            raise self.fault(int(self.rows[np.argmax(np.isnat(days))]), NEEDED)
        short = years < 100
        if short.any() and (self.thai or np.diff(np.unique(days)).astype(int).max(initial=0) > 3660):
            raise self.fault(
                int(self.rows[np.argmax(short)]), "a year of four digits, since two leave the century open"
            )
        return days


def days_of_numbers(numbers: Integers) -> bool:
    """Whether integers without a name are day numbers of a spreadsheet: one a weekday, in order, and no weekends."""
    weekday, steps = (numbers - 2) % 7, np.diff(numbers)
    in_order = len(steps) >= _ENOUGH_ROWS and ((steps > 0).all() or (steps < 0).all())
    return (
        bool(in_order and (weekday < 5).all() and abs(steps).max() <= _LONGEST_REST) and len({*weekday.tolist()}) == 5
    )


def _may_count_in_years(numbers: Integers) -> bool:
    """Whether 24156 may be the 156th day of 2024."""
    return bool((numbers < 30_000).all() and ((numbers % 1000 >= 1) & (numbers % 1000 <= 366)).all())


def _gregorian(years: Integers) -> Integers:
    """Years as they are counted here: of two digits, of Thailand (2567) and of Taiwan (113) too; 0 where it is none."""
    short = np.where(years < _TWO_DIGIT_PIVOT, 2000, 1900) + years
    cases = [years < 100, (years >= 100) & (years < 200), (years >= FIRST_YEAR) & (years <= LAST_YEAR)]
    buddhist = (years >= 2400) & (years <= LAST_YEAR + _BUDDHIST)
    return np.select([*cases, buddhist], [short, years + REPUBLIC_OF_CHINA, years, years - _BUDDHIST], 0)


def _of_evenings(days: Days, seconds: Integers, fault: Fault) -> Days:
    """A session that begins on the eve, as currencies and Sydney do in UTC, belongs to the day after.

    Told by the whole column: with Sundays and without Saturdays as it is, from Monday to Friday eight hours later.
    """
    weekday = (days.astype(np.int64) + 3) % 7
    if not (seconds >= 0).any() or (weekday < 5).all() or min((weekday == 5).mean(), (weekday == 6).mean()) > 0.1:
        return days
    later = days + (seconds + _EVENING_HOURS * 3600 >= DAY_SECONDS)
    if (((later.astype(np.int64) + 3) % 7) < 5).all():
        return later
    if (weekday == 6).mean() > 0.1 and np.median(seconds) >= _NOON:
        raise fault(0, "a date such as 2018-06-29, since these times leave open which day is meant")
    return days

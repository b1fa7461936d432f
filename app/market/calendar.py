"""Which days a market trades: exchange holidays where they are known, weekdays or every day elsewhere."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import holidays
import numpy as np
from numpy.typing import NDArray

EVERY_DAY = "24/7"
WEEKDAYS = "weekdays"
_COMMON = ("XNYS", "XLON", "XETR", "XNSE", "XTSE")
_ENOUGH_TO_TELL = 250
_DAY = np.timedelta64(1, "D")

Days = NDArray[np.datetime64]


def sessions_a_year(calendar: str) -> int:
    """How many trading days a year has, as volatility is annualised."""
    return 365 if calendar == EVERY_DAY else 252


def is_session(calendar: str, day: date) -> bool:
    """Whether ``calendar`` (a market identifier code, ``WEEKDAYS`` or ``EVERY_DAY``) traded on ``day``."""
    return calendar == EVERY_DAY or (day.weekday() < 5 and day not in _closures(calendar, day.year))


def sessions_after(calendar: str, day: date, count: int) -> tuple[date, ...]:
    """The next ``count`` trading days as planned on ``day``, which is left out itself.

    A storm or a state funeral of the days after is not known to them.
    """
    days = _sessions(calendar, day)
    return tuple(next(days) for _ in range(count))


def missing_sessions(calendar: str, dates: Days) -> tuple[date, ...]:
    """Trading days between the first and last of ``dates`` (sorted) that are not among them."""
    if calendar == EVERY_DAY:
        expected = np.arange(dates[0], dates[-1] + _DAY)
    else:
        years = range(dates[0].item().year, dates[-1].item().year + 1)
        closed = sorted(closure for year in years for closure in _closures(calendar, year))
        span = np.arange(dates[0], dates[-1] + _DAY)
        expected = span[np.is_busday(span, holidays=np.array(closed, dtype="datetime64[D]"))]
    return tuple(np.setdiff1d(expected, dates).tolist())


def fitting_calendar(dates: Days) -> str:
    """The calendar that ``dates`` (sorted) keep to, for a series that does not say where it is traded.

    Every day where Saturdays and Sundays are both common; a well-known exchange where no date falls on one of its
    closures and at most one session a year is missing; weekdays otherwise, and for less than a year of dates.
    """
    weekday = (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7
    if min((weekday == 5).mean(), (weekday == 6).mean()) > 0.1:
        return EVERY_DAY
    if len(dates) < _ENOUGH_TO_TELL or (weekday > 4).any():
        return WEEKDAYS
    return next((name for name in _COMMON if _fits(name, dates)), WEEKDAYS)


def _fits(calendar: str, dates: Days) -> bool:
    first, last = dates[0].item(), dates[-1].item()
    closed = set().union(*(_closures(calendar, year) for year in range(first.year, last.year + 1)))
    return closed.isdisjoint(dates.tolist()) and len(missing_sessions(calendar, dates)) <= len(dates) / _ENOUGH_TO_TELL


def _sessions(calendar: str, after: date) -> Iterator[date]:
    day = after
    while True:
        day += timedelta(days=1)
        if is_session(calendar, day) or day in _unforeseen(calendar, day.year):
            yield day


@cache
def _closures(calendar: str, year: int) -> frozenset[date]:
    if calendar in (WEEKDAYS, EVERY_DAY):
        return frozenset()
    return frozenset(holidays.financial_holidays(calendar, years=year))


@cache
def _unforeseen(calendar: str, year: int) -> frozenset[date]:
    """Closures of a year that were on no calendar before it."""
    if calendar in (WEEKDAYS, EVERY_DAY):
        return frozenset()
    special = getattr(holidays.financial_holidays(calendar, years=year), "special_public_holidays", {}).get(year, ())
    closures = special if special and isinstance(special[0], tuple) else (special,) if special else ()
    return frozenset(closed for month, day, *_ in closures if (closed := date(year, month, day)).weekday() < 5)

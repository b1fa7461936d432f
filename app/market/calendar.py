"""Which days a market trades: those of its exchange as far as they are recorded, a plain week elsewhere."""

import importlib
import warnings
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import chain, count, islice
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

EVERY_DAY = "24/7"
CURRENCIES = "24/5"
WEEKDAYS = "weekdays"
SUNDAYS = "Sunday to Thursday"
"""Taken, like ``WEEKDAYS``, for a market of which nothing but its week is known."""
_WEEKS = {EVERY_DAY: "1111111", CURRENCIES: "1111100", WEEKDAYS: "1111100", SUNDAYS: "1111001"}
_COMMON = ("XNYS", "XLON", "XETR", "XNSE", "XTSE", "XPAR", "XTKS", "XHKG", "XSHG", "XASX")
_FROM_SUNDAY = ("XTAE", "XSAU")
_ENOUGH_TO_TELL = 250
_DAY = np.timedelta64(1, "D")

Days = NDArray[np.datetime64]
_NO_DAYS: Days = np.array([], dtype="datetime64[D]")


def sessions_a_year(calendar: str) -> int:
    """How many trading days a year has, as volatility is annualised."""
    return 365 if calendar == EVERY_DAY else 252


def is_session(calendar: str, day: date) -> bool:
    """Whether ``calendar`` (a market identifier code or one of the weeks above) traded on ``day``."""
    return bool(np.isin(np.datetime64(day), _year(calendar, day.year).traded))


def sessions_after(calendar: str, day: date, number: int) -> tuple[date, ...]:
    """The next ``number`` trading days as planned on ``day``, which is left out itself.

    ``calendar`` is a market identifier code or one of the weeks above. A storm or a state funeral of the days after is
    not known to it. The first question about an exchange takes up to a tenth of a second (Korea two seconds).
    """
    planned = chain.from_iterable(_year(calendar, year).planned.tolist() for year in count(day.year))
    return tuple(islice((session for session in planned if session > day), number))


def sessions_between(calendar: str, first: date, last: date) -> int:
    """How many trading days lie after ``first``, up to ``last``; zero where that is not later."""
    every = [_year(calendar, year).traded for year in range(first.year, last.year + 1)]
    days = np.concatenate([_NO_DAYS, *every])
    return int(((days > np.datetime64(first)) & (days <= np.datetime64(last))).sum())


def missing_sessions(calendar: str, dates: Days) -> tuple[date, ...]:
    """Trading days between the first and last of ``dates`` (sorted) that are not among them.

    Years whose holidays nobody recorded are left out.
    """
    years = (_year(calendar, year) for year in range(dates[0].item().year, dates[-1].item().year + 1))
    expected = np.concatenate([_NO_DAYS, *(year.traded for year in years if year.recorded)])
    within = expected[(expected >= dates[0]) & (expected <= dates[-1])]
    return tuple(np.setdiff1d(within, dates).tolist())


def fitting_calendar(dates: Days) -> str:
    """The calendar that ``dates`` (sorted) keep to, for a series that does not say where it is traded.

    Every day where Saturdays and Sundays are both common; a well-known exchange where no date falls on one of its
    closures and at most one session a year is missing; else, and for less than a year of dates, a plain week.
    """
    weekday = (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7
    friday, saturday, sunday = ((weekday == day).mean() for day in (4, 5, 6))
    if min(saturday, sunday) > 0.1:
        return EVERY_DAY
    from_sunday = sunday > 0.1 > friday
    week, candidates = (SUNDAYS, _FROM_SUNDAY) if from_sunday else (WEEKDAYS, _COMMON)
    if len(dates) < _ENOUGH_TO_TELL:
        return week
    return next((name for name in candidates if _fits(name, dates)), week)


def _fits(calendar: str, dates: Days) -> bool:
    years = [_year(calendar, year) for year in range(dates[0].item().year, dates[-1].item().year + 1)]
    traded = np.concatenate([year.traded for year in years])
    closed = np.setdiff1d(dates, traded)
    return len(closed) == 0 and len(missing_sessions(calendar, dates)) <= len(dates) / _ENOUGH_TO_TELL


@dataclass(frozen=True, slots=True)
class _Year:
    """The trading days of one year as they were planned, and as they came; whether its holidays are ``recorded``."""

    planned: Days
    traded: Days
    recorded: bool


@cache
def _year(calendar: str, year: int) -> _Year:
    first, after = (np.datetime64(one, "Y").astype("datetime64[D]") for one in (year - 1970, year - 1969))
    span = np.arange(first, after)
    if calendar in _WEEKS:
        days = span[np.is_busday(span, weekmask=_WEEKS[calendar])]
        return _Year(days, days, recorded=True)
    exchange = _exchange(calendar)
    closed, unforeseen, recorded = _closed_in(calendar, exchange, year)
    open_days = span[_in_its_week(exchange, span)]
    planned = np.setdiff1d(open_days, closed)
    return _Year(planned, np.setdiff1d(planned, unforeseen), recorded)


def _closed_in(calendar: str, exchange: Any, year: int) -> tuple[Days, Days, bool]:
    """The planned and the unforeseen closures of a year, and whether anybody recorded them."""
    if exchange is not None and _bound(exchange.bound_min, 1900) <= year <= _bound(exchange.bound_max, 2049):
        closed, unforeseen = _closures(calendar, year // _SPAN * _SPAN)
        return closed, unforeseen, True
    # Named by a string, because all its countries are imported at once, and hardly an exchange needs it.
    holidays = importlib.import_module("holidays")
    if calendar not in holidays.list_supported_financial() or not 1900 <= year <= 2049:
        return _NO_DAYS, _NO_DAYS, False
    return np.array(sorted(holidays.financial_holidays(calendar, years=year)), dtype="datetime64[D]"), _NO_DAYS, True


def _bound(limit: Any, otherwise: int) -> int:
    day = limit()
    return otherwise if day is None else int(day.year)


# Exchanges that trade on the days of another one.
_SAME_DAYS = {"XNAS": "XNYS", "XNSE": "XBOM", "XSHE": "XSHG"}
# New York plans all its closures by rule; what is listed day by day came without notice.
_BY_RULE = "XNYS"
_SPAN = 30
_LOCK = Lock()


@cache
def _exchange(calendar: str) -> Any:
    """What exchange-calendars says of the days of an exchange; None where it does not have it.

    Its calendar is not built, which takes ten times as long because of the hours of trading, and fails for Tel Aviv.
    Named by a string, because it imports pandas, which the process that serves does only when it warms up.
    """
    code = _SAME_DAYS.get(calendar, calendar)
    # Its modules import one another, which two threads at once do not survive.
    with _LOCK:
        importlib.import_module("exchange_calendars")
        try:
            module = importlib.import_module(f"exchange_calendars.exchange_calendar_{code.lower()}")
        except ModuleNotFoundError:
            return None
    kind = getattr(module, f"{code}ExchangeCalendar")
    return kind.__new__(kind)


def _in_its_week(exchange: Any, span: Days) -> NDArray[np.bool_]:
    trading: NDArray[np.bool_] = np.is_busday(span, weekmask=getattr(exchange, "weekmask", _WEEKS[WEEKDAYS]))
    for first, last, week in getattr(exchange, "special_weekmasks", ()):
        within = (span <= np.datetime64(last, "D")) & ((first is None) | (span >= np.datetime64(first or last, "D")))
        trading[within] = np.is_busday(span[within], weekmask=week)
    return trading


@cache
def _closures(calendar: str, since: int) -> tuple[Days, Days]:
    """The planned and the unforeseen closures of ``_SPAN`` years, as far as exchange-calendars has them."""
    exchange = _exchange(calendar)
    first, last = _bound(exchange.bound_min, since), _bound(exchange.bound_max, since + _SPAN - 1)
    edges = f"{max(first, since)}-01-01", f"{min(last, since + _SPAN - 1)}-12-31"
    # Korea's rules fill tables of their own while they are asked; Hong Kong's use what pandas will do without.
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        rules = exchange.regular_holidays
        by_rule = _NO_DAYS if rules is None else np.asarray(rules.holidays(*edges), dtype="datetime64[D]")
        by_day = np.array([str(day)[:10] for day in exchange.adhoc_holidays], dtype="datetime64[D]")
    if _SAME_DAYS.get(calendar, calendar) == _BY_RULE:
        return by_rule, by_day
    return np.union1d(by_rule, by_day), _NO_DAYS

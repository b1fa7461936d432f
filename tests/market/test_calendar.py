from datetime import date, timedelta

import numpy as np
import pytest

from app.market.calendar import EVERY_DAY, WEEKDAYS, fitting_calendar, is_session, missing_sessions, sessions_after
from app.market.sample import SampleSource

CLOSED = [
    *(date(2001, 9, day) for day in (11, 12, 13, 14)),
    date(2012, 10, 29),
    date(2012, 10, 30),
    date(2018, 12, 5),
    date(2007, 1, 2),
    date(2004, 6, 11),
    date(2018, 3, 30),
    date(2024, 3, 29),
    date(2022, 6, 20),
    date(2018, 12, 25),
    date(2018, 7, 7),
]
OPEN = [date(2001, 9, 10), date(2001, 9, 17), date(2012, 10, 31), date(2018, 12, 24), date(2021, 6, 18)]


@pytest.mark.parametrize("exchange", ["XNYS", "XNAS"])
def test_new_york_was_closed_on_the_days_it_was_closed(exchange):
    assert [day for day in CLOSED if is_session(exchange, day)] == []
    assert [day for day in OPEN if not is_session(exchange, day)] == []


@pytest.mark.parametrize("ticker", SampleSource.tickers)
@pytest.mark.anyio
async def test_the_sample_misses_no_session_and_has_none_too_many(ticker):
    told = await SampleSource().load(ticker)
    assert missing_sessions(told.listing.calendar, told.dates) == ()
    assert all(is_session(told.listing.calendar, day) for day in told.dates.tolist())


def test_a_day_taken_out_is_missed():
    dates = np.array(sessions_after("XNYS", date(2017, 12, 31), 250), dtype="datetime64[D]")
    assert missing_sessions("XNYS", np.delete(dates, [7, 8])) == tuple(dates[[7, 8]].tolist())


def test_the_sessions_after_a_friday_skip_weekend_and_holiday():
    assert sessions_after("XNYS", date(2018, 12, 21), 3) == (
        date(2018, 12, 24),
        date(2018, 12, 26),
        date(2018, 12, 27),
    )


def test_a_market_that_never_closes_trades_every_day():
    saturday = date(2018, 12, 22)
    assert sessions_after(EVERY_DAY, saturday, 4) == tuple(saturday + timedelta(days=ahead) for ahead in range(1, 5))
    assert missing_sessions(EVERY_DAY, np.array(["2018-12-01", "2018-12-03"], "datetime64[D]")) == (date(2018, 12, 2),)


def test_weekdays_know_no_holiday():
    assert sessions_after(WEEKDAYS, date(2018, 12, 21), 2) == (date(2018, 12, 24), date(2018, 12, 25))


@pytest.mark.parametrize("calendar", ["XNYS", "XLON", "XETR", "XNSE", "XTSE", EVERY_DAY])
def test_the_calendar_of_a_long_series_is_seen_from_its_dates(calendar):
    dates = np.array(sessions_after(calendar, date(2014, 12, 31), 700), dtype="datetime64[D]")
    assert fitting_calendar(dates) == calendar


def test_a_short_series_says_nothing_of_its_calendar():
    dates = np.array(sessions_after("XNYS", date(2014, 12, 31), 200), dtype="datetime64[D]")
    assert fitting_calendar(dates) == WEEKDAYS

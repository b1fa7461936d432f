from datetime import date, timedelta

import exchange_calendars
import numpy as np
import pandas as pd
import pytest

from app.market.calendar import (
    CURRENCIES,
    EVERY_DAY,
    SUNDAYS,
    WEEKDAYS,
    fitting_calendar,
    missing_sessions,
    sessions_after,
    sessions_between,
)
from app.market.sample import SampleSource
from tests.support.paths import ROOT

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
SHARED = ROOT.parent / "shared" / "data"
FALSELY_MISSING = {"IN": ("XNSE", 16), "CN": ("XSHG", 0), "JP": ("XTKS", 0), "HK": ("XHKG", 3), "US": ("XNYS", 0)}


def days_between(first, last):
    return np.arange(first, last + timedelta(days=1), dtype="datetime64[D]")


def is_missed(calendar, day):
    """Whether a series that has the days around ``day`` and not itself lacks a session."""
    return missing_sessions(calendar, days_between(day - timedelta(1), day + timedelta(1))[::2]) == (day,)


@pytest.mark.parametrize("exchange", ["XNYS", "XNAS"])
def test_new_york_was_closed_on_the_days_it_was_closed(exchange):
    assert [day for day in CLOSED if is_missed(exchange, day)] == []
    assert [day for day in OPEN if not is_missed(exchange, day)] == []


@pytest.mark.parametrize("ticker", SampleSource.tickers)
@pytest.mark.anyio
async def test_the_sample_misses_no_session_and_has_none_too_many(ticker):
    told = await SampleSource().load(ticker)
    assert missing_sessions(told.listing.calendar, told.dates) == ()
    assert not any(is_missed(WEEKDAYS, day) and not is_missed("XNYS", day) for day in told.dates.tolist())


def test_a_day_taken_out_is_missed():
    dates = np.array(sessions_after("XNYS", date(2017, 12, 31), 250), dtype="datetime64[D]")
    assert missing_sessions("XNYS", np.delete(dates, [7, 8])) == tuple(dates[[7, 8]].tolist())


def test_the_sessions_after_a_friday_skip_weekend_and_holiday():
    assert sessions_after("XNYS", date(2018, 12, 21), 3) == (
        date(2018, 12, 24),
        date(2018, 12, 26),
        date(2018, 12, 27),
    )


def test_sessions_are_counted_from_the_day_after_to_the_last_one():
    assert sessions_between("XNYS", date(2018, 12, 31), date(2019, 1, 4)) == 3
    assert sessions_between("XNYS", date(2018, 12, 31), date(2019, 1, 1)) == 0
    assert sessions_between("XNYS", date(2018, 12, 31), date(2018, 12, 1)) == 0
    assert sessions_between(EVERY_DAY, date(2018, 12, 31), date(2020, 12, 31)) == 731


def test_a_closure_without_notice_was_planned_as_a_session():
    assert sessions_after("XNYS", date(2012, 10, 26), 3)[0] == date(2012, 10, 29)
    assert sessions_after("XNAS", date(2018, 12, 4), 1) == (date(2018, 12, 5),)


@pytest.mark.parametrize(
    ("calendar", "after", "following"),
    {
        "Riyadh rests on Friday and Saturday": ("XSAU", "2026-11-26", "2026-11-29"),
        "Tel Aviv did so too": ("XTAE", "2025-12-11", "2025-12-14"),
        "until it turned to Friday in 2026": ("XTAE", "2026-01-08", "2026-01-09"),
        "Cairo's holidays are not recorded": (SUNDAYS, "2026-11-26", "2026-11-29"),
        "Mumbai on a budget Saturday": ("XNSE", "2025-01-31", "2025-02-01"),
        "Mumbai after its recorded years": ("XNSE", "2027-01-25", "2027-01-27"),
        "Shanghai at the next new year": ("XSHG", "2027-02-04", "2027-02-11"),
        "Seoul at the next new year": ("XKRX", "2027-02-05", "2027-02-10"),
        "Athens, which one package has": ("XATH", "2026-12-24", "2026-12-28"),
        "currencies": (CURRENCIES, "2026-12-24", "2026-12-25"),
        "an exchange that nobody knows": (WEEKDAYS, "2026-12-24", "2026-12-25"),
    }.values(),
)
def test_each_market_has_its_own_next_day(calendar, after, following):
    assert sessions_after(calendar, date.fromisoformat(after), 1) == (date.fromisoformat(following),)


def test_indian_holidays_of_old_are_no_missing_sessions():
    days = np.array(sessions_after("XNSE", date(2009, 12, 31), 2500), dtype="datetime64[D]")
    diwali, eid, election = date(2010, 11, 5), date(2010, 11, 17), date(2014, 4, 24)
    assert {eid, election}.isdisjoint(days.tolist())
    assert not any(is_missed("XNSE", day) for day in (eid, election))
    assert is_missed("XNSE", diwali)


def test_years_that_nobody_recorded_have_no_missing_session():
    old = np.array(["1890-03-03", "1890-03-05"], dtype="datetime64[D]")
    assert missing_sessions("XNYS", old) == ()
    assert sessions_after("XNYS", date(1890, 3, 7), 1) == (date(1890, 3, 10),)


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
@pytest.mark.parametrize("code", ["XNYS", "XBOM", "XSAU", "XTKS", "XLON", "XKRX", "XHKG", "BVMF", "XIDX"])
def test_the_days_are_those_of_the_calendar_when_it_is_built(code):
    built = exchange_calendars.get_calendar(code, start="2021-01-04", end="2026-12-30").sessions
    own = sessions_after(code, date(2021, 1, 3), len(built) + 3)
    unforeseen = {date(2025, 1, 9)} if code == "XNYS" else set()
    special = {date(2024, 1, 20), date(2025, 2, 1)} if code == "XBOM" else set()
    ours = {day for day in own if day <= date(2026, 12, 30)} - unforeseen - special
    assert ours == set(built.date) - special


def test_a_market_that_never_closes_trades_every_day():
    saturday = date(2018, 12, 22)
    assert sessions_after(EVERY_DAY, saturday, 4) == tuple(saturday + timedelta(days=ahead) for ahead in range(1, 5))
    assert missing_sessions(EVERY_DAY, np.array(["2018-12-01", "2018-12-03"], "datetime64[D]")) == (date(2018, 12, 2),)


def test_weekdays_know_no_holiday():
    assert sessions_after(WEEKDAYS, date(2018, 12, 21), 2) == (date(2018, 12, 24), date(2018, 12, 25))


@pytest.mark.parametrize("calendar", ["XNYS", "XLON", "XETR", "XNSE", "XTSE", "XTKS", "XSAU", "XTAE", EVERY_DAY])
def test_the_calendar_of_a_long_series_is_seen_from_its_dates(calendar):
    dates = np.array(sessions_after(calendar, date(2021, 12, 31), 700), dtype="datetime64[D]")
    assert fitting_calendar(dates) == calendar


def test_a_short_series_says_nothing_of_its_calendar_but_its_week():
    dates = np.array(sessions_after("XNYS", date(2014, 12, 31), 200), dtype="datetime64[D]")
    assert fitting_calendar(dates) == WEEKDAYS
    dates = np.array(sessions_after("XTAE", date(2014, 12, 31), 200), dtype="datetime64[D]")
    assert fitting_calendar(dates) == SUNDAYS


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared prices are not on this machine")
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_hardly_a_day_on_which_a_whole_market_rested_counts_as_missing():
    bars = pd.read_parquet(SHARED / "world_pool_to_2023.parquet", columns=["market", "date"])
    for market, (calendar, most) in FALSELY_MISSING.items():
        per_day = bars[bars.market == market].groupby("date").size()
        traded = per_day[per_day > 0.2 * per_day.rolling(60, 1).median()].index
        assert len(missing_sessions(calendar, traded.to_numpy().astype("datetime64[D]"))) <= most, market

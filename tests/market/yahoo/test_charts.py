"""What becomes of a chart that Yahoo gives."""

import asyncio
from datetime import date

import numpy as np
import pytest

from app.market.history import history_until
from app.market.raw_history import Dividend, Split
from tests.support import yahoo_payloads
from tests.support.yahoo_payloads import answer, chart, moments, recorded, walk


def load(source, ticker="AAPL"):
    return asyncio.run(source.load(ticker))


def test_all_that_yahoo_has_comes_with_one_request(source, yahoo):
    yahoo.charts = [answer(chart(walk(3000)))]
    quotes = load(source)
    assert len(quotes.dates) == 3000
    (request,) = yahoo.requests
    assert request.startswith("GET query2.finance.yahoo.com/v8/finance/chart/AAPL?period1=-")
    assert "interval=1d" in request
    assert "events=div,splits" in request


@pytest.mark.parametrize("ticker", ["^GSPC", "M&M.NS", "EURUSD=X", "BRK-B", "BTC-USD"])
def test_a_ticker_reaches_yahoo_as_it_was_typed(source, yahoo, ticker):
    yahoo.charts = [answer(chart(walk(3)))]
    assert load(source, ticker).listing.ticker == ticker
    assert f"/v8/finance/chart/{ticker}?" in yahoo.requests[0]


def test_the_listing_is_what_the_answer_says(source, yahoo):
    yahoo.charts = [answer(chart(walk(3)))]
    listing = load(source).listing
    assert (listing.name, listing.source) == ("Synthetic Industries Inc.", "yahoo")
    assert (listing.currency, listing.exchange, listing.calendar) == ("USD", "NasdaqGS", "XNAS")
    assert listing.time_zone == "America/New_York"


def test_splits_and_dividends_come_with_their_days(source, yahoo):
    times = moments(5)
    events = {
        "splits": {str(times[3]): {"date": times[3], "numerator": 4, "denominator": 1, "splitRatio": "4:1"}},
        "dividends": {str(times[1]): {"date": times[1], "amount": 0.25}},
    }
    yahoo.charts = [answer(chart(walk(5), times, events=events))]
    quotes = load(source)
    assert quotes.splits == (Split(date(2024, 6, 27), 4.0),)
    assert quotes.dividends == (Dividend(date(2024, 6, 25), 0.25),)


def test_the_adjusted_close_is_yahoos_own(source, yahoo):
    closes = walk(5)
    yahoo.charts = [answer(chart(closes, adjusted=[0.9 * close for close in closes]))]
    quotes = load(source)
    assert quotes.adj_close == pytest.approx(0.9 * quotes.close)


def test_pence_stay_pence_and_are_said_to_be(source, yahoo):
    yahoo.charts = [answer(chart([1259.5, 1260.0], moments(2, hour=8, minute=0), yahoo_payloads.PENCE))]
    quotes = load(source, "OCDO.L")
    assert (quotes.listing.currency, quotes.listing.calendar) == ("GBp", "XLON")
    assert "pence" in quotes.listing.adjustment
    assert quotes.close.tolist() == [1259.5, 1260.0]


def test_a_currency_pair_trades_on_weekdays_of_london(source, yahoo):
    summer = moments(3, hour=23, minute=0, last="2024-06-27")
    yahoo.charts = [answer(chart([1.07, 1.08, 1.09], summer, yahoo_payloads.CURRENCIES))]
    quotes = load(source, "EURUSD=X")
    assert quotes.listing.calendar == "24/5"
    assert quotes.dates.tolist() == [date(2024, 6, 26), date(2024, 6, 27), date(2024, 6, 28)]


def test_crypto_trades_every_day(source, yahoo):
    times = moments(10, hour=0, minute=0, every_day=True)
    yahoo.charts = [answer(chart(walk(10), times, yahoo_payloads.CRYPTO))]
    quotes = load(source, "BTC-USD")
    assert quotes.listing.calendar == "24/7"
    assert np.diff(quotes.dates).astype(int).tolist() == [1] * 9


def test_rows_without_numbers_are_dropped_and_listed(source, yahoo):
    yahoo.charts = [answer(chart([10.0, None, 10.2, None]))]
    passport = history_until(load(source), None).passport
    assert [remark.day for remark in passport.dropped] == [date(2024, 6, 26), date(2024, 6, 28)]
    assert passport.bars == 2


def test_the_bar_of_a_running_session_is_left_out_and_listed(source, yahoo):
    body, today = yahoo_payloads.running_session()
    yahoo.charts = [answer(body)]
    history = history_until(load(source, "BTC-USD"), None)
    assert history.close.tolist() == [10.0, 11.0, 12.0, 13.0]
    (remark,) = history.passport.dropped
    assert remark.day == today
    assert "still running" in remark.what


def test_nothing_is_said_of_a_running_session_after_the_as_of_date(source, yahoo):
    body, _ = yahoo_payloads.running_session()
    yahoo.charts = [answer(body)]
    quotes = load(source, "BTC-USD")
    assert history_until(quotes, quotes.dates[1].item()).passport.dropped == ()


@pytest.mark.parametrize(("heard", "bars"), [("20:15", 3), ("20:21", 4)])
def test_a_bar_counts_once_its_session_has_settled(source, yahoo, heard, bars):
    opening = moments(1)[0]
    body = chart(walk(4), meta=yahoo_payloads.session(opening, opening + 6.5 * 3600 - 3600))
    yahoo.charts = [answer(body, Date=f"Fri, 28 Jun 2024 {heard}:00 GMT")]
    assert len(load(source).dates) == bars


def test_another_days_session_leaves_the_last_bar_in_peace(source, yahoo):
    body, _ = yahoo_payloads.running_session()
    body["chart"]["result"][0]["timestamp"] = moments(5)
    yahoo.charts = [answer(body)]
    assert len(load(source).dates) == 5


@pytest.mark.parametrize(
    ("file", "ticker", "currency", "bars", "calendar"),
    [
        ("01", "AAPL", "USD", 49, "XNAS"),
        ("02", "MSFT", "USD", 252, "XNAS"),
        ("03", "NVDA", "USD", 252, "XNAS"),
        ("04", "BTC-USD", "USD", 3, "24/7"),
        ("05", "EURUSD=X", "USD", 3, "24/5"),
        ("06", "OCDO.L", "GBp", 1, "XLON"),
        ("26", "RELIANCE.NS", "INR", 3, "XNSE"),
    ],
)
def test_recorded_charts_become_histories(source, yahoo, file, ticker, currency, bars, calendar):
    yahoo.charts = [recorded(file)]
    passport = history_until(load(source, ticker), None).passport
    assert (passport.currency, passport.bars, passport.calendar) == (currency, bars, calendar)
    assert passport.jumps == ()
    assert len(yahoo.requests) == 1

"""Where a file can be read in two ways, every form of answer asks, and the query chooses."""

import numpy as np

from tests.support.fakes import weekdays
from tests.support.uploads import post

OVERVIEW, PLACES = "/api/v1/panels/overview", "/panels"
ROWS = [(day, 50 + 0.1 * row) for row, day in enumerate(weekdays(80))]
TWO_PRICES = "Date,Bid,Ask\n" + "".join(f"{day},{price:.2f},{price + 1:.2f}\n" for day, price in ROWS)
TWO_TICKERS = "ticker,Date,Close\n" + "".join(
    f"{name},{day},{price + more:.2f}\n" for name, more in (("AAA", 0), ("BBB", 9)) for day, price in ROWS
)


def test_two_prices_are_asked_about_and_chosen_by_the_query(client):
    asked = post(client, OVERVIEW, TWO_PRICES.encode())
    error = asked.json()
    assert (asked.status_code, error["field"], error["choices"]) == (422, "column.close", ["Bid", "Ask"])
    for chosen, close in (("Bid", 57.9), ("Ask", 58.9), ("3", 58.9)):
        told = post(client, OVERVIEW, TWO_PRICES.encode(), **{"column.close": chosen}).json()
        assert np.isclose(told["last_close"], close)
        assert told["data"]["columns"]["close"] == ("Bid" if chosen == "Bid" else "Ask")


def test_a_choice_that_is_no_column_is_refused_with_those_there_are(client):
    error = post(client, OVERVIEW, TWO_PRICES.encode(), **{"column.close": "Mid"}).json()
    assert (error["field"], error["found"]) == ("column.close", "Mid")
    assert "“Date”, “Bid” and “Ask”" in error["needed"]


def test_the_page_shows_two_selects_that_belong_to_its_form(client):
    page = post(client, PLACES, TWO_PRICES.encode()).text
    for name in ("column.date", "column.close"):
        assert f'<select name="{name}" form="ask"' in page
    chosen = post(client, PLACES, TWO_PRICES.encode(), **{"column.close": "Ask"}).text
    assert '<option value="Ask" selected>' in chosen


def test_a_choice_made_already_is_kept_while_another_is_asked_for(client):
    page = post(client, PLACES, TWO_PRICES.encode(), **{"column.date": "Date"})
    assert (page.status_code, '<option value="Date" selected>' in page.text) == (422, True)


def test_of_two_tickers_the_one_that_is_said_is_read(client):
    asked = post(client, OVERVIEW, TWO_TICKERS.encode())
    assert (asked.status_code, asked.json()["choices"]) == (422, ["AAA", "BBB"])
    told = post(client, OVERVIEW, TWO_TICKERS.encode(), ticker="bbb").json()
    assert (told["ticker"], np.isclose(told["last_close"], 66.9)) == ("BBB", True)


def test_a_file_has_its_own_ticker_where_none_is_said(client):
    one = TWO_TICKERS.partition("BBB")[0].encode()
    assert post(client, OVERVIEW, one).json()["ticker"] == "AAA"
    assert post(client, OVERVIEW, one, ticker="mine").json()["ticker"] == "MINE"

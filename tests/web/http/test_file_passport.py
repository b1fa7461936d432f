"""What a visitor is told of a file before any card has run, and the file that shows what one looks like."""

import re
from dataclasses import replace

import numpy as np

from tests.support.fakes import InlineEngine, market
from tests.support.served import served
from tests.support.uploads import ACME, HEADER, csv_of, post

BROKEN = [
    "2020-01-02,10,9,8,10,10,5",
    "2020-01-03,10,9,8,10,10,5",
    "",
    "2020-01-06,10,11,9,10,10,",
    "2020-01-07,10,11,9,,,5",
]


def words(page):
    return " ".join(page.split())


def test_what_was_read_is_told_before_any_card_has_run():
    engine = InlineEngine()
    with served(engine=engine) as client:
        page = post(client, "/panels").text
    assert engine.calls == []
    assert "What was read from acme.csv" in page
    assert "80 daily bars from 5 Jan 2015 to 24 Apr 2015" in words(page)
    assert "Nothing had to be left out or mended." in page
    assert "forgets the file when it is reloaded" in page
    assert page.index("What was read") < page.index("panel-overview")


def test_all_that_was_left_out_or_mended_is_listed_with_its_days(client):
    rows = ACME.decode().splitlines()[1:]
    page = words(post(client, "/panels", "\n".join([HEADER, *BROKEN, *rows]).encode()).text)
    assert "<strong>2 days mended:</strong> high was below another price: raised to it" in page
    assert "(2 Jan 2020 … 3 Jan 2020)" in page
    assert "<strong>1 day left out:</strong> a blank line before its row <small>(6 Jan 2020)</small>" in page
    assert "Nothing had to be" not in page


def test_a_move_that_no_forecast_would_survive_is_told_at_once(client):
    told = market(300, seed=5)
    unit = np.where(np.arange(300) < 150, 1, 100)
    prices = {name: unit * getattr(told, name) for name in ("open", "high", "low", "close", "adj_close")}
    page = words(post(client, "/panels", csv_of(replace(told, **prices))).text)
    assert re.search(r"a change of \+(9[89]|10[01])\d\d\.\d", page)
    assert "Cards that forecast will refuse it." in page


def test_a_file_seen_from_a_past_day_is_told_of_as_of_that_day(client):
    page = words(post(client, "/panels", as_of="2015-03-31").text)
    assert "62 daily bars from 5 Jan 2015 to 31 Mar 2015" in page


def test_only_a_file_is_told_of(client):
    assert "What was read" not in client.post("/panels", data={"ticker": "SYN"}).text


def test_the_made_up_file_can_be_sent_back_as_it_is(client):
    sample = client.get("/sample.csv")
    assert sample.headers["content-disposition"] == 'attachment; filename="made-up-prices.csv"'
    assert sample.headers["content-type"].startswith("text/csv")
    assert all(line.endswith(",made up") for line in sample.text.splitlines()[1:])
    page = words(post(client, "/panels", sample.content, "made-up-prices.csv").text)
    assert "400 daily bars" in page
    assert "Nothing had to be left out or mended." in page
    card = post(client, "/api/v1/panels/overview", sample.content, "made-up-prices.csv")
    assert card.json()["ticker"] == "MADE-UP-PRICES"


def test_the_made_up_file_is_the_same_each_time(client):
    first = client.get("/sample.csv")
    again = client.get("/sample.csv", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")

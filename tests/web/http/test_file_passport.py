"""What a visitor is told of a file before any card has run, and the file that shows what one looks like."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from app.market.passport import Jump, listed_jumps
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
    assert re.search(r"a change of \+(9,[89]|10,[01])\d\d\.\d", page)
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
    assert "no adjusted close on any day: the closes were taken" in page
    card = post(client, "/api/v1/panels/overview", sample.content, "made-up-prices.csv")
    assert card.json()["ticker"] == "MADE-UP-PRICES"


def test_the_made_up_file_is_the_same_each_time(client):
    first = client.get("/sample.csv")
    again = client.get("/sample.csv", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def days(count, first="2000-01-03"):
    return np.busday_offset(np.datetime64(first), np.arange(count))


def rows(cells_of, count=2400):
    return [f"{day},{cells_of(number)}" for number, day in enumerate(days(count))]


EXTREME = {
    "a gap of centuries": ["Date,Close", *(f"{day},5" for day in [*days(200, "1801-01-05"), *days(200, "2190-01-04")])],
    "two units by turns": ["Date,Close", *rows(lambda number: (1, 100)[number % 2] + number / 1e4)],
    "dividends left in": ["Date,Close,Adj Close,Dividends", *rows(lambda number: "50,50,5")],
    "highs below": ["Date,Open,High,Low,Close", *rows(lambda number: f"{5 + number},1,9,{6 + number}")],
    "marked closes": ["Date,PRC", *rows(lambda number: -5 - number % 3)],
    "blank lines": ["Date,Close", *(f"{chr(10) * (at % 20)}{row}" for at, row in enumerate(rows(lambda _: 5)))],
    "lines about dividends": ["Date,Close,Note",
                              *(f"{row[:10]},,a dividend" if n % 2 else f"{row}," for n, row in enumerate(rows(str)))],
    "columns with long names": ["Date,Close" + "".join(f",{number} {'x' * 300}" for number in range(198)),
                                *rows(lambda _: "5" + "," * 198, 300)],
}  # fmt: skip


@pytest.mark.parametrize("kind", EXTREME)
def test_no_file_makes_a_passport_long(client, kind):
    answer = post(client, "/api/v1/panels/overview", "\n".join(EXTREME[kind]).encode())
    assert answer.status_code == 200, answer.json()
    assert len(json.dumps(answer.json()["data"])) < 64_000
    assert len(post(client, "/panels", "\n".join(EXTREME[kind]).encode()).content) < 128_000


@pytest.mark.parametrize(
    ("kind", "counted", "listed", "least"),
    [
        ("a gap of centuries", "missing_count", "missing_sessions", 90_000),
        ("two units by turns", "jump_count", "jumps", 2300),
        ("dividends left in", "jump_count", "jumps", 2300),
    ],
)
def test_what_is_too_much_to_be_listed_is_counted(client, kind, counted, listed, least):
    passport = post(client, "/api/v1/panels/overview", "\n".join(EXTREME[kind]).encode()).json()["data"]
    assert passport[counted] > least
    assert len(passport[listed]) == 100
    days_listed = [one if isinstance(one, str) else one["day"] for one in passport[listed]]
    assert days_listed == sorted(days_listed)


def test_a_move_that_no_forecast_survives_is_listed_however_many_others_there_are():
    jumps = [Jump(day.item(), -0.1, "a dividend", number in (700, 2200)) for number, day in enumerate(days(2400))]
    assert [jump for jump in listed_jumps(jumps) if jump.unbelievable] == [jumps[700], jumps[2200]]
    jumps = [replace(jump, unbelievable=True) for jump in jumps]
    assert (listed_jumps(jumps)[0], listed_jumps(jumps)[-1]) == (jumps[0], jumps[-1])

"""A chart to take along, as a file that is understood alone."""

import re
import struct
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tests.support.cards import elements
from tests.support.fakes import LISTING, FakeMarket, InlineEngine, market
from tests.support.served import served

SYN = market()
FAN = "/panels/verdict/fan.{}?ticker=SYN&horizon=5"


@pytest.fixture(scope="module")
def client():
    with served(FakeMarket(SYN)) as open_client:
        yield open_client


def links_of(card):
    return [a["href"] for _, a in elements(card, "a") if "download" in a]


def test_each_chart_of_a_card_leads_to_both_of_its_files(client):
    card = client.get("/panels/verdict?ticker=SYN&horizon=5").text
    for path in links_of(card):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"] in ("image/png", "image/svg+xml")
    assert len(links_of(card)) == 2 * len(elements(card, "img")) >= 4


def test_the_picture_of_a_comparison_can_be_taken_along_too():
    with served(FakeMarket(SYN, market(300, seed=5, listing=replace(LISTING, ticker="OTHER")))) as client:
        card = client.get("/compare/ranges?ticker=SYN&ticker=OTHER&horizon=5").text
        answers = [client.get(path) for path in links_of(card)]
        unknown = client.get("/compare/ranges.gif?ticker=SYN&ticker=OTHER")
    assert [answer.headers["content-type"] for answer in answers] == ["image/png", "image/svg+xml"]
    assert re.search(r"ranges-SYN-OTHER-\d{4}-\d\d-\d\d\.png", answers[0].headers["content-disposition"])
    assert "times as wide as that of" in answers[1].text
    assert unknown.status_code == 404


def test_a_png_is_that_chart_twice_as_dense_with_a_margin(client):
    answer, svg = client.get(FAN.format("png")), ElementTree.fromstring(client.get(FAN.format("svg")).content)  # noqa: S314
    assert answer.content.startswith(b"\x89PNG")
    assert struct.unpack(">II", answer.content[16:24]) == (2 * int(svg.get("width")), 2 * int(svg.get("height")))
    assert len(answer.content) < 250_000


def test_an_svg_says_what_it_shows_and_where_its_prices_are_from(client):
    words = " ".join(client.get(FAN.format("svg")).text.split("</style>")[1].split(">"))
    assert "An even chance: between" in words
    assert "Source: " in words
    assert "Stock Forecasting Analytics" in words


def test_a_file_has_a_name_that_tells_it_from_others(client):
    name = re.search(r'filename="([^"]+)"', client.get(FAN.format("png")).headers["content-disposition"])[1]
    assert re.fullmatch(r"verdict-fan-SYN-\d{4}-\d\d-\d\d\.png", name)


@pytest.mark.parametrize("path", ["/panels/verdict/nothing.png", "/panels/verdict/fan.gif", "/panels/none/fan.png"])
def test_what_there_is_no_chart_of_is_not_found(client, path):
    assert client.get(path, params={"ticker": "SYN", "horizon": "5"}).status_code == 404


def test_the_svg_of_a_card_that_was_seen_costs_no_computing():
    engine = InlineEngine()
    with served(FakeMarket(SYN), engine) as client:
        client.get("/panels/lstm?ticker=SYN&horizon=5")
        before = len(engine.calls)
        assert client.get("/panels/lstm/fan.svg?ticker=SYN&horizon=5").status_code == 200
        assert engine.calls[before:] == []
        client.get("/panels/lstm/fan.png?ticker=SYN&horizon=5")
        assert [call[0] for call in engine.calls[before:]] == ["draw"]


def test_a_file_counts_as_the_card_that_it_is_of():
    with served(FakeMarket(SYN), rate_limit="1/minute") as client:
        answers = [client.get(FAN.format("svg")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]


def test_where_the_rows_of_a_table_stand_is_said_as_shares_of_the_width(client):
    card = client.get("/panels/verdict?ticker=SYN&horizon=5").text
    fan, *_, receipt = [a for _, a in elements(card, "img") if "data-first-x" in a]
    assert 0.4 < float(fan["data-first-x"]) < float(fan["data-last-x"]) < 0.9
    assert 0 < float(receipt["data-last-x"]) < float(receipt["data-first-x"]) < 1

"""Yahoo's moods as a visitor and a program see them, through the whole app."""

import json
import re
import time
from contextlib import contextmanager

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.market.yahoo.source import YahooSource
from app.settings import Settings
from app.store.cache import MemoryCache
from tests.support.fakes import InlineEngine
from tests.support.yahoo_payloads import CONSENT, PENCE, TOO_MANY, UNKNOWN, answer, chart, moments, walk
from tests.support.yahoo_stand_in import Answer, Clock

GOOD = answer(chart(walk(400)))
FAILURES = {
    "unknown": (UNKNOWN, 404, "Yahoo does not list “AAPL”"),
    "no prices": (answer(chart([None])), 422, "no daily prices"),
    "refused": (TOO_MANY, 503, "asked us to slow down"),
    "500": (Answer(b"oops", 500), 502, "status 500"),
    "consent": (CONSENT, 502, "a consent page"),
    "hang": (Answer(hangs=True), 504, "did not answer within 1 s"),
    "drip": (Answer(b" " * 500, drips=True), 504, "did not answer within 1 s"),
}


@contextmanager
def served(patience=20, clock=time.monotonic):
    """An app of its own, whose cache goes by ``clock``."""
    yahoo = {"yahoo": YahooSource(patience=patience)}
    app = create_app(Settings(), yahoo, InlineEngine(), MemoryCache(2**24, clock))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("form", ["/panels/", "/api/v1/panels/"])
@pytest.mark.parametrize(("told", "status", "words"), FAILURES.values(), ids=FAILURES)
def test_each_failure_has_its_status_and_its_sentence(yahoo, told, status, words, form):
    yahoo.charts = [told]
    with served(patience=1 if status == 504 else 20) as client:
        response = client.get(f"{form}overview?ticker=AAPL")
    assert response.status_code == status
    assert words in response.text
    assert ("retry-after" in response.headers) == (status == 503)
    assert len(yahoo.requests) == 1


def test_a_refusal_says_when_to_come_back_and_no_card_asks_again(yahoo):
    yahoo.charts = [Answer(TOO_MANY.body, 429, {"Retry-After": "40"})]
    with served() as client:
        cards = [client.get(f"/panels/{slug}?ticker=AAPL") for slug in ("overview", "prophet", "overview")]
    assert {card.status_code for card in cards} == {503}
    assert all(38 <= int(card.headers["retry-after"]) <= 40 for card in cards)
    assert 'data-retry-after="40"' in cards[0].text
    assert "delisted" not in "".join(card.text for card in cards)
    assert len(yahoo.requests) == 1


def test_all_cards_of_a_page_share_one_load(yahoo):
    yahoo.charts = [GOOD]
    with served() as client:
        for path in ("/panels/overview", "/api/v1/panels/overview", "/panels/technicals"):
            assert client.get(f"{path}?ticker=AAPL").status_code == 200
        assert client.get("/api/v1/panels/overview?ticker=AAPL&as_of=2024-03-01").json()["as_of"] == "2024-03-01"
    assert len(yahoo.requests) == 1


def test_pence_are_said_in_the_passport(yahoo):
    yahoo.charts = [answer(chart(walk(80), moments(80, hour=8, minute=0), PENCE))]
    with served() as client:
        passport = client.get("/api/v1/panels/overview?ticker=OCDO.L").json()["data"]
    assert (passport["currency"], passport["source"]) == ("GBp", "yahoo")
    assert "pence" in passport["adjustment"]


def test_yahoo_is_asked_where_no_source_is_named(yahoo):
    yahoo.charts = [GOOD]
    with served() as client:
        assert client.get("/api/v1/panels/overview?ticker=AAPL").json()["data"]["source"] == "yahoo"


@pytest.mark.parametrize("trouble", [TOO_MANY, Answer(b"oops", 500), Answer(hangs=True)], ids=["429", "500", "hang"])
def test_the_last_answer_is_given_once_more_with_its_age_at_the_head_of_the_page(yahoo, trouble):
    yahoo.charts = [GOOD, trouble]
    clock = Clock()
    with served(patience=8, clock=clock) as client:
        fresh = client.get("/panels/overview?ticker=AAPL").text
        clock.now += 901
        cards = [client.get(f"/panels/{slug}?ticker=AAPL") for slug in ("overview", "technicals")]
        answers = [client.get(f"/api/v1/panels/{slug}?ticker=AAPL").json() for slug in ("overview", "technicals")]
        page = client.get("/?ticker=AAPL").text
    assert "were loaded on" not in fresh
    assert [card.status_code for card in cards] == [200, 200]
    said = r"Yahoo (has asked us|answered|did not).*were loaded on \d.* UTC,\s+0 minutes ago"
    assert page.count('<div id="banner">') == 1
    assert re.search(rf'<hx-partial hx-target="#banner" [^>]*>((?!</hx-partial>).)*{said}', cards[0].text, re.DOTALL)
    assert "were loaded on" not in cards[1].text
    assert len(yahoo.requests) == 2
    assert [(told["stale"]["minutes"], told["stale"]["why"][:5]) for told in answers] == [(0, "Yahoo")] * 2


def test_the_age_of_the_prices_changes_nothing_in_the_analysis(yahoo):
    yahoo.charts = [GOOD, TOO_MANY]
    clock = Clock()
    with served(clock=clock) as client:
        fresh = client.get("/api/v1/panels/overview?ticker=AAPL").text
        clock.now += 901
        old = client.get("/api/v1/panels/overview?ticker=AAPL").text
    assert old.startswith(fresh[:-1])
    assert json.loads(old).keys() - json.loads(fresh).keys() == {"stale"}


def test_an_unknown_ticker_is_not_covered_up_by_an_old_answer(yahoo):
    yahoo.charts = [GOOD, UNKNOWN]
    clock = Clock()
    with served(clock=clock) as client:
        assert client.get("/panels/overview?ticker=AAPL").status_code == 200
        clock.now += 901
        assert client.get("/panels/overview?ticker=AAPL").status_code == 404


def test_yahoo_is_asked_again_soon_after_it_failed(yahoo):
    yahoo.charts = [GOOD, Answer(b"oops", 500), GOOD]
    clock = Clock()
    with served(clock=clock) as client:
        told = []
        for seconds in (0, 901, 59, 2):
            clock.now += seconds
            told.append("stale" in client.get("/api/v1/panels/overview?ticker=AAPL").json())
    assert told == [False, True, True, False]

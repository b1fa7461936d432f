import base64
import hashlib
import html
import re

import pytest

from app.compute.errors import OverloadedError
from app.panels import IN_PAGE_ORDER
from tests.support.cards import SLUGS, elements
from tests.support.fakes import BrokenMarket, FailingEngine, FakeMarket, market
from tests.support.pages import assert_contained, links, policy_of
from tests.support.served import served


@pytest.fixture(scope="module")
def report(client):
    return client.get("/report?ticker=syn&as_of=2016-01-29")


def cards_of(page):
    """The states of its cards by their places."""
    return {a["id"]: a["class"] for _, a in elements(page, "section") if "id" in a}


def test_the_report_has_every_card_finished(report):
    cards = {
        attributes["id"]: attributes["class"]
        for tag, attributes in elements(report.text, "section")
        if "id" in attributes
    }
    assert report.status_code == 200
    answers, others = ("verdict", "odds", "overview"), ("prophet", "lstm", "patterns", "technicals")
    in_order = *answers, *(f"{slug}-proof" for slug in answers), *(p.slug for p in IN_PAGE_ORDER if p.slug in others)
    assert list(cards) == [f"panel-{name}" for name in in_order]
    assert [kind for kind in cards.values() if "failed" in kind or "waiting" in kind] == []
    assert len(elements(report.text, "img")) >= len(SLUGS)


def words_of(report):
    return html.unescape(" ".join(re.sub("<[^>]*>", " ", report.text).split()))


def test_the_report_begins_with_the_answer(report):
    words = words_of(report)
    answer = words.index("Synthetic Industries will probably stand between $")
    assert (
        words.index("Report on SYN") < answer < words.index("Which way?") < words.index("What are the odds of a price?")
    )


def test_the_report_has_one_passport_and_explains_a_word_once(report):
    assert report.text.count("Data passport") == 1
    explained = re.findall(r"<div><dt>([^<]*)</dt>", "".join(report.text.split('class="new-terms"')[1:]))
    assert len(explained) == len(set(explained)) > 20


def test_the_report_says_in_its_place_which_card_failed():
    with served(engine=FailingEngine(OverloadedError(7), "verdict")) as client:
        report = client.get("/report?ticker=SYN")
    assert "failed" in cards_of(report.text)["panel-verdict"]
    assert "Synthetic Industries SYN" in words_of(report)


def test_the_report_loads_nothing(report):
    assert_contained(report.text)
    assert elements(report.text, "script") == elements(report.text, "link") == []
    assert [address for tag, address in links(report.text) if tag == "img" and not address.startswith("data:")] == []
    assert "/static/" not in report.text
    assert "/vendor/" not in report.text


def test_the_style_of_the_report_is_known_to_its_policy_by_hash(report):
    (style,) = re.findall(r"<style>(.*?)</style>", report.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy_of(report)["style-src"] == [f"'sha256-{digest}'"]
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("host", ['x"}body{display:none}', "x</style><script>alert(1)</script>", "x\\22", "x y"])
def test_what_a_client_calls_a_host_stands_nowhere_in_the_report(client, host):
    report = client.get("/report?ticker=syn", headers={"Host": host})
    assert report.status_code in (200, 400)
    assert host not in report.text
    assert "<script" not in report.text


def test_the_report_has_no_button_that_cannot_work(report):
    assert elements(report.text, "button") == []
    assert not [a for _, a in elements(report.text) if "hx-get" in a or "hx-trigger" in a]


BROKEN = pytest.param(ValueError("a secret of ours"), id="broken")


@pytest.mark.parametrize("error", [pytest.param(OverloadedError(7), id="refused"), BROKEN])
def test_a_card_that_fails_takes_no_other_with_it_but_those_that_need_it(error):
    with served(engine=FailingEngine(error, "lstm")) as client:
        report = client.get("/report?ticker=SYN")
    cards = cards_of(report.text)
    assert report.status_code == 200
    failed = [f"panel-{slug}" for slug in ("verdict", "odds", "lstm")]
    assert [name for name, kind in cards.items() if "failed" in kind] == failed
    assert {name.removesuffix("-proof") for name in cards} == {f"panel-{slug}" for slug in SLUGS}
    assert "secret" not in report.text


def test_a_history_too_short_for_one_card_shows_the_others():
    with served(FakeMarket(market(100))) as client:
        report = client.get("/report?ticker=SYN")
    assert report.status_code == 200
    assert "needs 250 daily bars; there are 100" in report.text
    assert 'id="panel-overview" class="card ready' in report.text


def test_a_market_that_cannot_be_read_makes_no_report():
    with served(BrokenMarket(OverloadedError(7))) as client:
        report = client.get("/report?ticker=SYN")
    assert (report.status_code, report.headers["retry-after"]) == (503, "7")

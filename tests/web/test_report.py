import base64
import hashlib
import html
import re

import pytest

from app.compute.errors import OverloadedError
from app.panels import PANELS
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
    assert list(cards) == [f"panel-{slug}" for slug in SLUGS]
    assert [kind for kind in cards.values() if "failed" in kind or "waiting" in kind] == []
    assert len(elements(report.text, "img")) >= len(SLUGS)


def glance(report):
    """What stands above the cards, by question."""
    above = re.search(r'class="glance".*?</section>', report.text, re.DOTALL)[0]
    parts = [html.unescape(" ".join(re.sub("<[^>]*>", " ", part).split())) for part in above.split("<h2>")[1:]]
    return dict(part.split("? ", 1) for part in parts)


def test_the_report_begins_with_what_it_is_how_far_it_may_move_and_whether_there_is_an_edge(report):
    said = glance(report)
    cards = html.unescape(" ".join(re.sub("<[^>]*>", " ", report.text.partition('class="cards"')[2]).split()))
    assert list(said) == ["What is it", "How far may it move", "Is there an edge"]
    assert said["What is it"].startswith("Synthetic Industries $")
    assert said["How far may it move"].startswith("80 % range in 22 trading days $")
    assert "edge" in said["Is there an edge"]
    assert all(words in cards for words in said.values())


def test_the_report_says_above_which_card_failed_and_what_the_others_know():
    with served(engine=FailingEngine(OverloadedError(7), "verdict")) as client:
        said = glance(client.get("/report?ticker=SYN"))
    assert said["How far may it move"].startswith("In 22 trading days half of its moves were smaller than")
    assert said["Is there an edge"] == "That card has failed; its place says why."


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
    failed = [panel.slug for panel in PANELS if panel.slug in ("lstm", "verdict", "odds")]
    assert [name for name, kind in cards.items() if "failed" in kind] == [f"panel-{slug}" for slug in failed]
    assert len(cards) == len(SLUGS)
    assert "secret" not in report.text


def test_a_history_too_short_for_one_card_shows_the_others():
    with served(FakeMarket(market(100))) as client:
        report = client.get("/report?ticker=SYN")
    assert report.status_code == 200
    assert "needs 250 daily bars and found 100" in report.text
    assert 'id="panel-overview" class="card ready' in report.text


def test_a_market_that_cannot_be_read_makes_no_report():
    with served(BrokenMarket(OverloadedError(7))) as client:
        report = client.get("/report?ticker=SYN")
    assert (report.status_code, report.headers["retry-after"]) == (503, "7")

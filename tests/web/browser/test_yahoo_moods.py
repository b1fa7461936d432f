"""What a visitor meets when Yahoo answers, refuses and answers again: the real client, a stand-in on loopback."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from app.panels import PANELS
from tests.support.browser.accessibility import assert_no_violation
from tests.support.browser.serving import serving
from tests.support.browser.watching import Watched
from tests.support.yahoo_payloads import CONSENT, PENCE, TOO_MANY, UNKNOWN, answer, chart, walk
from tests.support.yahoo_stand_in import Answer, Yahoo

GOOD = answer(chart(walk(400)))
ASKED = "/?ticker=ACME&horizon=5"


@pytest.fixture(scope="module")
def yahoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yahoo]:
    stand_in = Yahoo(tmp_path_factory.mktemp("yahoo"))
    yield stand_in
    stand_in.close()


@pytest.fixture
def served(yahoo: Yahoo) -> Iterator[str]:
    yahoo.begin()
    proxy = {"SOURCE": "yahoo", "HTTPS_PROXY": yahoo.proxy, "https_proxy": yahoo.proxy, "NO_PROXY": "", "no_proxy": ""}
    with serving(**proxy, SSL_CERT_FILE=str(yahoo.certificate)) as address:
        yield address


def wait_for_failures(watched: Watched) -> None:
    for panel in PANELS:
        watched.page.wait_for_selector(f"#panel-{panel.slug}.failed", timeout=90_000)


def refused(seconds: int) -> Answer:
    return Answer(TOO_MANY.body, 429, {"Retry-After": str(seconds)})


def test_prices_of_yahoo_read_as_their_currency(yahoo: Yahoo, watched: Watched) -> None:
    yahoo.charts = [answer(chart(walk(400), meta=PENCE))]
    page = watched.open(ASKED)
    watched.wait_for_cards()
    expect(page.locator("#who")).to_contain_text(re.compile(r"\dp\b"))
    expect(page.locator("h1")).to_contain_text(re.compile(r"\dp\b"))


@pytest.mark.parametrize("watched", [("laptop", "light"), ("phone", "dark")], indirect=True)
def test_while_yahoo_refuses_every_card_counts_down_and_offers_the_sample_and_a_file(
    yahoo: Yahoo, watched: Watched
) -> None:
    yahoo.charts = [refused(600)]
    page = watched.open(ASKED)
    wait_for_failures(watched)
    assert page.get_by_text("Yahoo has asked us to slow down").count() == 1
    assert page.get_by_text("Trying again in").count() == len(PANELS)
    assert_no_violation(page)
    page.locator("#banner").get_by_role("link", name="Choose a file of prices").click()
    expect(page.get_by_label("Your own file")).to_be_visible()
    page.locator("#banner").get_by_role("link", name="Open the sample").click()
    watched.wait_for_cards()
    assert len(yahoo.requests) == 1
    watched.expects("status of 503")


def test_the_cards_come_by_themselves_once_yahoo_answers_again(yahoo: Yahoo, watched: Watched) -> None:
    yahoo.charts = [refused(1), GOOD]
    watched.open(ASKED)
    watched.wait_for_cards()
    watched.expects("status of 503")


def test_an_unknown_ticker_is_told_once_with_what_may_have_been_meant(yahoo: Yahoo, watched: Watched) -> None:
    yahoo.charts = [UNKNOWN]
    page = watched.open(ASKED.replace("ACME", "APPL"))
    wait_for_failures(watched)
    assert page.get_by_text("Yahoo does not list “APPL”").count() == 1
    expect(page.locator("#banner a").first).to_have_attribute("href", re.compile(r"/\?ticker=.*&source=yahoo"))
    assert_no_violation(page)
    watched.expects("status of 404")


def test_after_nonsense_from_yahoo_a_card_can_be_run_again(yahoo: Yahoo, watched: Watched) -> None:
    yahoo.charts = [CONSENT]
    page = watched.open(ASKED)
    wait_for_failures(watched)
    assert "Yahoo answered, but not with prices" in page.locator("#banner").inner_text()
    yahoo.charts = [GOOD]
    page.locator("#panel-overview").get_by_role("button", name="Run again").click()
    page.wait_for_selector("#panel-overview.ready", timeout=90_000)
    watched.expects("status of 502")


def test_four_tickers_that_nobody_asked_for_before_stand_side_by_side_from_one_request_each(
    yahoo: Yahoo, watched: Watched
) -> None:
    yahoo.charts = [answer(chart(walk(2500, seed))) for seed in range(4)]
    tickers = ("AAA", "BBB", "CCC", "DDD")
    page = watched.open("/compare?" + "&".join(f"ticker={ticker}" for ticker in tickers))
    page.wait_for_selector("[id^=panel-ranges].ready", timeout=90_000)
    expect(page.locator("[id^=panel-column].ready")).to_have_count(4, timeout=90_000)
    prices = page.locator(".columns .card").evaluate_all(
        "cards => cards.map(card => card.querySelector('.fact .value').textContent)"
    )
    assert len(set(prices)) == 4
    assert all(price.startswith("$") for price in prices)
    asked = [line for line in yahoo.requests if "/chart/" in line]
    assert sorted(line.partition("/chart/")[2].partition("?")[0] for line in asked) == list(tickers)
    # Who waits for 20 seconds on a busy machine is told so, and the page asks once more by itself.
    watched.complaints[:] = [complaint for complaint in watched.complaints if "503" not in complaint]

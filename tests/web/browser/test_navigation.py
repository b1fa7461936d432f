"""Whole visits: by mouse, by keyboard alone, back and forward, on the served app and its sample."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser.watching import QUERY, Watched


def reach(page: Page, name: str) -> None:
    """Tab until what has the focus is named so."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if re.search(
            name, page.evaluate("() => document.activeElement.closest('label, a, button, summary')?.innerText ?? ''")
        ):
            return
    pytest.fail(f"“{name}” is never reached")


def test_a_whole_analysis_by_mouse(watched: Watched) -> None:
    page = watched.open("/")
    page.get_by_label("Ticker or name").click()
    page.keyboard.type("^IXIC")
    page.get_by_label("Trading days ahead").fill("10")
    page.get_by_role("button", name="Analyse").click()
    watched.wait_for_cards()
    assert "ticker=%5EIXIC" in page.url
    page.locator("#panel-verdict summary", has_text="All tests").click()
    expect(page.locator("#panel-verdict .edge .tests")).to_be_visible()
    page.locator("summary", has_text="Words explained").click()
    expect(page.locator(".terms")).to_contain_text("Diebold–Mariano")


def test_a_whole_analysis_by_keyboard_alone(watched: Watched) -> None:
    page = watched.open("/")
    reach(page, "Ticker or name")
    page.keyboard.type("^GSPC")
    reach(page, "Trading days ahead")
    page.keyboard.press("Control+A")
    page.keyboard.type("5")
    reach(page, "^Analyse$")
    page.keyboard.press("Enter")
    watched.wait_for_cards()
    reach(page, "All tests")
    page.keyboard.press("Enter")
    expect(page.locator("#panel-verdict .edge .tests")).to_be_visible()


@pytest.mark.parametrize("watched", [("phone", "dark")], indirect=True)
def test_a_whole_analysis_on_a_phone(watched: Watched) -> None:
    page = watched.open("/")
    page.get_by_label("Ticker or name").click()
    page.keyboard.type("^GSPC")
    page.keyboard.press("Enter")
    watched.wait_for_cards()
    expect(page.locator("#panel-verdict h1")).to_be_in_viewport()
    wide, room = page.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= room


def test_back_and_forward_bring_back_what_was_asked(watched: Watched) -> None:
    page = watched.open(QUERY)
    watched.wait_for_cards()
    page.get_by_role("link", name="1 day").click()
    page.wait_for_url("**horizon=1&**")
    watched.wait_for_cards()
    for back, days, until in ((True, "5", "By 9 Jul 2018"), (False, "1", "By 2 Jul 2018")):
        page.go_back() if back else page.go_forward()
        watched.wait_for_cards()
        expect(page.locator("input[name=horizon]").first).to_have_value(days)
        expect(page.locator("h1")).to_contain_text(until)


def test_a_card_that_failed_is_run_again_and_takes_no_other_with_it(watched: Watched) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.continue_() if len(asked) > 1 else route.fulfill(status=500, content_type="text/html", body=FAILED)

    watched.page.route("**/panels/technicals**", answer)
    page = watched.open(QUERY)
    page.wait_for_selector("#panel-overview.ready", timeout=90_000)
    page.locator("#panel-technicals.failed").get_by_role("button", name="Run again").click()
    watched.wait_for_cards()
    watched.expects("status of 500")


FAILED = """<section id="panel-technicals" class="card failed"><h2>Technicals</h2>
    <button class="again">Run again</button> <button class="cancel">Cancel</button>
    <p class="working"><span class="words"></span> <span class="elapsed"></span></p></section>"""


def test_a_step_in_time_swaps_the_answer_in_place_and_costs_one_card(watched: Watched) -> None:
    page = watched.open(QUERY)
    watched.wait_for_cards()
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url.split("/")[4]) if "/live?" in sent.url else None)
    month = page.locator(".months a").first
    month.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    month.click()
    page.wait_for_url("**as_of=2017-**")
    page.wait_for_selector("#panel-verdict.ready:not(:has([data-follows]))", timeout=90_000)
    assert asked == ["verdict"]
    assert page.evaluate("scrollY") == before > 0
    assert page.locator("#ask input[name=as_of]").input_value().startswith("2017-")
    expect(page.locator("#panel-odds")).to_contain_text("Not computed for this day")
    page.locator("#panel-odds .again").click()
    page.wait_for_selector("#panel-odds.ready", timeout=90_000)
    page.go_back()
    page.wait_for_url("**as_of=2018-06-29**")
    expect(page.locator("h1")).to_contain_text("By 9 Jul 2018", timeout=90_000)


def test_the_arrow_keys_go_through_time(watched: Watched) -> None:
    page = watched.open(QUERY)
    watched.wait_for_cards()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**as_of=2018-06-22**")
    page.wait_for_selector("#panel-verdict.ready", timeout=90_000)


@pytest.mark.parametrize(("reveal", "shown"), [("", False), ("&reveal=1", True)])
def test_what_happened_waits_for_a_press_but_where_the_address_asks_for_it(
    watched: Watched, reveal: str, shown: bool
) -> None:
    page = watched.open(QUERY + reveal)
    watched.wait_for_cards()
    happened = page.locator("#outcome-verdict p").first
    assert happened.is_visible() == shown
    assert page.locator(".fan > .chart").is_visible() != shown
    page.locator("#outcome-verdict summary").first.click()
    assert happened.is_visible() != shown
    # One fan at a time, and a link to the page as it is.
    assert page.locator(".fan > .chart").is_visible() == shown
    page.wait_for_url(lambda url: ("reveal=1" in url) != shown)


def test_the_home_page_remembers_what_was_looked_at_lately(watched: Watched) -> None:
    page = watched.open("/?ticker=%5EIXIC&source=sample&horizon=5")
    watched.wait_for_cards()
    page.goto(watched.base)
    row = page.locator("#recents tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("^IXIC")
    row.get_by_role("link").click()
    page.wait_for_url("**ticker=%5EIXIC&horizon=5&source=sample**")

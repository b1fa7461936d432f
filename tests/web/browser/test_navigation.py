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
    page.locator("#panel-verdict summary", has_text="tests passed").click()
    expect(page.locator("#panel-verdict .edge .tests")).to_be_visible()
    page.locator("#panel-prophet summary", has_text="words on this card").click()
    expect(page.locator("#panel-prophet .terms")).to_contain_text("Diebold–Mariano")


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
    reach(page, "Is there an edge")
    page.keyboard.press("Enter")
    expect(page.locator("#panel-verdict h2")).to_be_in_viewport()
    reach(page, "tests passed")
    page.keyboard.press("Enter")
    expect(page.locator("#panel-verdict .edge .tests")).to_be_visible()


@pytest.mark.parametrize("watched", [("phone", "dark")], indirect=True)
def test_a_whole_analysis_on_a_phone(watched: Watched) -> None:
    page = watched.open("/")
    page.get_by_label("Ticker or name").click()
    page.keyboard.type("^GSPC")
    page.keyboard.press("Enter")
    watched.wait_for_cards()
    page.get_by_role("link", name=re.compile("Is there an edge")).click()
    expect(page.locator("#panel-verdict h2")).to_be_in_viewport()
    wide, room = page.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= room


def test_back_and_forward_bring_back_what_was_asked(watched: Watched) -> None:
    page = watched.open(QUERY)
    watched.wait_for_cards()
    page.get_by_label("Trading days ahead").fill("10")
    page.get_by_role("button", name="Analyse").click()
    page.wait_for_url("**horizon=10**")
    watched.wait_for_cards()
    for back, days in ((True, "5"), (False, "10")):
        page.go_back() if back else page.go_forward()
        watched.wait_for_cards()
        expect(page.get_by_label("Trading days ahead")).to_have_value(days)
        expect(page.locator("[data-told=range]")).to_contain_text(f"{days} trading days")


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


FAILED = f"""<section id="panel-technicals" class="card failed" hx-target="this" hx-swap="outerHTML"><h2>Technicals</h2>
    <button class="again" hx-get="{QUERY.replace("/?", "/panels/technicals?")}">Run again</button>
    <button class="cancel">Cancel</button>
    <p class="working"><span class="words"></span> <span class="elapsed"></span></p></section>"""

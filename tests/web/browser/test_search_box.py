"""Finding a ticker while typing, on the served app, whose sample has two."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser.watching import Watched


def typed(watched: Watched, words: str) -> Page:
    page = watched.open("/")
    page.locator("input[name=ticker]").focus()
    page.keyboard.type(words)
    expect(page.get_by_role("listbox")).to_be_visible()
    return page


def active(page: Page) -> str:
    """The symbol that a screen reader would be told of."""
    return page.evaluate(
        "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.dataset.ticker ?? ''"
    )


def test_a_ticker_is_found_by_name_with_the_keyboard_alone(watched: Watched) -> None:
    page = typed(watched, "index")
    field = page.get_by_role("combobox", name="Ticker or name")
    expect(field).to_have_attribute("aria-expanded", "true")
    seen = []
    for key in ("ArrowDown", "ArrowDown", "Home", "End", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
        seen.append(active(page))
    assert seen == ["^GSPC", "^IXIC", "^GSPC", "^IXIC", "^GSPC", "^IXIC"]
    page.keyboard.press("Enter")
    expect(field).to_have_value("^IXIC")
    expect(field).to_have_attribute("aria-expanded", "false")
    assert page.url == f"{watched.base}/"
    page.keyboard.press("Enter")
    page.wait_for_url("**/?ticker=%5EIXIC**")


def test_escape_closes_the_list_and_keeps_what_was_typed(watched: Watched) -> None:
    page = typed(watched, "nasdaq")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.locator("input[name=ticker]")).to_have_value("nasdaq")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".found [role=option]")).to_have_count(1)


def test_a_ticker_is_chosen_with_the_mouse(watched: Watched) -> None:
    page = typed(watched, "s&p")
    page.get_by_role("option", name="S&P 500 index").click()
    expect(page.locator("input[name=ticker]")).to_have_value("^GSPC")
    expect(page.locator("input[name=ticker]")).to_be_focused()


def test_nothing_found_is_told_to_the_eye_and_to_the_ear(watched: Watched) -> None:
    page = typed(watched, "apple")
    expect(page.locator(".found .note")).to_have_text("The built-in sample has ^GSPC and ^IXIC only.")
    expect(page.get_by_role("status").filter(has_text="0 found. The built-in sample has")).to_have_count(1)


def test_who_types_on_asks_once_and_the_same_again_costs_nothing(watched: Watched) -> None:
    asked: list[str] = []
    line = watched.page.context.new_cdp_session(watched.page)
    line.send("Network.enable")
    line.on(
        "Network.responseReceived",
        lambda told: asked.append(told["response"]) if "/search?" in told["response"]["url"] else None,
    )
    page = typed(watched, "nasdaq")
    for key in ("Backspace", "q"):
        page.keyboard.press(key)
        expect(page.get_by_role("listbox")).to_be_visible()
    page.wait_for_timeout(500)
    searches = [response for response in asked if "/search?" in response["url"]]
    new = [response["url"] for response in searches if not response.get("fromDiskCache")]
    assert [url.partition("ticker=")[2].partition("&")[0] for url in new] == ["nasdaq", "nasda"]
    assert len(searches) == 3


def test_a_name_typed_with_enter_takes_the_first_that_is_found(watched: Watched) -> None:
    page = watched.open("/")
    page.locator("input[name=ticker]").focus()
    page.keyboard.type("nasdaq")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?ticker=%5EIXIC**")
    watched.expects("failed: ")


@pytest.mark.parametrize("watched", [("phone", "light"), ("laptop", "dark")], indirect=True)
def test_the_list_stays_inside_the_page(watched: Watched) -> None:
    page = typed(watched, "index")
    box = page.get_by_role("listbox").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.evaluate("document.documentElement.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_without_scripts_the_field_is_a_plain_one(chromium: Browser, served: str) -> None:
    page = chromium.new_page(java_script_enabled=False)
    page.goto(served)
    page.get_by_role("textbox", name="Ticker").fill("^GSPC")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?ticker=%5EGSPC**")
    page.close()

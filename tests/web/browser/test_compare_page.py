"""Tickers side by side, on the served app, whose sample has two."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser.accessibility import assert_no_violation
from tests.support.browser.watching import Watched

BOTH = "/compare?ticker=%5EGSPC&ticker=%5EIXIC&source=sample&horizon=5&as_of=2018-06-29"


def compared(watched: Watched, path: str = BOTH, columns: int = 2) -> Page:
    page = watched.open(path)
    wait_for(page, columns)
    return page


def wait_for(page: Page, columns: int) -> None:
    for name in ("ranges", *(f"column-{place}" for place in range(1, columns + 1))):
        page.wait_for_selector(f"#panel-{name}.ready", timeout=90_000)


@pytest.mark.parametrize(
    "watched",
    [("phone", "light"), ("phone", "dark"), ("laptop", "light"), ("laptop", "dark"), ("large", "light")],
    indirect=True,
)
def test_the_columns_fill_themselves_in_reach_of_everybody(watched: Watched) -> None:
    page = compared(watched)
    wide, room = page.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= room
    assert_no_violation(page)


def test_what_is_compared_stands_at_one_height_below_a_chart_that_fills_its_place(watched: Watched) -> None:
    page = compared(watched)
    heights = [
        page.locator(f"#panel-column-{place} .fact").evaluate_all(
            "facts => facts.map(f => f.getBoundingClientRect().y)"
        )
        for place in (1, 2)
    ]
    assert len(heights[0]) == 13
    assert heights[0] == heights[1]
    shown, room = page.locator("#panel-ranges .chart").evaluate(
        "chart => [chart.querySelector('img').clientWidth, chart.clientWidth]"
    )
    assert shown == room


@pytest.mark.parametrize("watched", [("phone", "light"), ("laptop", "light")], indirect=True)
def test_what_is_compared_is_labelled_once(watched: Watched) -> None:
    page = compared(watched)
    seen = """place => [...document.querySelectorAll(`#panel-column-${place} dt`)]
        .map(term => getComputedStyle(term).opacity > 0 && term.getBoundingClientRect().width > 1)"""
    assert all(page.evaluate(seen, 1))
    assert not any(page.evaluate(seen, 2))


def test_a_ticker_is_taken_away_by_its_link(watched: Watched) -> None:
    page = compared(watched)
    page.get_by_role("link", name="Remove ^GSPC").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("^IXIC")
    wait_for(page, columns=1)


def test_four_stand_side_by_side_where_an_analysis_is_only_as_wide_as_a_chart(chromium: Browser, served: str) -> None:
    page = chromium.new_page(viewport={"width": 1100, "height": 800})
    page.goto(f"{served}{BOTH}&ticker=AAPL&ticker=MSFT")
    # In one go: a column that arrives between finding the columns and measuring them is no longer where it was.
    tops = page.evaluate(
        "() => [...document.querySelectorAll('.columns > section')].map(one => one.getBoundingClientRect().y)"
    )
    page.close()
    assert len(tops) == 4
    assert len(set(tops)) == 1


def test_tickers_are_chosen_and_compared_with_the_keyboard_alone(watched: Watched) -> None:
    page = watched.open("/compare")
    page.get_by_role("combobox", name="First ticker or name").focus()
    for words in ("s&p", "nasdaq"):
        page.keyboard.type(words)
        expect(page.get_by_role("listbox")).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare?ticker=%5EGSPC&ticker=%5EIXIC&horizon=22&source=sample")
    expect(page.get_by_role("heading", level=1)).to_have_text("^GSPC, ^IXIC side by side")
    wait_for(page, columns=2)


def test_a_ticker_is_added_and_another_taken_away_with_the_mouse(watched: Watched) -> None:
    page = compared(watched, BOTH.replace("ticker=%5EIXIC&", ""), columns=1)
    page.get_by_role("combobox", name="Second ticker or name").fill("^ixic")
    page.get_by_role("combobox", name="First ticker or name").fill("")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url("**/compare?ticker=%5Eixic&**")
    expect(page.get_by_role("heading", level=1)).to_have_text("^IXIC")
    wait_for(page, columns=1)


def test_without_scripts_four_plain_fields_compare_and_lead_to_reports(chromium: Browser, served: str) -> None:
    page = chromium.new_page(java_script_enabled=False)
    page.goto(f"{served}/compare")
    page.get_by_role("textbox", name="Fourth ticker").fill("^GSPC")
    page.keyboard.press("Enter")
    report = page.get_by_role("link", name="^GSPC", exact=True)
    expect(report).to_have_attribute("href", "/report?ticker=%5EGSPC&horizon=22&source=sample")
    page.close()

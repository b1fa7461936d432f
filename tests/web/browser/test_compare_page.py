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
    page.wait_for_selector(".comparison > .card.ready", timeout=90_000)
    expect(page.locator(".columns > .ready")).to_have_count(columns, timeout=90_000)


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
        page.locator(f".columns > :nth-child({place}) .fact").evaluate_all(
            "facts => facts.map(f => f.getBoundingClientRect().y)"
        )
        for place in (1, 2)
    ]
    assert len(heights[0]) == 13
    assert heights[0] == heights[1]
    shown, room = page.locator(".comparison .chart").evaluate(
        "chart => [chart.querySelector('img').clientWidth, chart.clientWidth]"
    )
    assert shown == room


@pytest.mark.parametrize("watched", [("phone", "light"), ("laptop", "light")], indirect=True)
def test_what_is_compared_is_labelled_once(watched: Watched) -> None:
    page = compared(watched)
    seen = """place => [...document.querySelectorAll(`.columns > :nth-child(${place}) dt`)]
        .map(term => getComputedStyle(term).opacity > 0 && term.getBoundingClientRect().width > 1)"""
    assert all(page.evaluate(seen, 1))
    assert not any(page.evaluate(seen, 2))


COLUMNS_ASKED = (
    "() => performance.getEntriesByType('resource').filter(one => one.name.includes('/compare/column')).length"
)
TABLE_AT = "() => Math.round(document.querySelector('.columns').getBoundingClientRect().y)"


def test_a_ticker_goes_in_place_and_the_others_stay_as_they_are(watched: Watched) -> None:
    page = compared(watched)
    page.locator(".columns > :nth-child(2)").evaluate("column => { column.stood = true; scrollTo(0, 300); }")
    at = page.evaluate(TABLE_AT)
    page.get_by_role("link", name="Remove ^GSPC").evaluate("link => link.click()")
    expect(page.get_by_role("heading", level=1)).to_have_text("^IXIC")
    page.wait_for_url("**/compare?ticker=%5EIXIC&horizon=5&as_of=2018-06-29&source=sample")
    wait_for(page, columns=1)
    assert page.locator(".columns > :first-child").evaluate("column => column.stood")
    assert page.evaluate(COLUMNS_ASKED) == 2
    assert page.title().startswith("^IXIC")
    # The notice that asks for a second ticker has come above it.
    assert abs(page.evaluate(TABLE_AT) - at) < 120


def test_a_ticker_comes_in_place_and_one_goes_back_to_before_it(watched: Watched) -> None:
    page = compared(watched, BOTH.replace("ticker=%5EIXIC&", ""), columns=1)
    page.locator(".columns > :first-child").evaluate("column => { column.stood = true; }")
    field = page.get_by_role("combobox", name="Another ticker or name")
    field.fill("^ixic")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("^GSPC, ^IXIC side by side")
    wait_for(page, columns=2)
    assert page.locator(".columns > :first-child").evaluate("column => column.stood")
    expect(field).to_have_value("")
    expect(page.locator("#told")).to_have_text("^GSPC, ^IXIC side by side")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("^GSPC")
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


def test_without_scripts_plain_fields_and_links_compare_and_lead_to_reports(chromium: Browser, served: str) -> None:
    page = chromium.new_page(java_script_enabled=False)
    page.goto(f"{served}/compare")
    page.get_by_role("textbox", name="Second ticker").fill("^GSPC")
    page.keyboard.press("Enter")
    report = page.get_by_role("link", name="^GSPC", exact=True)
    expect(report).to_have_attribute("href", "/report?ticker=%5EGSPC&horizon=22&source=sample")
    page.get_by_role("textbox", name="Another ticker").fill("^IXIC")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("^GSPC, ^IXIC side by side")
    page.get_by_role("link", name="Remove ^GSPC").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("^IXIC")
    page.close()

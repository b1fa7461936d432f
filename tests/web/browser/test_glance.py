import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from app.panels import PANELS
from tests.support.browser.watching import QUERY, Watched


def _failed(url: str) -> str:
    slug = urlsplit(url).path.split("/")[2]
    return f'<section id="panel-{slug}" class="card failed"><h2>Silent</h2></section>'


def cell(page: Page, question: str) -> str:
    return page.locator(".glance > div", has_text=question).inner_text()


def test_a_laptops_first_screen_says_what_it_is_how_far_it_moves_and_whether_there_is_an_edge(watched: Watched) -> None:
    watched.page.set_viewport_size({"width": 1366, "height": 768})
    page = watched.open(QUERY)
    watched.wait_for_cards()
    assert "S&P 500 index" in cell(page, "What is it?")
    assert "80 % range in 5 trading days" in cell(page, "How far may it move?")
    assert "edge" in cell(page, "Is there an edge?").partition("\n")[2]
    strip = page.locator(".glance").bounding_box()
    assert strip is not None
    assert strip["y"] + strip["height"] <= 768


def test_the_strip_says_what_a_failed_card_leaves_open(watched: Watched) -> None:
    page = watched.open("/?ticker=%5EGSPC&source=sample&as_of=1999-06-01")
    page.wait_for_selector("#panel-verdict.failed", timeout=90_000)
    expect(page.locator("[data-told=edge]")).to_have_text("This card needs 250 daily bars and found 103.")
    expect(page.locator("[data-told=range]")).to_contain_text("half of its moves were smaller than")
    watched.expects("status of 422")


def test_each_answer_leads_to_the_card_that_gave_it(watched: Watched) -> None:
    page = watched.open(QUERY)
    watched.wait_for_cards()
    page.get_by_role("link", name=re.compile("Is there an edge")).click()
    assert page.url.endswith("#panel-verdict")
    expect(page.locator("#panel-verdict h2")).to_be_in_viewport()


def test_the_strip_says_when_no_card_came(watched: Watched) -> None:
    watched.page.route(
        "**/panels/**",
        lambda route: route.fulfill(status=504, content_type="text/html", body=_failed(route.request.url)),
    )
    page = watched.open(QUERY)
    for place in page.locator("[data-told]").all():
        expect(place).to_have_text("That card has failed; its place says why.")
    watched.expects("status of 504")


def test_the_strip_says_why_its_cards_failed(watched: Watched) -> None:
    page = watched.open(QUERY.replace("%5EGSPC", "NOSUCH"))
    page.wait_for_selector("#panel-verdict.failed", timeout=90_000)
    for place in page.locator("[data-told]").all():
        expect(place).to_have_text("The built-in sample knows no “NOSUCH”.")


@pytest.mark.parametrize(("width", "rows", "side", "top"), [(1151, 2, "0px", "1px"), (1152, 1, "1px", "0px")])
def test_a_past_days_strip_is_two_by_two_up_to_where_four_have_room(
    watched: Watched, width: int, rows: int, side: str, top: str
) -> None:
    watched.page.set_viewport_size({"width": width, "height": 800})
    page = watched.open(QUERY)
    cells = page.locator(".glance > div")
    assert len(set(cells.evaluate_all("all => all.map(one => one.offsetTop)"))) == rows
    expect(cells.nth(2)).to_have_css("border-left-width", side)
    expect(cells.nth(2)).to_have_css("border-top-width", top)
    watched.wait_for_cards()


def test_a_past_day_says_in_the_strip_what_happened(watched: Watched) -> None:
    page = watched.open(QUERY)
    watched.wait_for_cards()
    assert "the price had changed by" in cell(page, "What happened?")
    page.get_by_role("link", name=re.compile("What happened")).click()
    assert page.url.endswith("#outcome-verdict")


def test_the_strip_says_that_cards_were_cancelled(watched: Watched) -> None:
    sent: list[Request] = []
    watched.page.on("request", lambda request: sent.append(request) if "/live?" in request.url else None)
    watched.page.route("**/panels/*/live?**", lambda route: None)
    page = watched.open(QUERY)
    for panel in PANELS:
        page.locator(f"#panel-{panel.slug} .cancel").click()
    expect(page.locator("[data-told=edge]")).to_have_text("Not worked out; run its card again.")
    # Chromium tells of a request that was given up when it comes to it.
    while any(request.failure is None for request in sent):
        page.wait_for_timeout(20)
    watched.expects("failed: ")

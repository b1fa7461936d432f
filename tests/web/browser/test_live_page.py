"""The strip of the newest price, with a stream that says what a test wants."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser.accessibility import assert_no_violation
from tests.support.browser.watching import Watched

PAGE = "/?ticker=AAPL&source=yahoo"
PRICE = "<strong>$321.45</strong> <span>−0.8% since the close before</span> <span>at 15:42:10 EST</span>"
CLOSED = "<strong>$321.40</strong> <span>market closed, last traded 26 Nov 2026 at 16:00 EST</span>"
CARD = '<section class="card ready" id="panel-{0}"><h{1}>A card</h{1}></section>'


@pytest.fixture(autouse=True)
def _closed_by_the_page(watched: Watched) -> Iterator[None]:
    """A browser may note a stream that its page has closed as a failed request, and here the page is to close it."""
    yield
    watched.complaints[:] = [said for said in watched.complaints if not said.startswith(f"failed: {watched.base}/live")]


def streaming(watched: Watched, *events: str) -> list[str]:
    """Where streams were asked for; each says ``events`` and breaks off, and a browser may come back after 50 ms."""
    asked: list[str] = []
    body = "retry: 50\ndata: \n\n" + "".join(f"{event}\n\n" for event in events)

    def stream(route: Route) -> None:
        asked.append(route.request.url.removeprefix(watched.base))
        route.fulfill(content_type="text/event-stream", body=body)

    def card(route: Route) -> None:
        slug = route.request.url.partition("/panels/")[2].partition("/")[0]
        route.fulfill(content_type="text/html", body=CARD.format(slug, 1 if slug == "verdict" else 2))

    watched.page.route("**/live?ticker=**", stream)
    watched.page.route("**/panels/**", card)
    return asked


def pressed(page: Page) -> str | None:
    return page.get_by_role("button", name="Show the newest price").get_attribute("aria-pressed")


@pytest.mark.parametrize("watched", [("phone", "light"), ("laptop", "dark")], indirect=True)
def test_nothing_is_streamed_before_somebody_asks_for_it(watched: Watched) -> None:
    asked = streaming(watched, f"data: {CLOSED}\n\nevent: last\ndata: over")
    page = watched.open(PAGE)
    page.wait_for_load_state("networkidle")
    assert (asked, pressed(page)) == ([], "false")
    page.get_by_role("button", name="Show the newest price").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".newest")).to_contain_text("$321.40")
    expect(page.locator(".newest")).to_have_attribute("aria-live", "off")
    assert pressed(page) == "true"
    assert_no_violation(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_address_keeps_the_wish_and_forgets_it_again(watched: Watched) -> None:
    asked = streaming(watched, f"data: {CLOSED}\n\nevent: last\ndata: over")
    page = watched.open(f"{PAGE}&live=1")
    expect(page.locator(".newest")).to_contain_text("market closed")
    assert asked == ["/live?ticker=AAPL&source=yahoo"]
    page.get_by_role("button", name="Show the newest price").click()
    expect(page.locator(".newest")).to_be_hidden()
    page.wait_for_url(lambda url: "live=1" not in url)


def test_a_stream_that_has_ended_for_good_is_not_opened_again(watched: Watched) -> None:
    asked = streaming(watched, f"data: {PRICE}", f"data: {CLOSED}\n\nevent: last\ndata: over")
    page = watched.open(f"{PAGE}&live=1")
    expect(page.locator(".newest")).to_contain_text("market closed")
    page.wait_for_timeout(500)
    assert len(asked) == 1


def test_a_stream_that_breaks_off_is_opened_again(watched: Watched) -> None:
    asked = streaming(watched, f"data: {PRICE}")
    page = watched.open(f"{PAGE}&live=1")
    expect(page.locator(".newest")).to_contain_text("at 15:42:10 EST")
    for _ in range(100):
        if len(asked) < 2:
            page.wait_for_timeout(100)
    assert set(asked) == {"/live?ticker=AAPL&source=yahoo"}
    assert len(asked) > 1

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from app.panels import PANELS
from tests.support.browser.accessibility import assert_no_violation
from tests.support.browser.page_vitals import COMPLETE

SAMPLE = "ticker=%5EGSPC&source=sample&horizon=5&as_of=2018-06-29"
PLACES = {
    "home": "/",
    "report": f"/report?{SAMPLE}",
    "docs": "/docs",
    "verify": "/verify",
    "how good": "/how-good",
    "no such page": "/nothing",
    "a bad query": "/?ticker=%5EGSPC&source=sample&horizon=99",
}


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(
        color_scheme=request.param, reduced_motion="reduce", viewport={"width": 1280, "height": 800}
    )
    page.set_default_timeout(90_000)
    yield page
    page.close()


def opened(page: Page) -> None:
    """Everything that is folded, so that it is looked at too."""
    page.locator("details").evaluate_all("all => all.forEach(one => (one.open = true))")


@pytest.mark.parametrize("place", PLACES)
def test_a_page_has_no_violation(page: Page, served: str, place: str) -> None:
    page.goto(served + PLACES[place])
    opened(page)
    assert_no_violation(page)


def test_the_waiting_and_the_finished_cards_have_none(page: Page, served: str) -> None:
    page.goto(f"{served}/?{SAMPLE}", wait_until="commit")
    page.wait_for_selector(".card.waiting")
    assert_no_violation(page)
    for panel in PANELS:
        page.wait_for_selector(COMPLETE.format(panel.slug))
    opened(page)
    assert_no_violation(page)


def test_cards_that_failed_have_none(page: Page, served: str) -> None:
    page.goto(f"{served}/?ticker=%5EGSPC&source=sample&as_of=1999-06-01")
    page.wait_for_selector("#panel-verdict.failed")
    assert_no_violation(page)

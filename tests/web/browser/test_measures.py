"""The measures of ../shared/DESIGN.md, on the sample and on three made-up tickers; -s prints them."""

import pytest
from playwright.sync_api import Browser, Page

from app.panels import PANELS
from tests.support.browser.page_measures import SCRIPTS, page_measures, script_lines
from tests.support.browser.page_vitals import COMPLETE
from tests.support.browser.watching import press_analyse
from tests.support.fakes import market
from tests.support.uploads import csv_of

SAMPLE = "/?ticker=%5EGSPC&source=sample&as_of=2018-06-29"
SIZES = {390: 844, 768: 1024, 1366: 768, 1920: 1080}


def measure(page: Page, name: str, width: int) -> dict[str, float]:
    for panel in PANELS:
        page.wait_for_selector(COMPLETE.format(panel.slug), timeout=90_000)
    found = page_measures(page)
    print(f"{name:8} {width:5} {found}")
    return found.beyond(width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", SIZES)
def test_the_sample_is_as_short_as_the_design_says(chromium: Browser, served: str, width: int, scheme: str) -> None:
    page = chromium.new_page(viewport={"width": width, "height": SIZES[width]}, color_scheme=scheme)
    page.goto(served + SAMPLE)
    assert measure(page, "sample", width) == {}
    page.close()


@pytest.mark.parametrize(("bars", "seed"), [(320, 1), (700, 2), (2000, 3)])
@pytest.mark.parametrize("width", [390, 1366])
def test_so_is_a_made_up_ticker(chromium: Browser, served: str, width: int, bars: int, seed: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": SIZES[width]})
    page.goto(served)
    prices = {"name": f"made-up-{seed}.csv", "mimeType": "text/csv", "buffer": csv_of(market(bars, seed))}
    page.set_input_files("input[name=prices]", prices)
    press_analyse(page)
    assert measure(page, f"file {seed}", width) == {}
    page.close()


def test_our_own_scripts_are_few_and_ask_nothing_beside_htmx() -> None:
    lines = [line for script in SCRIPTS for line in script.read_text().splitlines()]
    print(f"{script_lines()} lines of our own JavaScript")
    assert script_lines() <= 300
    assert max(map(len, lines)) <= 120
    assert not [line for line in lines if "fetch(" in line or "XMLHttpRequest" in line or "EventSource" in line]

"""What Chromium measures of the page while seven cards arrive that nobody has asked for before, and how much it is."""

import shutil
import statistics
from collections.abc import Callable
from dataclasses import asdict

from playwright.sync_api import Browser, sync_playwright

from app.panels import PANELS
from tests.support.browser.page_measures import PageMeasures, page_measures, script_lines
from tests.support.browser.page_vitals import COMPLETE, PageVitals, page_vitals

SIZES = {"wide": (1366, 768), "phone": (390, 844)}
WIDTHS = (390, 768, 1366, 1920)
ROUNDS = 9
Report = Callable[[str, float, str, float], None]


def measure(url: str, report: Report) -> None:
    """``url`` lacks its horizon, by which rounds differ."""
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for number, (name, (width, height)) in enumerate(SIZES.items()):
            horizons = range(10 + number, 10 + 2 * ROUNDS, 2)
            _report(name, [page_vitals(browser, f"{url}{horizon}", width, height) for horizon in horizons], report)
        for width in WIDTHS:
            found = _measured(browser, f"{url}22", width)
            said = ", ".join(f"{name} {value:.4g}" for name, value in asdict(found).items())
            print(f"{width:5} px: {said}; beyond the design: {found.beyond(width) or 'nothing'}")
        browser.close()
    report("lines of our own JavaScript", script_lines(), "", 300)


def _measured(browser: Browser, url: str, width: int) -> PageMeasures:
    page = browser.new_page(viewport={"width": width, "height": 844 if width < 768 else 768})
    page.goto(url)
    for panel in PANELS:
        page.wait_for_selector(COMPLETE.format(panel.slug), timeout=90_000)
    found = page_measures(page)
    page.close()
    return found


def _report(name: str, found: list[PageVitals], report: Report) -> None:
    longest = [task for one in found for task in one.long_tasks]
    report(f"{name} page, first contentful paint, median", statistics.median(f.first_paint for f in found), "s", 0.3)
    report(f"{name} page, longest task over 50 ms", max(longest, default=0), "ms", 50)
    report(f"{name} page, layout shift, most", max(one.layout_shift for one in found), "", 0.02)
    report(f"{name} page, all that travelled, most", max(one.transferred for one in found) / 1000, "kB", 300)
    print(f"{'':46}  heights in rem: {', '.join(f'{slug} {h:.0f}' for slug, h in found[0].heights.items())}")

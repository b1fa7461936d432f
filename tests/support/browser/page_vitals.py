"""What a visitor feels of a page, as Chromium itself measures it while all cards arrive."""

import time
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from app.panels import PANELS

WATCH = """
  window.felt = {shift: 0, long: []};
  const each = (note) => new PerformanceObserver((list) => list.getEntries().forEach(note));
  const watch = (type, note) => each(note).observe({type, buffered: true});
  watch("layout-shift", (entry) => entry.hadRecentInput || (felt.shift += entry.value));
  watch("longtask", (entry) => felt.long.push(entry.duration));
"""
"""A script that keeps what Chromium notes of a page in ``felt``."""
COMPLETE = "#panel-{}.ready:not(:has([data-follows]))"
"""Where a card stands with all its charts."""
# Milliseconds for which a new window of Chromium's works on its own bars, with pages of its own that need a core each.
_WINDOW = 2000
_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"


@dataclass(frozen=True, slots=True)
class PageVitals:
    """Seconds to the first paint, milliseconds of each long task, the sum of layout shifts, bytes that came.

    ``heights`` are of each card by slug, in rem.
    """

    first_paint: float
    long_tasks: tuple[float, ...]
    layout_shift: float
    transferred: int
    heights: dict[str, float]


def page_vitals(browser: Browser, url: str, width: int, height: int, look_at: str = "") -> PageVitals:
    """Open ``url`` in a fresh profile's settled window, scroll to ``look_at`` where a card is named, wait for all."""
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.add_init_script(WATCH)
    came: list[int] = []
    ended: list[str] = []
    for end in ("requestfinished", "requestfailed"):
        page.on(end, lambda request: ended.append(request.url) if "/live?" in request.url else None)
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda done: came.append(int(done["encodedDataLength"])))
    page.wait_for_timeout(_WINDOW)
    page.goto(url, wait_until="domcontentloaded")
    if look_at:
        page.locator(f"#panel-{look_at}").evaluate("card => card.scrollIntoView()")
    _wait_for_streams(page, ended)
    page.wait_for_timeout(500)
    seen = page.evaluate("felt")
    for panel in PANELS:
        page.wait_for_selector(COMPLETE.format(panel.slug), timeout=10_000)
    paint = page.evaluate(_PAINT) / 1000
    found = PageVitals(paint, tuple(seen["long"]), seen["shift"], sum(came), card_heights(page))
    context.close()
    return found


def _wait_for_streams(page: Page, ended: list[str]) -> None:
    """Until all cards came, without a selector: Playwright would put a third of a megabyte of script into the page."""
    end = time.monotonic() + 120
    while len(ended) < len(PANELS):
        assert time.monotonic() < end, f"only {ended} came"
        page.wait_for_timeout(50)


# From the top of the first to the end of the last thing that is shown of a card, which may have no box of its own.
_EXTENT = """cards => cards.map((card) => {
  const boxes = [card, ...card.querySelectorAll("*")].filter((one) => one.checkVisibility()).map((one) =>
    one.getBoundingClientRect()).filter((box) => box.height);
  return [card.id, Math.max(...boxes.map((box) => box.bottom)) - Math.min(...boxes.map((box) => box.top))];
})"""


def card_heights(page: Page) -> dict[str, float]:
    """How much of the page each card takes, in rem by slug."""
    found = page.locator("section[id^=panel-]").evaluate_all(_EXTENT)
    return {name.removeprefix("panel-"): height / 16 for name, height in found}

"""What ../shared/DESIGN.md measures of a result page as it arrives, and how much of each there may be."""

from dataclasses import dataclass

from playwright.sync_api import Page

from tests.support.paths import ROOT

# A group of months, chips or steps, or what belongs to one chart, is one stop.
_MEASURE = """() => {
  const shown = (one) => one.checkVisibility({visibilityProperty: true}) && one.getClientRects().length > 0;
  const stops = [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
  )].filter((one) => !one.disabled && shown(one));
  const groups = new Set(stops.map((one) => one.closest(".chips, .months, .replay, figure") ?? one));
  const count = (selector) => [...document.querySelectorAll(selector)].length;
  return {
    height: document.documentElement.scrollHeight,
    words: document.body.innerText.split(/\\s+/).filter(Boolean).length,
    tab_stops: groups.size,
    range_at: document.querySelector("#panel-verdict h1").getBoundingClientRect().bottom + scrollY,
    passports: count("details.passport"),
    glossaries: count("details.terms"),
    answer_share: document.querySelector("#panel-verdict").offsetWidth / innerWidth,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  };
}"""
SCRIPTS = tuple(sorted((ROOT / "app/web/static").glob("*.js")))


@dataclass(frozen=True, slots=True)
class PageMeasures:
    """Pixels but for counts; ``range_at`` is where the range has been said, ``answer_share`` of the window's width."""

    height: float
    words: int
    tab_stops: int
    range_at: float
    passports: int
    glossaries: int
    answer_share: float
    overflow: float

    def beyond(self, width: int) -> dict[str, float]:
        """What there is too much of, or too little, in a window of ``width``."""
        phone = width < 768
        most = {
            "height": 6500 if phone else 4200 if width >= 1366 else 5200,
            "words": 1000,
            "tab_stops": 45,
            "range_at": 420 if phone else 300,
            "passports": 1,
            "glossaries": 1,
            "overflow": 0,
        }
        found = {name: getattr(self, name) for name, bound in most.items() if getattr(self, name) > bound}
        return found | ({"answer_share": self.answer_share} if width >= 1920 and self.answer_share < 0.65 else {})


def page_measures(page: Page) -> PageMeasures:
    """Measure a ``page`` whose cards are all there, from its top."""
    return PageMeasures(**page.evaluate(_MEASURE))


def script_lines() -> int:
    """Lines of our own JavaScript that every page runs."""
    return sum(len(script.read_text().splitlines()) for script in SCRIPTS)

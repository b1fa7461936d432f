"""A page in a real browser, and everything that goes wrong on it."""

from dataclasses import dataclass, field

from playwright.sync_api import Page, Request

from app.panels import PANELS
from tests.support.browser.page_vitals import COMPLETE
from tests.support.fakes import market
from tests.support.uploads import csv_of

QUERY = "/?ticker=%5EGSPC&source=sample&horizon=5&as_of=2018-06-29"


def _read_to_its_end(sent: Request) -> bool:
    """Whether it is a card's stream, which Chromium often calls aborted once a script has read all of it.

    One that really breaks off leaves its card without the class that tests wait for.
    """
    return sent.failure == "net::ERR_ABORTED" and "/live?" in sent.url and sent.url.partition("/panels/")[1] != ""


@dataclass
class Watched:
    """A page with everything that went wrong on it."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        page, complain = self.page, self.complaints.append
        page.on("console", lambda message: complain(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complain(str(error)))
        page.on("requestfailed", lambda sent: None if _read_to_its_end(sent) else complain(f"failed: {sent.url[:80]}"))
        page.on("request", lambda sent: None if sent.url.startswith((self.base, "data:")) else complain(sent.url))

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def wait_for_cards(self) -> None:
        for panel in PANELS:
            self.page.wait_for_selector(COMPLETE.format(panel.slug), timeout=90_000)

    def expects(self, *noted: str) -> None:
        """Takes back what a browser has to note of a failure that the test itself has made."""
        self.complaints[:] = [text for text in self.complaints if not any(word in text for word in noted)]


GOOD = {"name": "acme.csv", "mimeType": "text/csv", "buffer": csv_of(market(320))}


def press_analyse(page: Page) -> None:
    page.get_by_role("button", name="Analyse").click()

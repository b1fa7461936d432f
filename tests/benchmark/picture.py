"""python -m tests.benchmark.picture: makes the README's pictures, a page of the sample and its Prophet fan."""

import asyncio
import base64
import shutil
import sys
from datetime import date

from playwright.sync_api import Browser, sync_playwright

from app.charts.chart import WIDE
from app.market.history import history_until
from app.market.sample import SampleSource
from app.panels import PANELS
from app.panels.prophet import analyse
from app.panels.prophet import charts as prophet_charts
from tests.support.browser.serving import QUIET, serving
from tests.support.paths import ROOT

FOLDER = ROOT / ".github"
QUERY = "/?ticker=%5EGSPC&source=sample&as_of=2018-06-29"
WIDTH, HEIGHT = 1280, 800


def fan() -> str:
    """The card's chart as it is served."""
    history = history_until(asyncio.run(SampleSource().load("^GSPC")), date(2018, 6, 29))
    chart = prophet_charts.draw(history, analyse.analyse(history, 22, {}), WIDE)["fan"]
    return base64.b64decode(chart.src.partition(",")[2]).decode()


def page() -> str:
    """What a visitor sees first, by day and by night, in one text that follows the reader's scheme."""
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(QUIET))
        seen = {scheme: _seen(browser, address, scheme) for scheme in ("light", "dark")}
        browser.close()
    style = "#dark{display:none}@media(prefers-color-scheme:dark){#dark{display:inline}#light{display:none}}"
    images = "".join(
        f'<image id="{scheme}" width="{WIDTH}" height="{HEIGHT}" href="data:image/webp;base64,{image}"/>'
        for scheme, image in seen.items()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><style>{style}</style>{images}</svg>\n'
    )


def _seen(browser: Browser, address: str, scheme: str) -> str:
    shown = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme)
    shown.goto(address + QUERY)
    for panel in PANELS:
        shown.wait_for_selector(f"#panel-{panel.slug}.ready", timeout=90_000)
    shown.wait_for_load_state("networkidle")
    asked = {"format": "webp", "quality": 70}
    return str(shown.context.new_cdp_session(shown).send("Page.captureScreenshot", asked)["data"])


def main() -> int:
    """Write both where the README looks for them."""
    for name, picture in (("fan.svg", fan()), ("page.svg", page())):
        (FOLDER / name).write_text(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())

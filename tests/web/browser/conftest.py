"""A served app and a real Chromium, once for each module of browser tests.

Not for the whole session: Playwright keeps an event loop in the thread, which the asynchronous tests need for theirs.
"""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.browser.serving import QUIET, serving
from tests.support.browser.watching import Watched

WIDTHS = {"phone": 360, "laptop": 1280, "large": 1600}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium on this machine; .ci/run installs one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture
def watched(chromium: Browser, served: str, request: pytest.FixtureRequest) -> Iterator[Watched]:
    width, scheme = getattr(request, "param", ("laptop", "light"))
    page = chromium.new_page(viewport={"width": WIDTHS[width], "height": 800}, color_scheme=scheme)
    watch = Watched(page, served)
    yield watch
    page.close()
    assert watch.complaints == []

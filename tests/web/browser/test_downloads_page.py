from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.charts.chart import NARROW, WIDE
from tests.support.browser.watching import GOOD, press_analyse

PAST = "/?ticker=%5EGSPC&horizon=5&as_of=2018-06-29&source=sample"


@pytest.fixture
def page(chromium: Browser, served: str) -> Iterator[Page]:
    page = chromium.new_page(accept_downloads=True)
    page.goto(served)
    yield page
    page.close()


@pytest.fixture
def plain(chromium: Browser) -> Iterator[Page]:
    """A page without scripts."""
    page = chromium.new_page(java_script_enabled=False)
    yield page
    page.close()


def test_a_button_copies_the_summary(chromium: Browser, served: str) -> None:
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(served + PAST)
    page.get_by_text("Plain-text summary, to be copied").click()
    expect(page.locator(".summary-text pre")).to_contain_text("END RECEIPT", timeout=90_000)
    page.get_by_role("button", name="Copy summary").click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    address = page.url.replace("/?", "/summary.txt?")
    assert copied.split() == page.request.get(address).text().split()
    context.close()


def test_what_happened_is_drawn_on_every_card(page: Page, served: str) -> None:
    page.goto(served + PAST)
    for slug in ("overview", "prophet"):
        page.wait_for_selector(f"#panel-{slug}.ready", timeout=90_000)
        assert "actual" not in (page.locator(f"#panel-{slug} .card-body img").get_attribute("alt") or "")
        assert "ended at" in (page.locator(f"#outcome-{slug} img").get_attribute("alt") or "")


def test_the_day_is_stepped_with_the_keyboard_and_the_address_says_it(plain: Page, served: str) -> None:
    plain.goto(served + PAST)
    plain.get_by_role("link", name="A week later").focus()
    plain.keyboard.press("Enter")
    plain.wait_for_url("**/?ticker=%5EGSPC&horizon=5&as_of=2018-07-06&source=sample")
    assert plain.locator("input[name=as_of]").input_value() == "2018-07-06"
    plain.get_by_role("link", name="Newest").click()
    plain.wait_for_url("**/?ticker=%5EGSPC&horizon=5&source=sample")
    assert plain.get_by_role("link", name="A week later").count() == 0


def test_a_link_downloads_under_a_name_that_tells_what_it_is(page: Page, served: str) -> None:
    page.goto(served + PAST)
    with page.expect_download(timeout=90_000) as got:
        page.get_by_role("link", name="forecast (CSV)").click()
    assert got.value.suggested_filename == "forecast-GSPC-2018-06-29.csv"
    assert page.url == served + PAST


def test_a_file_is_sent_again_for_what_is_taken_along(page: Page) -> None:
    page.set_input_files("input[name=prices]", GOOD)
    press_analyse(page)
    with page.expect_download(timeout=90_000) as got:
        page.get_by_role("button", name="plain-text summary").click()
    assert got.value.path().read_text().startswith("acme.csv (ACME) closed at ")


def test_a_receipt_is_checked_without_scripts(plain: Page, served: str) -> None:
    text = plain.request.get(served + PAST.replace("/?", "/summary.txt?"), timeout=90_000).text()
    plain.goto(served)
    plain.get_by_role("link", name="Check a receipt").click()
    plain.get_by_label("The receipt, or the whole file").fill(text)
    plain.get_by_role("button", name="Check").click()
    assert "unchanged like all that was pasted" in plain.get_by_role("status").inner_text()


def test_the_report_prints_on_light_paper_with_each_part_on_its_own(chromium: Browser, served: str) -> None:
    page = chromium.new_page(color_scheme="dark")
    page.goto(served + PAST.replace("/?", "/report?"), timeout=90_000)
    dark = page.evaluate("getComputedStyle(document.body).color")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(29, 31, 36)" != dark
    broken = page.locator(".cards").evaluate_all("parts => parts.map(part => getComputedStyle(part).breakBefore)")
    assert broken == ["auto", "page", "page"]
    page.close()


def test_a_report_is_as_wide_as_any_screen_also_with_everything_unfolded(page: Page, served: str) -> None:
    page.goto(f"{served}/report{PAST[1:]}")
    page.locator("details").evaluate_all("all => all.forEach(one => (one.open = true))")
    for width in (360, 752, 753, 1056, 1057, 1100, 1151, 1152, 1153, 1600):
        page.set_viewport_size({"width": width, "height": 800})
        room = page.evaluate("() => document.documentElement.clientWidth - document.documentElement.scrollWidth")
        assert room >= 0, width


def test_a_report_has_charts_for_phones_and_prints_those_for_paper(page: Page, served: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{served}/report{PAST[1:]}")
    drawn = "chart => chart.decode().then(() => chart.naturalWidth)"
    chart = page.locator("#panel-overview-proof .chart img >> nth=0")
    assert chart.evaluate(drawn) == NARROW.width
    page.emulate_media(media="print")
    assert chart.evaluate(drawn) == WIDE.width

import time
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Route, expect

from app.panels import PANELS
from tests.support.browser.watching import QUERY, Watched


@pytest.mark.parametrize(
    "watched", [("phone", "light"), ("laptop", "light"), ("laptop", "dark"), ("large", "light")], indirect=True
)
def test_the_cards_fill_themselves_without_a_complaint_or_sideways_scrolling(watched: Watched) -> None:
    page = watched.open(QUERY)
    watched.wait_for_cards()
    assert page.locator("section.card img").count() >= len(PANELS)
    shown = page.locator("section.card img").evaluate_all("images => images.map(image => image.naturalWidth)")
    assert min(shown) > 300
    page.locator("details").evaluate_all("all => all.forEach(one => (one.open = true))")
    wide, room = page.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= room


@pytest.mark.parametrize("width", [360, 390, 640, 768, 1024, 1152, 1366, 1920])
def test_charts_fill_their_place_and_their_words_are_never_small(chromium: Browser, served: str, width: int) -> None:
    """Words are drawn at 13 pixels at least, so 12.5 are left where a chart is shown a twenty-fifth narrower."""
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.goto(served + QUERY)
    for panel in PANELS:
        page.wait_for_selector(f"#panel-{panel.slug}.ready", timeout=90_000)
    page.wait_for_load_state("networkidle")
    sizes = page.locator("section.card .chart img").evaluate_all(
        "images => images.map(i => [i.naturalWidth, i.getBoundingClientRect().width, i.closest('.chart').clientWidth])"
    )
    page.close()
    assert len(sizes) >= 2 * len(PANELS)
    assert all(shown == pytest.approx(room, abs=1) for _, shown, room in sizes)
    assert min(shown / drawn for drawn, shown, _ in sizes) >= 12.5 / 13


def test_a_visitor_asks_with_the_keyboard_alone(watched: Watched) -> None:
    page = watched.open("/")
    page.locator("input[name=ticker]").focus()
    page.keyboard.type("^gspc")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?ticker=%5EGSPC**")
    watched.wait_for_cards()
    assert page.title().startswith("^GSPC")


def test_each_method_is_a_row_with_its_error_what_held_and_what_it_counts(watched: Watched) -> None:
    page = watched.open(QUERY)
    watched.wait_for_cards()
    expect(page.locator(".rows .line h3")).to_have_text(
        [
            *("Verdict", "Range regression", "Historical simulation", "LSTM", "Prophet"),
            *("Lookalikes", "Six indicators", "Eight candle shapes"),
        ]
    )
    assert page.locator(".rows .line .whisker").count() == 6
    for held in page.locator(".rows .line .held").all_inner_texts():
        share, tests = " ".join(held.split()).removeprefix("80% range held").split("% of ")
        assert 50 <= int(share) <= 100 <= int(tests)
    shares = page.locator(".rows .share").all_inner_texts()
    counted = [int(share.removeprefix("counts").strip().removesuffix("%")) for share in shares if "–" not in share]
    assert (len(counted), sum(counted)) == (7, 100)


def test_a_chart_says_the_values_where_one_points_at(watched: Watched) -> None:
    page = watched.open(QUERY)
    watched.wait_for_cards()
    fan = page.locator(".fan > .chart img")
    row = page.locator(".fan > .chart .numbers tbody tr").last
    box = fan.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * float(fan.get_attribute("data-last-x") or 0), box["y"] + 40)
    for cell in row.locator("th, td").all_inner_texts():
        expect(page.locator(".tip")).to_contain_text(cell)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] - 20)
    expect(page.locator(".tip")).to_have_count(0)


def test_any_card_can_be_run_again(watched: Watched) -> None:
    page = watched.open(QUERY)
    watched.wait_for_cards()
    with page.expect_response("**/panels/overview**") as answer:
        page.locator("#panel-overview").get_by_role("button", name="Run again").click()
    assert answer.value.status == 200
    page.wait_for_selector("#panel-overview.ready")


def test_what_is_printed_is_the_answer_without_what_is_pressed(watched: Watched) -> None:
    page = watched.open(QUERY)
    watched.wait_for_cards()
    page.emulate_media(media="print")
    pressed = page.locator("input, select, button, .chips, .take, .colophon a").filter(visible=True)
    expect(pressed).to_have_count(0)
    ends = "rows => rows.map(row => getComputedStyle(row, '::after').content)"
    assert set(page.locator(".rows summary.line").evaluate_all(ends)) == {"none"}
    expect(page.locator(".months li").filter(visible=True)).to_have_count(12)
    assert page.locator("h1").is_visible()


def test_the_report_needs_no_script(chromium: Browser, served: str) -> None:
    page = chromium.new_page(java_script_enabled=False)
    requests: list[str] = []
    page.on("request", lambda sent: requests.append(sent.url) if not sent.url.startswith("data:") else None)
    page.goto(served + QUERY.replace("/?", "/report?"))
    assert page.locator("section.card.ready:not([id$=-proof])").count() == len(PANELS)
    assert page.locator("body").evaluate("body => getComputedStyle(body).margin") == "0px"
    assert [url for url in requests if "/favicon" not in url] == [served + QUERY.replace("/?", "/report?")]
    page.close()


def test_without_scripts_the_page_points_to_the_report(chromium: Browser, served: str) -> None:
    page = chromium.new_page(java_script_enabled=False)
    page.goto(served + QUERY)
    page.get_by_role("link", name="the report", exact=True).click()
    # A click waits for the first bytes only, and a report is sent as its cards are made.
    page.wait_for_load_state()
    assert page.locator("section.card.ready:not([id$=-proof])").count() == len(PANELS)
    page.close()


def test_a_failed_card_says_what_to_do_and_leaves_the_others(watched: Watched) -> None:
    page = watched.open("/?ticker=%5EGSPC&source=sample&as_of=1999-06-01")
    page.wait_for_selector("#panel-overview.ready", timeout=90_000)
    failed = page.wait_for_selector("#panel-prophet.failed", timeout=90_000)
    assert "needs 250 daily bars" in failed.inner_text()
    # A browser notes every answer of 400 and up in its console; that one is expected here.
    watched.expects("status of 422")


def test_a_refused_card_tries_again_by_itself_after_the_stated_seconds(watched: Watched) -> None:
    refusal = """<section id="panel-overview" class="card failed"><h2>Overview</h2>
        <p class="working"><span class="words"></span> <span class="elapsed"></span></p>
        <button class="again">Run again</button>
        <p data-retry-after="1">Worth another try in 1 s.</p></section>"""
    asked: list[float] = []

    def answer(route: Route) -> None:
        asked.append(time.monotonic())
        route.continue_() if len(asked) > 2 else route.fulfill(status=429, content_type="text/html", body=refusal)

    def at_once(route: Route) -> None:
        slug = route.request.url.partition("/panels/")[2].partition("/")[0]
        card = f'<section id="panel-{slug}" class="card ready"><h2>Ready</h2></section>'
        route.fulfill(content_type="text/html", body=card)

    # None of the others keeps it waiting for its turn.
    watched.page.route("**/panels/**", at_once)
    watched.page.route("**/panels/overview**", answer)
    page = watched.open(QUERY)
    page.get_by_text("Trying again in").first.wait_for()
    page.wait_for_selector("#panel-overview.ready", timeout=90_000)
    assert len(asked) == 3
    assert all(1 <= after - before <= 4.5 for before, after in pairwise(asked))
    watched.expects("status of 429")


def test_a_card_whose_connection_breaks_off_says_so(watched: Watched) -> None:
    watched.page.route("**/panels/overview**", lambda route: route.abort())
    page = watched.open(QUERY)
    expect(page.locator("#panel-overview.broken .working")).to_contain_text("The connection broke off.")
    expect(page.locator("#panel-overview .again")).to_be_visible()
    # What the browser notes of a broken connection is expected here.
    watched.expects("overview", "ERR_FAILED", "Failed to fetch")

"""A page whose cards are on their way: what it tells, what can be done, and what is left when nobody waits."""

import re
import urllib.request

import pytest
from playwright.sync_api import Browser, CDPSession, Page, Route, expect

from app.panels import PANELS
from tests.support.browser.page_vitals import WATCH, card_heights, page_vitals
from tests.support.browser.watching import QUERY, Watched
from tests.support.visitors import within

SIZES = {"wide": (1366, 768), "phone": (390, 844)}
_TOLD = """
  window.told = [];
  const note = () => {
    const words = document.querySelector("#panel-prophet.asking .words")?.textContent;
    if (words && words !== told.at(-1)) told.push(words);
  };
  document.addEventListener("DOMContentLoaded", () => new MutationObserver(note)
    .observe(document.body, {subtree: true, childList: true, characterData: true}));
"""
# How many charts a ready card lacks at the moment when it comes, by card.
_LACKED = """
  window.lacked = {};
  const note = () => document.querySelectorAll(".card.ready").forEach((card) => {
    lacked[card.id] ??= card.querySelectorAll("[data-follows]").length;
  });
  document.addEventListener("DOMContentLoaded", () => new MutationObserver(note)
    .observe(document.body, {subtree: true, childList: true}));
"""


def fresh(day: str) -> str:
    """A page whose cards nobody has asked for before."""
    return QUERY.replace("2018-06-29", day)


def silent(route: Route) -> None:
    """Never answer."""


def in_use(served: str) -> float:
    """Jobs that run or wait."""
    with urllib.request.urlopen(f"{served}/metrics") as answer:
        said = answer.read().decode()
    names = (r'stock_workers{state="running"}', "stock_queue_depth")
    return sum(float(re.search(rf"^{re.escape(name)} (\S+)$", said, re.M)[1]) for name in names)


def numbers(told: list[str], of: str) -> list[int]:
    return [int(found[1]) for words in told if (found := re.fullmatch(of, words))]


def test_a_card_tells_what_is_done_for_it_and_how_long_it_has_taken(watched: Watched) -> None:
    watched.page.add_init_script(_TOLD)
    page = watched.open(fresh("2017-03-31"))
    elapsed = page.locator("#panel-prophet .elapsed")
    expect(elapsed).to_have_text(re.compile(r"^\d+ s$"), timeout=30_000)
    expect(elapsed).to_have_attribute("aria-hidden", "true")
    watched.wait_for_cards()
    told = page.evaluate("told")
    fits = numbers(told, r"Testing on the past, fit (\d) of 6")
    assert len(fits) >= 3
    # Several workers fit at once, so the last but one may begin last.
    assert len(fits) == len(set(fits))
    assert told.index(f"Testing on the past, fit {fits[0]} of 6") < told.index("Looking at the seasons")


def test_a_ready_card_is_announced_once_and_seconds_are_not(watched: Watched) -> None:
    page = watched.open(QUERY)
    expect(page.locator("#told")).to_have_text(re.compile(r" is ready\.$"), timeout=90_000)
    watched.wait_for_cards()
    assert page.locator(".card [role=status], .card [aria-live]").count() == 0


def test_the_quick_cards_are_asked_for_first_and_one_connection_stays_free(watched: Watched) -> None:
    asked: list[str] = []
    watched.page.on("request", lambda sent: asked.append(sent.url.split("/")[4]) if "/live?" in sent.url else None)
    watched.page.route("**/panels/*/live?**", silent)
    page = watched.open(QUERY)
    page.wait_for_timeout(500)
    quickest = sorted(PANELS, key=lambda panel: panel.seconds)
    assert asked == [panel.slug for panel in quickest[:5]]
    page.locator("#panel-lstm .cancel").click()
    page.wait_for_timeout(200)
    assert asked[5:] == [quickest[5].slug]
    watched.expects("failed: ", "signal is aborted")


def test_a_card_is_cancelled_and_run_again_with_the_keyboard(watched: Watched) -> None:
    watched.page.route("**/panels/prophet/live**", silent)
    page = watched.open(QUERY)
    card = page.locator("#panel-prophet")
    card.get_by_role("button", name="Cancel").focus()
    page.keyboard.press("Enter")
    expect(card).to_contain_text("Cancelled. Nothing is computed for this card until it is run again.")
    expect(card.get_by_role("button", name="Run again")).to_be_focused()
    expect(card).not_to_have_attribute("aria-busy", "true")
    page.unroute("**/panels/prophet/live**")
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel-prophet.ready", timeout=90_000)
    expect(card.get_by_role("button", name="Run again")).to_be_focused()
    watched.expects("prophet", "signal is aborted")


def test_a_ready_card_stays_when_its_second_run_is_cancelled(watched: Watched) -> None:
    page = watched.open(QUERY)
    watched.wait_for_cards()
    page.route("**/panels/overview/live**", silent)
    page.locator("#panel-overview .again").click()
    with page.expect_event("requestfailed"):
        page.locator("#panel-overview .cancel").click()
    expect(page.locator("#panel-overview.ready .tiles")).to_be_visible()
    expect(page.locator("#panel-overview .again")).to_be_visible()
    watched.expects("overview", "signal is aborted")


def test_without_a_network_a_card_waits_for_one_and_runs_again_by_itself(watched: Watched) -> None:
    watched.page.route("**/panels/lstm/live**", silent)
    page = watched.open(QUERY)
    page.locator("#panel-lstm .cancel").click()
    page.unroute("**/panels/lstm/live**")
    for slug in {panel.slug for panel in PANELS} - {"lstm"}:
        page.wait_for_selector(f"#panel-{slug}.ready", timeout=90_000)
    page.context.set_offline(True)
    page.locator("#panel-lstm .again").click()
    expect(page.locator("#panel-lstm.broken")).to_contain_text("You are offline.")
    page.context.set_offline(False)
    page.wait_for_selector("#panel-lstm.ready", timeout=90_000)
    watched.complaints[:] = [
        said
        for said in watched.complaints
        if not re.search("lstm|DISCONNECTED|Failed to fetch|signal is aborted", said)
    ]


def slow_down(line: CDPSession, bytes_a_second: int) -> None:
    """Let no more than this through; -1 for all there is."""
    network = {"offline": False, "latency": 50, "uploadThroughput": -1, "downloadThroughput": bytes_a_second}
    line.send("Network.emulateNetworkConditions", network)


def test_on_a_slow_line_a_card_is_read_before_its_charts_come_and_they_move_nothing(watched: Watched) -> None:
    page = watched.page
    page.add_init_script(_LACKED + WATCH)
    slow_down(page.context.new_cdp_session(page), 40_000)
    watched.open(QUERY)
    watched.wait_for_cards()
    lacked = page.evaluate("lacked")
    assert {f"panel-{panel.slug}" for panel in PANELS} == set(lacked)
    assert min(lacked.values()) >= 1
    assert page.evaluate("felt.shift") <= 0.02
    assert page.locator(".card img").evaluate_all("all => all.every(one => one.complete && one.naturalWidth > 200)")


def test_a_card_whose_charts_are_on_their_way_can_be_run_again(watched: Watched) -> None:
    page = watched.page
    line = page.context.new_cdp_session(page)
    slow_down(line, 20_000)
    watched.open(QUERY)
    page.wait_for_selector("#panel-overview.ready [data-follows]", state="attached", timeout=90_000)
    slow_down(line, -1)
    page.locator("#panel-overview .again").click()
    watched.wait_for_cards()
    watched.expects("failed: ")


def test_a_card_whose_charts_do_not_come_says_so_and_is_run_again(watched: Watched) -> None:
    def cut(route: Route) -> None:
        whole = route.fetch().text()
        # Up to where the first image would come.
        route.fulfill(content_type="text/event-stream", body=whole.partition('data: <hx-partial hx-target="#told')[0])

    watched.page.route("**/panels/overview/live?**", cut)
    page = watched.open(QUERY)
    card = page.locator("#panel-overview.ready.broken")
    expect(card.locator(".words")).to_have_text("The connection broke off. Run again to try once more.")
    expect(card.locator(".words")).to_be_visible()
    page.unroute("**/panels/overview/live?**")
    card.get_by_role("button", name="Run again").click()
    watched.wait_for_cards()


@pytest.mark.parametrize("way", ["cancel", "leave", "close"])
def test_no_work_is_left_of_cards_that_nobody_waits_for(chromium: Browser, served: str, way: str) -> None:
    page = chromium.new_page()
    day = {"cancel": "2016-03-31", "leave": "2016-06-30", "close": "2016-09-30"}[way]
    page.add_init_script(_TOLD)
    page.goto(served + fresh(day))
    within(90, lambda: page.evaluate("told.some(words => /fit/i.test(words))"))
    assert in_use(served)
    if way == "cancel":
        for slug in ("odds", "verdict", "patterns", "lstm", "prophet", "technicals", "overview"):
            cancel_if_waiting(page, slug)
    elif way == "leave":
        page.goto(served + "/verify")
    else:
        page.close()
    within(10, lambda: not in_use(served))
    page.close()


def cancel_if_waiting(page: Page, slug: str) -> None:
    page.evaluate("slug => document.querySelector(`#panel-${slug}.asking .cancel`)?.click()", slug)


def test_who_goes_back_finds_the_cards_there(watched: Watched) -> None:
    page = watched.open(QUERY)
    watched.wait_for_cards()
    page.goto(watched.base + "/verify")
    page.go_back()
    watched.wait_for_cards()
    assert page.locator("#ask input[name=as_of]").input_value() == "2018-06-29"
    page.go_forward()
    page.wait_for_url("**/verify")


@pytest.mark.parametrize("look_at", ["", "lstm"])
@pytest.mark.parametrize("size", SIZES)
def test_nothing_moves_when_cards_arrive_and_little_travels(
    chromium: Browser, served: str, size: str, look_at: str
) -> None:
    found = page_vitals(chromium, served + QUERY, *SIZES[size], look_at)
    assert found.layout_shift <= 0.02
    assert found.transferred <= 300_000


@pytest.mark.parametrize("size", SIZES)
def test_the_place_of_a_card_is_about_as_tall_as_the_card(chromium: Browser, served: str, size: str) -> None:
    page = chromium.new_page(viewport=dict(zip(("width", "height"), SIZES[size], strict=True)))
    page.route("**/panels/*/live?**", silent)
    page.goto(served + QUERY)
    places = card_heights(page)
    page.close()
    cards = page_vitals(chromium, served + QUERY, *SIZES[size]).heights
    assert {slug for slug, height in places.items() if not 0.85 <= cards[slug] / height <= 1.15} == set()

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.support.browser.watching import GOOD, press_analyse
from tests.support.fakes import weekdays

BAD = {"name": "bad.csv", "mimeType": "text/csv", "buffer": b"Date,Close\n2020-01-02,abc\n"}
PRICES = [(str(day), 50 + 0.1 * row) for row, day in enumerate(weekdays(80))]
TWO_PRICES = [f"{day},{price:.2f},{price + 1:.2f}" for day, price in PRICES]
TWO_TICKERS = [f"{name},{day},{price + more:.2f}" for name, more in (("AAA", 0), ("BBB", 9)) for day, price in PRICES]
LARGE = {"name": "large.csv", "mimeType": "text/csv", "buffer": bytes(3 * 2**20)}


def file_of(header: str, rows: list[str]) -> FilePayload:
    return {"name": "several.csv", "mimeType": "text/csv", "buffer": "\n".join((header, *rows)).encode()}


@pytest.fixture
def page(chromium: Browser, served: str) -> Iterator[Page]:
    page = chromium.new_page()
    page.goto(served)
    yield page
    page.close()


def test_a_chosen_file_fills_the_cards_without_leaving_the_page(page: Page) -> None:
    page.set_input_files("input[name=prices]", GOOD)
    press_analyse(page)
    page.wait_for_selector("#panel-overview.ready", timeout=90_000)
    assert "acme.csv" in page.locator("#who").inner_text()
    page.wait_for_selector("#panel-prophet.ready", timeout=90_000)
    assert page.title().startswith("ACME · ")
    assert not page.locator(".hero").is_visible()


def drop(page: Page, file: dict[str, str | bytes]) -> None:
    given = {"name": file["name"], "text": bytes(file["buffer"]).decode()}
    carried = page.evaluate_handle(
        """({name, text}) => {
          const carried = new DataTransfer();
          carried.items.add(new File([text], name, {type: "text/csv"}));
          return carried;
        }""",
        given,
    )
    page.dispatch_event(".hero h1", "dragover", {"dataTransfer": carried})
    assert page.locator(".ask.over").count() == 1
    page.dispatch_event(".hero h1", "drop", {"dataTransfer": carried})


def test_a_file_dropped_on_the_page_is_chosen_and_told_of_before_its_cards(page: Page) -> None:
    drop(page, GOOD)
    assert page.locator(".ask.over").count() == 0
    page.keyboard.press("Enter")
    read = page.wait_for_selector(".card.read").inner_text()
    assert "What was read from acme.csv" in read
    assert "320 daily bars" in read
    page.wait_for_selector("#panel-overview.ready", timeout=90_000)
    assert page.locator(".card.read").count() == 1


def test_the_made_up_file_can_be_saved_and_chosen(page: Page) -> None:
    page.get_by_text("What the file looks like").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="A file of made-up prices to try").click()
    assert saved.value.suggested_filename == "made-up-prices.csv"
    page.set_input_files("input[name=prices]", saved.value.path())
    press_analyse(page)
    assert "400 daily bars" in page.wait_for_selector(".card.read").inner_text()


def test_a_card_is_run_again_with_the_file_it_was_made_from(page: Page) -> None:
    page.set_input_files("input[name=prices]", GOOD)
    press_analyse(page)
    page.wait_for_selector("#panel-overview.ready", timeout=90_000)
    page.set_input_files("input[name=prices]", BAD)
    with page.expect_response("**/panels/overview/live") as answer:
        page.locator("#panel-overview").get_by_role("button", name="Run again").click()
    assert answer.value.status == 200


def test_a_bad_file_is_told_once_beside_the_form(page: Page) -> None:
    page.set_input_files("input[name=prices]", BAD)
    press_analyse(page)
    assert "Line 2, column “Close”" in page.wait_for_selector("#answer [role=alert]").inner_text()
    assert page.locator("section.card").count() == 0


def test_of_several_prices_the_one_that_is_selected_fills_the_cards(page: Page) -> None:
    page.set_input_files("input[name=prices]", file_of("Date,Bid,Ask", TWO_PRICES))
    press_analyse(page)
    expect(page.locator("#answer [role=alert]")).to_contain_text("“Bid” and “Ask”", timeout=30_000)
    assert page.locator("section.card").count() == 0
    expect(page.get_by_label("Column of the date")).to_have_value("")
    page.get_by_label("Column of the price").select_option("Ask")
    press_analyse(page)
    expect(page.locator(".card.read")).to_contain_text("80 daily bars", timeout=30_000)
    expect(page.locator("#who")).to_contain_text("58.9", timeout=90_000)
    expect(page.get_by_label("Column of the price")).to_have_value("Ask")


def test_of_several_tickers_the_one_that_is_typed_fills_the_cards(page: Page) -> None:
    page.set_input_files("input[name=prices]", file_of("ticker,Date,Close", TWO_TICKERS))
    press_analyse(page)
    expect(page.locator("#answer [role=alert]")).to_contain_text("“AAA” and “BBB”", timeout=30_000)
    page.fill("input[name=ticker]", "bbb")
    press_analyse(page)
    expect(page.locator("#who")).to_contain_text("66.9", timeout=90_000)
    assert page.title().startswith("BBB · ")


def test_a_wrong_field_beside_a_file_is_marked_until_it_is_right(page: Page) -> None:
    ticker = page.locator("input[name=ticker]")
    ticker.fill("no/such")
    page.set_input_files("input[name=prices]", GOOD)
    press_analyse(page)
    expect(page.locator("#fault")).to_contain_text("Ticker or name")
    expect(ticker).to_have_attribute("aria-invalid", "true")
    expect(ticker).to_have_attribute("aria-describedby", "fault")
    ticker.fill("acme")
    press_analyse(page)
    page.wait_for_selector("#panel-overview.ready", timeout=90_000)
    assert page.locator("[aria-invalid], [aria-describedby=fault]").count() == 0


def test_too_large_a_file_is_not_sent(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.set_input_files("input[name=prices]", LARGE)
    press_analyse(page)
    assert "3.0 MiB" in page.locator("#prices-note").inner_text()
    page.wait_for_timeout(300)
    assert sent == []


def test_another_source_lets_go_of_the_file(page: Page) -> None:
    page.set_input_files("input[name=prices]", GOOD)
    page.select_option("select[name=source]", "sample")
    page.fill("input[name=ticker]", "^GSPC")
    press_analyse(page)
    page.wait_for_url("**/?ticker=%5EGSPC&horizon=22&source=sample")


def test_without_scripts_too_large_a_file_meets_an_answer(chromium: Browser, served: str) -> None:
    page = chromium.new_page(java_script_enabled=False)
    page.goto(served)
    page.set_input_files("input[name=prices]", {**LARGE, "buffer": bytes(6 * 2**20)})
    page.get_by_role("button", name="Report from this file").click()
    assert "larger than" in page.wait_for_selector("h1").inner_text()
    page.close()

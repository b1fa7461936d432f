"""A report as it is printed: Chromium makes the PDF, and what stands on its pages is read back."""

import io
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.support.fakes import FakeMarket, market
from tests.support.served import served as served_app

SAMPLE = "source=sample&ticker="
ASKED = {
    "a past day": (f"{SAMPLE}%5EGSPC&as_of=2018-06-29", "^GSPC · 29 Jun 2018"),
    "the newest day": (f"{SAMPLE}%5EIXIC", "^IXIC · 31 Dec 2018"),
}
MARGIN, HALF = 50, 421


@dataclass(frozen=True)
class Printed:
    """The words of each page, and how far down, in points from its lower edge, they reach on it."""

    words: list[str]
    lowest: list[float]


def printed(browser: Browser, html: str) -> Printed:
    page = browser.new_page()
    page.set_content(html)
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    page.close()
    words, lowest = [], []
    for sheet in PdfReader(io.BytesIO(pdf)).pages:
        heights: list[float] = []

        def seen(text: str, cm: list[float], tm: list[float], *_: object, heights: list[float] = heights) -> None:
            height = tm[5] * cm[3] + cm[5]
            if text.strip() and height > MARGIN:
                heights.append(height)

        words.append(" ".join(sheet.extract_text(visitor_text=seen).split()))
        lowest.append(min(heights, default=0.0))
    return Printed(words, lowest)


@pytest.fixture(scope="module")
def reports(chromium: Browser, served: str) -> dict[str, tuple[Printed, str]]:
    page, every = chromium.new_page(), {}
    for name, (query, head) in ASKED.items():
        html = page.request.get(f"{served}/report?{query}", timeout=120_000).text()
        every[name] = printed(chromium, html), head
    page.close()
    with served_app(FakeMarket(market())) as client:
        every["a short history"] = (
            printed(chromium, client.get("/report?ticker=SYN&horizon=5").text),
            "SYN · 22 Apr 2016",
        )
    return every


NAMES = [*ASKED, "a short history"]


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_and_the_methods_are_a_page_each_and_the_rest_is_an_appendix(reports, name: str) -> None:
    first, second, third = reports[name][0].words[:3]
    assert "will probably stand between" in first
    assert "Did such ranges hold?" in first
    assert "What are the odds of a price?" in first
    assert "Has anything predicted it?" in second
    assert "How does it move?" in second
    assert "Appendix" in third


@pytest.mark.parametrize("name", NAMES)
def test_each_page_says_what_it_is_of_and_which_it_is(reports, name: str) -> None:
    pages, head = reports[name]
    assert len(pages.words) <= 20
    for place, words in enumerate(pages.words, 1):
        assert head in words
        assert f"{place} / {len(pages.words)}" in words
        assert "/?ticker=" in words


@pytest.mark.parametrize("name", NAMES)
def test_no_page_but_the_last_is_more_than_half_empty(reports, name: str) -> None:
    lowest = reports[name][0].lowest
    print(f"{name}: {len(lowest)} pages, words down to {[round(height) for height in lowest]} of 842 points")
    assert max(lowest[:-1]) < HALF


@pytest.mark.parametrize("name", NAMES)
def test_a_word_is_explained_on_the_page_where_it_stands_first(reports, name: str) -> None:
    words = reports[name][0].words
    assert "A range held when the price really ended inside it." in " ".join(words[:2])
    assert " ".join(words).count("A range held when the price really ended inside it.") == 1

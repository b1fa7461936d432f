import html
import re

import pytest

from app.text.glossary import MEANINGS, terms
from tests.support.cards import SLUGS, elements

# Names of currencies, calendars and clocks, which the passport gives as they are.
CODES = {"PNG", "SVG", "USD", "XNYS", "UTC", "SYN", "SHA", "CSV", "JSON"}
JARGON = (
    "volatility",
    "drawdown",
    "value at risk",
    "pinball",
    "winkler",
    "brier",
    "diebold",
    "median",
    "quantile",
    "harami",
)


@pytest.fixture(scope="module")
def cards(client):
    return {slug: client.get(f"/panels/{slug}?ticker=SYN").text for slug in SLUGS}


@pytest.fixture(scope="module")
def explained(client):
    """The terms of the page's one glossary."""
    page = client.get("/?ticker=SYN").text
    assert page.count('class="terms"') == 1
    return re.findall(r"<dt>(.*?)</dt>", page.partition('class="terms"')[2])


def text_of(card):
    """What a reader sees of a card."""
    return html.unescape(" ".join(re.sub(r"<[^>]*>", " ", card).split()))


@pytest.mark.parametrize("slug", SLUGS)
def test_every_abbreviation_on_a_card_is_explained_on_the_page(cards, explained, slug):
    met = set(re.findall(r"\b[A-Z]{3,}\b", text_of(cards[slug]))) - CODES
    assert {word for word in met if word not in " ".join(explained)} == set()


@pytest.mark.parametrize("slug", SLUGS)
def test_every_term_of_art_on_a_card_is_explained_on_the_page(cards, explained, slug):
    met = [word for word in JARGON if word in text_of(cards[slug]).lower()]
    assert [word for word in met if word not in " ".join(explained).lower()] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_no_card_has_words_or_a_passport_of_its_own_but_the_one_that_tells_what_it_is(cards, slug):
    assert "terms" not in {a.get("class") for _, a in elements(cards[slug], "details")}
    assert cards[slug].count("Data passport") == (slug == "overview")


@pytest.mark.parametrize("slug", SLUGS)
def test_every_price_on_a_card_is_money_also_in_the_numbers_of_its_charts(cards, slug):
    said = text_of(cards[slug])
    assert re.findall(r"\$\d\d+\.\d\d", said)
    assert re.findall(r"(?<![$\d.,])\d[\d,]*\d\.\d\d(?!\d|\s?%)", said) == []


def test_a_word_is_told_once_where_it_is_first_needed():
    assert [word.term for word in terms("<p>RSI, volatility, RSI</p>")] == ["RSI", "volatility"]


def test_letters_that_only_look_like_a_term_are_left_alone():
    assert terms('<p title="median">S&amp;P 500, no N, Q or P, barely, held back</p>') == ()


@pytest.mark.parametrize("term", MEANINGS)
def test_a_meaning_is_one_sentence_and_its_term_is_found(term):
    spellings, meaning = MEANINGS[term]
    assert meaning.endswith(".")
    assert len(re.findall(r"\.(?: |$)", meaning)) == 1
    assert all(term in [word.term for word in terms(f"<p>{spelling}</p>")] for spelling in spellings)

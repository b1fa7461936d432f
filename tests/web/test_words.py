import html
import re

import pytest

from app.text.glossary import MEANINGS, terms
from tests.support.cards import SLUGS

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


def parts(card):
    """What a reader sees of a card: its text, and apart from that the words it explains."""
    said, _, words = card.partition('<details class="terms">')
    explained = re.findall(r"<dt>(.*?)</dt>", words.partition("</details>")[0])
    return html.unescape(" ".join(re.sub(r"<[^>]*>", " ", said).split())), " ".join(explained)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_abbreviation_on_a_card_is_explained_there(cards, slug):
    said, explained = parts(cards[slug])
    met = set(re.findall(r"\b[A-Z]{3,}\b", said)) - CODES
    assert {word for word in met if word not in explained} == set()


@pytest.mark.parametrize("slug", SLUGS)
def test_every_term_of_art_on_a_card_is_explained_there(cards, slug):
    said, explained = parts(cards[slug])
    met = [word for word in JARGON if word in said.lower()]
    assert [word for word in met if word not in explained.lower()] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_every_price_on_a_card_is_money_also_in_the_numbers_of_its_charts(cards, slug):
    said, _ = parts(cards[slug])
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

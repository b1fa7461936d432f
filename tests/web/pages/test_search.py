import pytest

from app.errors import SourceBrokenError, SourceRefusedError, SourceSilentError
from app.market.source import Instrument
from app.web.api.schemas import MAX_SEARCH_CHARACTERS
from tests.support.cards import elements
from tests.support.fakes import SearchableMarket
from tests.support.pages import PAYLOADS, REFUSED, assert_contained
from tests.support.served import served

APPLE = Instrument("AAPL", "Apple Inc.", "NASDAQ")
TROUBLES = [SourceRefusedError("Yahoo", 60), SourceBrokenError("Yahoo", "a page"), SourceSilentError("Yahoo", 4)]


def find(client, words, **said):
    return client.get("/api/v1/search", params={"q": words, **said}).json()


def test_what_is_found_comes_as_options_and_as_json():
    with served(SearchableMarket(APPLE)) as client:
        page, found = client.get("/search?q=apple"), find(client, "apple")
    assert [option["data-ticker"] for _, option in elements(page.text, "li")] == ["AAPL"]
    assert "Apple Inc." in page.text
    assert found == {
        "source": "sample",
        "found": [{"ticker": "AAPL", "name": "Apple Inc.", "exchange": "NASDAQ"}],
        "note": "",
    }


def test_a_source_is_asked_once_for_the_same_words_however_they_are_typed():
    source = SearchableMarket(APPLE)
    with served(source) as client:
        for words in ("apple", "Apple", "  APPLE ", "apple\u200b", "apple inc", "Apple  INC"):
            assert find(client, words)["found"]
        client.get("/search?q=apple")
    assert source.searches == ["apple", "apple inc"]


@pytest.mark.parametrize("words", ["", " ", "\u200b"])
def test_nobody_is_asked_for_nothing(words):
    source = SearchableMarket(APPLE)
    with served(source) as client:
        assert find(client, words)["found"] == []
    assert source.searches == []


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: type(trouble).__name__)
def test_a_list_of_ours_stands_in_for_a_source_that_cannot_be_asked_and_says_so(trouble):
    source = SearchableMarket(error=trouble)
    with served(source) as client:
        found = find(client, "apple")
        answers = [client.get("/search", params={"q": words}) for words in ("micros", "zzzz")]
    assert [one["ticker"] for one in found["found"]] == ["AAPL"]
    assert "cannot be asked just now. These are from a built-in list." in found["note"]
    assert "MSFT" in answers[0].text
    assert "No match in the built-in list" in answers[1].text
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    # It is left alone for a while.
    assert source.searches == ["apple"]


def test_whoever_types_without_end_gets_the_list_and_the_source_is_spared():
    source = SearchableMarket(APPLE)
    with served(source) as client:
        notes = [find(client, f"apple {number}")["note"] for number in range(40)]
    assert len(source.searches) == 30
    assert notes[:30] == [""] * 30
    assert all("cannot be asked" in note for note in notes[30:])


def test_a_source_with_a_short_stock_is_not_completed_from_elsewhere(client):
    assert [one["ticker"] for one in find(client, "sy")["found"]] == ["SYN"]
    assert find(client, "apple") == {
        "source": "sample",
        "found": [],
        "note": "The synthetic market has SYN only.",
    }


def test_nothing_found_is_told():
    with served(SearchableMarket()) as client:
        assert find(client, "zzzz")["note"] == "The searchable market finds nothing like it."


@pytest.mark.parametrize("said", [{"q": "x" * (MAX_SEARCH_CHARACTERS + 1)}, {"q": "x", "source": "nowhere"}])
@pytest.mark.parametrize("path", ["/search", "/api/v1/search"])
def test_out_of_bounds_is_told_and_nobody_is_asked(path, said):
    source = SearchableMarket(APPLE)
    with served(source) as client:
        answer = client.get(path, params=said)
    assert answer.status_code == 422
    assert "The field “" in answer.text
    assert source.searches == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_words_and_names_of_strangers_come_back_as_text(payload):
    with served(SearchableMarket(Instrument(payload, payload, payload))) as client:
        answers = [client.get("/search", params={"q": payload[:MAX_SEARCH_CHARACTERS]}), client.get("/search?q=%00%ff")]
    for answer in answers:
        assert answer.status_code == 200
        assert_contained(answer.text)
        assert {tag for tag, _ in elements(answer.text)} == {"li", "span"}


@pytest.mark.parametrize("way", REFUSED)
def test_another_site_cannot_make_a_visitors_browser_ask(way):
    source = SearchableMarket(APPLE)
    with served(source) as client:
        assert client.get("/search?q=apple", headers=REFUSED[way]).status_code == 403
    assert source.searches == []

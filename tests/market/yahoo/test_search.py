"""What becomes of words that Yahoo is asked about."""

import asyncio
import time

import pytest

from app.errors import SourceBrokenError, SourceRefusedError, SourceSilentError
from app.market.yahoo.source import YahooSource
from tests.support.yahoo_payloads import CONSENT, NO_CRUMB, TOO_MANY, answer, chart, recorded, walk
from tests.support.yahoo_stand_in import Answer

PATH = "query2.finance.yahoo.com/v1/finance/search"
APPLE = {"symbol": "AAPL", "quoteType": "EQUITY", "longname": "Apple Inc.", "exchDisp": "NASDAQ"}


def search(source, words="apple"):
    return asyncio.run(source.search(words))


def test_words_cost_one_request_of_quotes_only(source, yahoo):
    yahoo.elsewhere[PATH] = answer({"quotes": [APPLE]})
    (found,) = search(source, "a&b=c é")
    assert (found.ticker, found.name, found.exchange) == ("AAPL", "Apple Inc.", "NASDAQ")
    assert len(yahoo.requests) == 1, yahoo.requests
    (request,) = yahoo.requests
    assert request.startswith(f"GET {PATH}?q=a&b=c+é&quotesCount=")
    assert "newsCount=0" in request


def test_the_same_words_are_asked_anew_because_memory_is_not_the_clients(source, yahoo):
    yahoo.elsewhere[PATH] = answer({"quotes": []})
    assert search(source) == ()
    yahoo.elsewhere[PATH] = answer({"quotes": [APPLE]})
    assert len(search(source)) == 1


@pytest.mark.parametrize(
    ("told", "kind", "requests"),
    [
        (TOO_MANY, SourceRefusedError, 1),
        (Answer(b"oops", 500), SourceBrokenError, 1),
        (CONSENT, SourceBrokenError, 1),
        (answer({"chart": {}}), SourceBrokenError, 1),
        (answer([]), SourceBrokenError, 1),
        (answer(NO_CRUMB, 401), SourceBrokenError, 5),
    ],
)
def test_each_refusal_is_told_apart_at_once(source, yahoo, told, kind, requests):
    yahoo.elsewhere[PATH] = told
    with pytest.raises(kind):
        search(source)
    assert len(yahoo.requests) == requests


@pytest.mark.parametrize("how", ["hangs", "drips"])
def test_silence_ends_soon_and_leaves_no_connection(yahoo, how):
    yahoo.elsewhere[PATH] = Answer(b" " * 500, **{how: True})
    begun = time.monotonic()
    with pytest.raises(SourceSilentError):
        search(YahooSource(patience=1))
    assert 0.9 < time.monotonic() - begun < 3
    assert yahoo.is_left_alone()


def test_a_refusal_of_words_is_one_of_prices_too(source, yahoo):
    yahoo.elsewhere[PATH], yahoo.charts = TOO_MANY, [answer(chart(walk(5)))]
    with pytest.raises(SourceRefusedError):
        search(source)
    with pytest.raises(SourceRefusedError):
        asyncio.run(source.load("AAPL"))
    assert len(yahoo.requests) == 1


@pytest.mark.parametrize(
    ("file", "found"), [("08", ["AAPL", "AAPU"]), ("09_", ["EURUSD=X"]), ("09b", [])], ids=lambda one: str(one)
)
def test_recorded_answers_hold_what_can_be_asked_for(source, yahoo, file, found):
    yahoo.elsewhere[PATH] = recorded(file)
    assert [one.ticker for one in search(source)] == found

"""What every market source promises, whoever it asks and whatever wraps it."""

import asyncio

import numpy as np
import pytest

from app.errors import AppError, UnknownTickerError
from app.market.fallback import HealthTracked, LastGoodAnswer
from app.market.history import history_until
from app.market.raw_history import ARRAYS, RawHistory
from app.market.sample import SampleSource
from app.market.upload.source import upload_of
from app.store.cache import MemoryCache
from tests.support.fakes import FakeMarket, market
from tests.support.uploads import ACME
from tests.support.yahoo_payloads import UNKNOWN, answer, chart, walk


@pytest.fixture(params=["sample", "file", "yahoo", "fake", "health tracked", "last good answer"])
def told(request):
    """A source and a ticker that it knows."""
    if request.param == "yahoo":
        request.getfixturevalue("yahoo").charts = [answer(chart(walk(300)))]
        return request.getfixturevalue("source"), "AAPL"
    sample = SampleSource()
    sources = {
        "sample": (sample, "^GSPC"),
        "file": (upload_of("acme.csv", ACME), "ACME"),
        "fake": (FakeMarket(market()), "SYN"),
        "health tracked": (HealthTracked(sample, lambda outcome: None), "^GSPC"),
        "last good answer": (LastGoodAnswer(sample, MemoryCache(2**24)), "^GSPC"),
    }
    return sources[request.param]


def test_it_is_named_in_sentences_and_lists_what_little_it_has(told):
    source, _ = told
    assert source.title[0].isupper()
    assert isinstance(source.tickers, tuple)


def test_it_answers_with_rows_of_one_length_under_the_ticker_that_was_asked(told):
    source, ticker = told
    rows = asyncio.run(source.load(ticker))
    assert isinstance(rows, RawHistory)
    assert rows.listing.ticker == ticker
    assert {len(getattr(rows, name)) for name in ARRAYS} == {len(rows.dates)}
    assert rows.dates.dtype == np.dtype("datetime64[D]")
    assert all(getattr(rows.listing, name) for name in ("name", "source", "currency"))
    assert rows.stale is None


def test_its_rows_make_a_history_that_cards_can_use(told):
    source, ticker = told
    history = history_until(asyncio.run(source.load(ticker)), None)
    assert np.all(np.diff(history.dates) > np.timedelta64(0, "D"))
    assert np.isfinite(history.adj_close).all()


def test_a_ticker_that_it_does_not_know_is_an_error_that_names_the_source(told, request):
    source, _ = told
    if not source.tickers and "yahoo" not in request.node.callspec.id:
        pytest.skip("a file is read under whatever ticker it is asked for")
    if "yahoo" in request.node.callspec.id:
        request.getfixturevalue("yahoo").charts = [UNKNOWN]
    with pytest.raises(UnknownTickerError) as error:
        asyncio.run(source.load("NONE"))
    assert isinstance(error.value, AppError)
    assert not error.value.transient
    assert "NONE" in error.value.sentence

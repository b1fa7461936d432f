import re

import pytest

from app.market.sample import SampleSource
from app.market.source import MOST_FOUND, SearchableSource, matching, well_known
from app.market.yahoo.bars import found_in
from app.market.yahoo.source import YahooSource


def tickers(words):
    return [one.ticker for one in matching(well_known(), words)]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("AAPL", "AAPL"),
        ("apple", "AAPL"),
        ("  aPPle ", "AAPL"),
        ("v", "V"),
        ("gspc", "^GSPC"),
        ("^gs", "^GSPC"),
        ("s&p 500 i", "^GSPC"),
        ("reliance", "RELIANCE.NS"),
        ("m&m", "M&M.NS"),
        ("nestle", "NESN.SW"),
        ("loreal", "OR.PA"),
        ("eur/usd", "EURUSD=X"),
        ("bitcoin", "BTC-USD"),
        ("facebook", "META"),
        ("telekom", "DTE.DE"),
        ("coca-cola", "KO"),
    ],
)
def test_the_likeliest_comes_first(words, first):
    assert tickers(words)[0] == first


def test_a_symbol_comes_before_its_beginnings_and_those_before_names():
    found = tickers("t")
    assert found[0] == "T"
    assert found.index("TSLA") < found.index("GLD") if "GLD" in found else "TSLA" in found


@pytest.mark.parametrize("words", ["", "   ", "\t", ","])
def test_nothing_is_found_for_nothing(words):
    assert tickers(words) == []


def test_nothing_is_found_for_nonsense_and_never_more_than_fit_a_list():
    assert tickers("zzzzqq") == []
    assert len(tickers("a")) == MOST_FOUND


def test_the_list_has_each_symbol_once_and_none_that_could_not_be_asked_for():
    symbols = [one.ticker for one in well_known()]
    assert len(symbols) == len(set(symbols)) >= 150
    assert all(re.fullmatch(r"[A-Z0-9.\-=^&_]{1,15}", symbol) for symbol in symbols)
    assert all(one.name and one.exchange for one in well_known())


@pytest.mark.anyio
@pytest.mark.parametrize(("words", "found"), [("nasdaq", ["^IXIC"]), ("index", ["^GSPC", "^IXIC"]), ("apple", [])])
async def test_the_sample_finds_its_own(words, found):
    assert [one.ticker for one in await SampleSource().search(words)] == found


def test_yahoo_and_the_sample_can_be_searched():
    assert isinstance(YahooSource(), SearchableSource)
    assert isinstance(SampleSource(), SearchableSource)


def test_what_has_no_daily_bars_or_cannot_be_asked_for_is_not_offered():
    quotes = [
        {"symbol": "OK", "quoteType": "EQUITY", "longname": "Fine\u202e\n Inc.", "exchDisp": "NYSE"},
        {"symbol": "OK", "quoteType": "EQUITY", "longname": "Fine again"},
        {"symbol": "AAPL251219C00120000", "quoteType": "OPTION"},
        {"symbol": "<B>", "quoteType": "EQUITY"},
        {"quoteType": "EQUITY"},
        {"symbol": "BARE", "quoteType": "INDEX", "exchange": "SNP"},
        "nonsense",
    ]
    found = found_in({"quotes": quotes})
    assert [(one.ticker, one.name, one.exchange) for one in found] == [
        ("OK", "Fine Inc.", "NYSE"),
        ("BARE", "BARE", "SNP"),
    ]

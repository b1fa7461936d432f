import pytest

from app.market.groups import group_of, kind_of


@pytest.mark.parametrize(
    ("ticker", "kind", "group"),
    [
        ("7203.T", "EQUITY", "Japanese stocks"),
        ("1321.T", "ETF", "Japanese funds"),
        ("RELIANCE.NS", "unknown", "Indian stocks"),
        ("AAPL", "EQUITY", "US stocks"),
        ("SPY", "etf", "US funds"),
        ("VFIAX", "MUTUALFUND", "US funds"),
        ("BRK-B", "stock", "US stocks"),
        ("^N225", "INDEX", "indices"),
        ("^GSPC", "unknown", "indices"),
        ("EURUSD=X", "fx", "currencies"),
        ("BTC-USD", "CRYPTOCURRENCY", "coins"),
        ("GC=F", "FUTURE", "futures"),
        ("ACME", "unknown", None),
        ("ACME.XX", "EQUITY", None),
        ("X.", "unknown", None),
    ],
)
def test_instruments_like_this_one_are_those_of_its_market_and_kind(ticker, kind, group):
    assert group_of(ticker, kind) == group


def test_a_kind_that_nobody_knows_is_unknown():
    assert kind_of("ACME", "ECNQUOTE") == "unknown"

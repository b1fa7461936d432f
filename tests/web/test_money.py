from types import SimpleNamespace

import pytest

from app.text.numbers import money

SAID = [
    ("AAPL", "USD", 2506.85, "$2,506.85"),
    ("RELIANCE.NS", "INR", 1234.5, "₹1,234.50"),
    ("SAP.DE", "EUR", 98.7, "€98.70"),
    ("7203.T", "JPY", 2506.6, "¥2,507"),
    ("9432.T", "JPY", 149.52, "¥149.5"),
    ("OCDO.L", "GBp", 412.3, "412.30p"),
    ("OCDO.L", "GBp", 2.345, "2.3450p"),
    ("NPN.JO", "ZAc", 345678.0, "345,678.00c"),
    ("LUMI.TA", "ILA", 4123.0, "4,123.00\u202fagorot"),
    ("KFH.KW", "KWF", 712.0, "712.00\u202ffils"),
    ("005930.KS", "KRW", 70512.4, "₩70,512"),
    ("035720.KS", "KRW", 523.0, "₩523"),
    ("BBCA.JK", "IDR", 9512.5, "9,512\u202fIDR"),
    ("2222.SR", "SAR", 28.35, "28.35\u202fSAR"),
    ("2330.TW", "TWD", 1085.0, "NT$1,085.00"),
    ("0700.HK", "HKD", 412.6, "HK$412.60"),
    ("600519.SS", "CNY", 1512.0, "CN¥1,512.00"),
    ("NESN.SW", "CHF", 98.7, "98.70\u202fCHF"),
    ("DOGE-USD", "USD", 0.0812, "$0.08120000"),
    ("KFH.KW", "KWD", 12.3456, "12.346\u202fKWD"),
    ("^GSPC", "USD", 2506.85, "2,506.85"),
    ("EURUSD=X", "USD", 1.0823, "1.0823"),
    ("ACME", "your file's currency", 50.25, "50.25"),
    ("X", "unknown", 50.25, "50.25"),
]


@pytest.mark.parametrize(("ticker", "currency", "value", "said"), SAID)
def test_a_price_reads_as_its_currency_is_written(ticker, currency, value, said):
    assert money(value, SimpleNamespace(ticker=ticker, data=SimpleNamespace(currency=currency))) == said

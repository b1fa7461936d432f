from dataclasses import replace
from types import SimpleNamespace

import pytest

from app.text.numbers import isolated, money
from tests.support.fakes import LISTING, FakeMarket, market
from tests.support.served import served

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


ARABIC, HEBREW, KOREAN = "أرامكو السعودية (٢٢٢٢)", "בנק לאומי (בע״מ) 1902", "삼성전자 주식회사"


@pytest.mark.parametrize("name", [ARABIC, HEBREW])
def test_a_name_from_right_to_left_leaves_the_words_around_it_in_their_order(name):
    told = market(340, listing=replace(LISTING, name=name))
    alone = f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}"
    with served(FakeMarket(told)) as client:
        summary = client.get("/summary.txt?ticker=SYN").text
        assert summary.startswith(f"{alone} (SYN) closed at ")
        assert f", {alone} will probably stand between " in summary
        assert f"Closing prices of {alone} from" in client.get("/panels/overview?ticker=SYN&canvas=wide").text
        report = client.get("/report?ticker=SYN").text
        assert f'<strong dir="auto">{name}</strong>' in report
        assert f", {alone} will probably stand between " in report
        assert alone in client.get("/compare/column?ticker=SYN").text


def test_other_names_stay_as_they_are():
    assert isolated(KOREAN) == KOREAN
    assert isolated("Société Générale SA") == "Société Générale SA"

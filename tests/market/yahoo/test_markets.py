"""Markets with other weeks, units and scripts than New York's, as Yahoo answers for them, through the whole app."""

import re
from datetime import UTC, date, datetime, time

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.market.calendar import sessions_after
from app.market.yahoo.source import YahooSource
from app.settings import Settings
from app.store.cache import MemoryCache
from tests.support.fakes import InlineEngine
from tests.support.yahoo_payloads import answer, chart, walk

BARS = 320


def listed(exchange, currency, zone, name, offset, kind="EQUITY"):
    told = {"exchangeName": exchange, "currency": currency, "exchangeTimezoneName": zone, "longName": name}
    return told | {"gmtoffset": offset * 3600, "instrumentType": kind, "fullExchangeName": exchange}


MARKETS = {
    "005930.KS": (listed("KSC", "KRW", "Asia/Seoul", "삼성전자", 9), "XKRX", 70_000.0, r"₩\d{2},\d{3}<"),
    "BBCA.JK": (listed("JKT", "IDR", "Asia/Jakarta", "BCA", 7), "XIDX", 9_500.0, r">\d+,\d{3}\u202fIDR<"),
    "VOD.L": (listed("LSE", "GBp", "Europe/London", "Vodafone", 0), "XLON", 72.3, r">\d\d\.\d\dp<"),
    "LUMI.TA": (listed("TLV", "ILA", "Asia/Jerusalem", "בנק לאומי", 2), "XTAE", 4_100.0, r"\.\d\d\u202fagorot<"),
    "2222.SR": (listed("SAU", "SAR", "Asia/Riyadh", "أرامكو", 3), "XSAU", 28.35, r">\d\d\.\d\d\u202fSAR<"),
    "RELIANCE.NS": (listed("NSI", "INR", "Asia/Kolkata", "Reliance", 5), "XNSE", 1_400.0, r">₹\d,\d{3}\.\d\d<"),
    "0700.HK": (listed("HKG", "HKD", "Asia/Hong_Kong", "騰訊控股", 8), "XHKG", 410.0, r">HK\$\d{3}\.\d\d<"),
}


def traded(calendar, meta, closes):
    """A chart whose bars are of the first sessions from 2023 on, at ten in the morning there."""
    days = sessions_after(calendar, date(2022, 12, 31), len(closes))
    opened = [datetime.combine(day, time(10), UTC).timestamp() - meta.get("gmtoffset", 0) for day in days]
    return answer(chart(closes, times=list(map(int, opened)), meta=meta)), days


@pytest.fixture
def client(yahoo):
    app = create_app(Settings(), {"yahoo": YahooSource()}, InlineEngine(), MemoryCache(2**24))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def card_of(client, ticker):
    analysis = client.get(f"/api/v1/panels/overview?ticker={ticker}").json()
    return analysis, client.get(f"/panels/overview?ticker={ticker}").text


def said_of(card):
    """What the card says beside the name at the head of the page."""
    return re.search(r'<hx-partial hx-target="#who"[^>]*>(.*?)</hx-partial>', card, re.DOTALL)[1]


@pytest.mark.parametrize("ticker", MARKETS)
def test_days_names_and_prices_of_a_market_read_as_its_own(yahoo, client, ticker):
    meta, calendar, price, shown = MARKETS[ticker]
    closes = walk(BARS, start=price)
    body, days = traded(calendar, meta, closes)
    yahoo.charts = [body]
    analysis, card = card_of(client, ticker)
    passport = analysis["data"]
    assert (passport["calendar"], passport["missing_sessions"]) == (calendar, [])
    assert (passport["first_bar"], passport["last_bar"]) == (str(days[0]), str(days[-1]))
    assert (passport["name"], passport["currency"]) == (meta["longName"], meta["currency"])
    assert f'<strong dir="auto">{meta["longName"]}</strong> {ticker}' in said_of(card)
    assert re.search(shown, said_of(card))


@pytest.mark.parametrize("lacking", [("currency",), ("exchangeTimezoneName",), ("currency", "exchangeTimezoneName")])
def test_an_answer_without_currency_or_time_zone_is_read_and_says_so(yahoo, client, lacking):
    meta = listed("KSC", "KRW", "Asia/Seoul", "Somewhere", 9)
    body, days = traded("XKRX", {**meta, **dict.fromkeys(lacking)}, walk(BARS, start=500.0))
    yahoo.charts = [body]
    analysis, card = card_of(client, "SOME.XX")
    passport = analysis["data"]
    assert (passport["first_bar"], passport["last_bar"]) == (str(days[0]), str(days[-1]))
    assert (passport["currency"] == "unknown") is ("currency" in lacking)
    assert (passport["time_zone"] == "unknown") is ("exchangeTimezoneName" in lacking)
    assert (", in an unknown currency" in said_of(card)) is ("currency" in lacking)


def test_an_unknown_exchange_falls_back_to_weekdays_and_says_so(yahoo, client):
    meta = listed("XYZ", "EUR", "Europe/Vienna", "Unheard-of", 1)
    yahoo.charts = [traded("weekdays", meta, walk(BARS))[0]]
    analysis, card = card_of(client, "NEW.XX")
    assert analysis["data"]["calendar"] == "weekdays"
    assert "its holidays are not known" in " ".join(card.split())


def test_pounds_among_pence_are_mended_and_the_forecast_runs(yahoo, client):
    meta, calendar, price, _ = MARKETS["VOD.L"]
    closes = walk(BARS, start=price)
    yahoo.charts = [traded(calendar, meta, closes[:200] + [close / 100 for close in closes[200:205]] + closes[205:])[0]]
    analysis, card = card_of(client, "VOD.L")
    repaired = analysis["data"]["repaired"]
    assert [one["what"][:15] for one in repaired] == 5 * ["in another unit"]
    assert analysis["data"]["jumps"] == []
    assert "brought to theirs" in card
    assert client.get("/api/v1/panels/lstm?ticker=VOD.L").status_code == 200

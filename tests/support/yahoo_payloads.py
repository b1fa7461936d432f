"""Answers in the shape that Yahoo gives them, from seeded walks; and the recorded ones where they are present."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.support.paths import ROOT
from tests.support.yahoo_stand_in import Answer

RECORDED = ROOT.parent / "shared" / "data" / "yahoo"
_NEW_YORK = {
    "currency": "USD",
    "exchangeName": "NMS",
    "fullExchangeName": "NasdaqGS",
    "instrumentType": "EQUITY",
    "timezone": "EST",
    "gmtoffset": -18000,
    "exchangeTimezoneName": "America/New_York",
    "longName": "Synthetic Industries Inc.",
}
_LONDON = {"timezone": "GMT", "gmtoffset": 0, "exchangeTimezoneName": "Europe/London"}
PENCE = _LONDON | {"currency": "GBp", "exchangeName": "LSE", "fullExchangeName": "LSE"}
CURRENCIES = _LONDON | {"exchangeName": "CCY", "fullExchangeName": "CCY", "instrumentType": "CURRENCY"}
CRYPTO = {
    "exchangeName": "CCC",
    "fullExchangeName": "CCC",
    "instrumentType": "CRYPTOCURRENCY",
    "timezone": "UTC",
    "gmtoffset": 0,
    "exchangeTimezoneName": "UTC",
}
TOO_MANY = Answer(b"Edge: Too Many Requests", 429, {"Content-Type": "text/html"})
CONSENT = Answer(
    b"<!DOCTYPE html><html><body>Your consent <form></form></body></html>", 200, {"Content-Type": "text/html"}
)
NO_CRUMB = {"finance": {"result": None, "error": {"code": "Unauthorized", "description": "Invalid Crumb"}}}


def moments(days, hour=14, minute=30, last="2024-06-28", every_day=False):
    """Epoch seconds of the last ``days`` trading days."""
    end = np.datetime64(last)
    dates = end - np.arange(days)[::-1] if every_day else np.busday_offset(end, np.arange(1 - days, 1))
    return (dates.astype("datetime64[s]").astype(int) + 3600 * hour + 60 * minute).tolist()


def walk(days, seed=1, start=100.0):
    return np.round(start * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.01, days))), 2).tolist()


def chart(closes, times=None, meta=None, events=None, adjusted=None):
    """The body of a chart whose bars all open and close at the close."""
    row = dict.fromkeys(("open", "high", "low", "close"), closes)
    volume = [None if close is None else 1_000_000 for close in closes]
    indicators = {"quote": [row | {"volume": volume}], "adjclose": [{"adjclose": adjusted or closes}]}
    told = {"meta": _NEW_YORK | (meta or {}), "timestamp": times or moments(len(closes)), "indicators": indicators}
    return {"chart": {"result": [told | ({"events": events} if events else {})], "error": None}}


def answer(body, status=200, **headers):
    said = {"Content-Type": "application/json;charset=utf-8", **headers}
    return Answer(json.dumps(body).encode(), status, said)


def refusal(code, description, status):
    return answer({"chart": {"result": None, "error": {"code": code, "description": description}}}, status)


def announcing(*reports, ex_dividend=None, **more):
    """The answer that tells when the next report is due, on one of some days, and when a dividend goes off."""
    told = {"earnings": {"earningsDate": [_moment(day) for day in reports], **more}, "maxAge": 1}
    if ex_dividend:
        told["exDividendDate"] = _moment(ex_dividend)
    return answer({"quoteSummary": {"result": [{"calendarEvents": told}], "error": None}})


def _moment(day):
    return int(datetime(day.year, day.month, day.day, 21, tzinfo=UTC).timestamp())


UNKNOWN = refusal("Not Found", "No data found, symbol may be delisted", 404)


def session(start, end):
    """The meta field that says when today's session is."""
    period = {"timezone": "EST", "gmtoffset": -18000}
    return {"currentTradingPeriod": {"regular": period | {"start": int(start), "end": int(end)}}}


def running_session():
    """A chart whose last bar belongs to today's session, a day of UTC as a coin has it, and that bar's day."""
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0)
    times = [int((now - timedelta(days=ago)).timestamp()) for ago in (4, 3, 2, 1, 0)]
    meta = CRYPTO | session(midnight.timestamp(), (midnight + timedelta(days=1)).timestamp())
    return chart([10.0, 11.0, 12.0, 13.0, 99.0], times, meta), now.date()


def recorded(start):
    """The answer in the file of shared data whose name begins so."""
    found = sorted(RECORDED.glob(f"{start}*.json"))
    if not found:
        pytest.skip("the recorded answers are not on this machine")
    kept = json.loads(found[0].read_text())["response"]
    body = kept["bodyText"].encode() if "bodyText" in kept else json.dumps(kept["bodyJson"]).encode()
    headers = {name: value for name, value in kept["headers"].items() if name in ("content-type", "date")}
    return Answer(body, kept["status"], headers)


NOW = datetime.now(UTC).timestamp()
TOLD = {"regularMarketPrice": 321.45, "regularMarketTime": int(NOW) - 40, "chartPreviousClose": 324.0}
OPEN = TOLD | session(NOW - 3600, NOW + 3600)


def quoted(**meta):
    return answer(chart([321.45], meta=OPEN | meta))

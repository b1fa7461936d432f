"""What becomes of everything that is no chart: the error, how long it takes and what it costs Yahoo."""

import asyncio
import time
from dataclasses import replace

import pytest

from app.errors import NoPricesError, SourceBrokenError, SourceRefusedError, SourceSilentError, UnknownTickerError
from app.market.yahoo.source import YahooSource
from tests.support import yahoo_payloads
from tests.support.yahoo_payloads import CONSENT, NO_CRUMB, TOO_MANY, UNKNOWN, answer, chart, recorded, refusal, walk
from tests.support.yahoo_stand_in import Answer, error_of

EMPTY_WINDOW = chart([])
del EMPTY_WINDOW["chart"]["result"][0]["timestamp"]
EMPTY_WINDOW["chart"]["result"][0]["indicators"] = {"quote": [{}]}
HTML = {"Content-Type": "text/html"}
WHOLE = answer(chart(walk(50)))
HALF = replace(WHOLE, body=WHOLE.body[: len(WHOLE.body) // 2])
CASES = {
    "unknown": (UNKNOWN, UnknownTickerError, "Yahoo does not list “AAPL”", 1),
    "unknown with status 200": (replace(UNKNOWN, status=200), UnknownTickerError, "does not list", 1),
    "no row in the window": (answer(EMPTY_WINDOW), NoPricesError, "no daily prices", 1),
    "no row with a price": (answer(chart([None, None])), NoPricesError, "no daily prices", 1),
    "400, nothing in the window": (
        refusal("Bad Request", "Data doesn't exist for startDate = 1, endDate = 2", 400),
        NoPricesError,
        "no daily prices",
        1,
    ),
    "400, something else": (refusal("Bad Request", "Invalid input", 400), SourceBrokenError, "Invalid input", 1),
    "401": (answer(NO_CRUMB, 401), SourceBrokenError, "Invalid Crumb", 5),
    "429": (TOO_MANY, SourceRefusedError, "asked us to slow down", 1),
    "429 told with status 200": (replace(TOO_MANY, status=200), SourceRefusedError, "asked us to slow down", 1),
    "999": (Answer(b"", 999, HTML), SourceRefusedError, "asked us to slow down", 1),
    "500": (Answer(b"Internal Server Error", 500, HTML), SourceBrokenError, "status 500", 1),
    "503, a maintenance page": (Answer(b"<p>Will be right back", 503, HTML), SourceBrokenError, "maintenance page", 1),
    "404, a web page": (Answer(b"<html>", 404, HTML), SourceBrokenError, "a web page with status 404", 1),
    "a consent page": (CONSENT, SourceBrokenError, "a consent page", 1),
    "half a JSON": (HALF, SourceBrokenError, "JSON that breaks off", 1),
    "half an answer": (replace(HALF, promises=10_000), SourceBrokenError, "an answer that breaks off", 1),
    "nothing": (Answer(b""), SourceBrokenError, "an empty page", 1),
    "brackets without end": (Answer(b"[" * 100_000), SourceBrokenError, "plain text", 1),
    "a list": (answer([1, 2]), SourceBrokenError, "JSON of another kind", 1),
    "no result": (answer({"chart": {"result": [], "error": None}}), SourceBrokenError, "JSON of another kind", 1),
    "no meta": (
        answer({"chart": {"result": [{"timestamp": [1]}], "error": None}}),
        SourceBrokenError,
        "a chart that cannot be read",
        1,
    ),
    "words for prices": (answer(chart(["dear", "cheap"])), SourceBrokenError, "a chart that cannot be read", 1),
}


@pytest.mark.parametrize(("told", "kind", "words", "requests"), CASES.values(), ids=CASES)
def test_each_refusal_is_told_truthfully_at_once_and_costs_little(source, yahoo, told, kind, words, requests):
    yahoo.charts = [told]
    begun = time.monotonic()
    error = error_of(source)
    assert type(error) is kind
    assert words in error.sentence
    assert error.hint
    assert time.monotonic() - begun < 5
    assert len(yahoo.requests) == requests


@pytest.mark.parametrize("call", [1, 10])
def test_an_unknown_symbol_is_the_same_on_the_first_and_the_tenth_call(source, yahoo, call):
    yahoo.charts = [answer(chart(walk(5)))] * (call - 1) + [UNKNOWN]
    for _ in range(call - 1):
        asyncio.run(source.load("AAPL"))
    assert type(error_of(source, "NOSUCH")) is UnknownTickerError
    assert len(yahoo.requests) == call


def test_ten_unknown_symbols_in_a_row_cost_a_request_each(source, yahoo):
    yahoo.charts = [UNKNOWN]
    assert {type(error_of(source, f"NO{n}")) for n in range(10)} == {UnknownTickerError}
    assert len(yahoo.requests) == 10


@pytest.mark.parametrize("how", ["hangs", "drips"])
def test_silence_ends_at_the_deadline_and_leaves_no_connection(yahoo, how):
    yahoo.charts = [Answer(b" " * 500, **{how: True})]
    begun = time.monotonic()
    error = error_of(YahooSource(patience=1))
    assert 0.9 < time.monotonic() - begun < 3
    assert (type(error), error.sentence) == (SourceSilentError, "Yahoo did not answer within 1 s.")
    assert len(yahoo.requests) == 1
    assert yahoo.is_left_alone()


def test_a_hang_on_the_way_to_a_crumb_ends_at_the_deadline_too(yahoo):
    yahoo.charts = [answer(NO_CRUMB, 401)]
    yahoo.elsewhere["query1.finance.yahoo.com/v1/test/getcrumb"] = Answer(hangs=True)
    begun = time.monotonic()
    assert type(error_of(YahooSource(patience=1))) is SourceSilentError
    assert time.monotonic() - begun < 3


def test_where_yahoo_wants_a_crumb_it_gets_one(source, yahoo):
    yahoo.charts = [answer(NO_CRUMB, 401), answer(chart(walk(5)))]
    assert len(asyncio.run(source.load("AAPL")).dates) == 5
    assert len(yahoo.requests) == 5
    assert "crumb=Ab1cD2eF3gH" in yahoo.requests[-1]


def test_a_crumb_that_is_refused_does_not_matter_where_the_chart_is_given(source, yahoo):
    yahoo.charts = [answer(NO_CRUMB, 401), answer(chart(walk(5)))]
    yahoo.elsewhere["query1.finance.yahoo.com/v1/test/getcrumb"] = TOO_MANY
    assert len(asyncio.run(source.load("AAPL")).dates) == 5
    assert "crumb=" not in yahoo.requests[-1]


def test_a_chart_that_is_refused_after_a_crumb_is_a_refusal(source, yahoo):
    yahoo.charts = [answer(NO_CRUMB, 401), TOO_MANY]
    yahoo.elsewhere["query1.finance.yahoo.com/v1/test/getcrumb"] = TOO_MANY
    assert type(error_of(source)) is SourceRefusedError
    assert len(yahoo.requests) == 5


def test_the_question_about_cookies_is_answered_on_the_way_to_the_chart(source, yahoo):
    form = b'<form action="/v2/collectConsent"><input name="csrfToken" value="x"></form>'
    to_consent = Answer(b"", 302, {"Location": "https://consent.yahoo.com/v2/collectConsent?sessionId=1"})
    back = Answer(b"", 303, {"Location": "https://query2.finance.yahoo.com/v8/finance/chart/AAPL"})
    yahoo.charts = [to_consent, answer(chart(walk(5)))]
    yahoo.elsewhere["POST consent.yahoo.com/v2/collectConsent"] = back
    yahoo.elsewhere["consent.yahoo.com/v2/collectConsent"] = Answer(form, 200, HTML)
    assert len(asyncio.run(source.load("AAPL")).dates) == 5
    assert [request.partition(" ")[0] for request in yahoo.requests] == ["GET", "GET", "POST", "GET"]


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("07", NoPricesError),
        ("20", UnknownTickerError),
        ("21", NoPricesError),
        ("22", SourceBrokenError),
        ("23", SourceBrokenError),
        ("24", SourceRefusedError),
        ("16", SourceBrokenError),
    ],
)
def test_recorded_refusals_are_told_truthfully(source, yahoo, file, kind):
    yahoo.charts = [recorded(file)]
    assert type(error_of(source)) is kind


def test_a_seeded_chart_has_the_shape_of_a_recorded_one():
    kept = recorded("01")
    real = yahoo_payloads.json.loads(kept.body)["chart"]["result"][0]
    made = chart(walk(3))["chart"]["result"][0]
    assert made.keys() <= real.keys()
    assert made["meta"].keys() <= real["meta"].keys()
    assert made["indicators"]["quote"][0].keys() == real["indicators"]["quote"][0].keys()

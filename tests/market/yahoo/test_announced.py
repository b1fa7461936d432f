"""What Yahoo announces of a ticker: one optional conversation, of which no card depends."""

import asyncio
import time
from datetime import date

import pytest
from starlette.testclient import TestClient

from app.errors import SourceBrokenError, SourceRefusedError, SourceSilentError, UnknownTickerError
from app.main import create_app
from app.market.source import Announced
from app.market.yahoo.source import YahooSource
from app.settings import Settings
from app.store.cache import MemoryCache
from tests.support.fakes import InlineEngine
from tests.support.yahoo_payloads import NO_CRUMB, TOO_MANY, announcing, answer, chart, recorded, walk
from tests.support.yahoo_stand_in import Answer

BARS = answer(chart(walk(1300)))
CARD = "/panels/verdict?ticker=AAPL"


@pytest.mark.parametrize(
    ("told", "announced"),
    [
        (announcing(date(2024, 7, 25)), Announced(date(2024, 7, 25), date(2024, 7, 25))),
        (
            announcing(date(2024, 7, 29), date(2024, 7, 25), ex_dividend=date(2024, 8, 9)),
            Announced(date(2024, 7, 25), date(2024, 7, 29), True, date(2024, 8, 9)),
        ),
        (announcing(date(2024, 7, 25), isEarningsDateEstimate=True), Announced(*2 * [date(2024, 7, 25)], True)),
        (announcing(), Announced()),
    ],
    ids=["a day", "a span of days", "an estimate", "nothing"],
)
def test_days_are_read_by_the_clock_of_the_world(yahoo, source, told, announced):
    yahoo.summary = told
    assert asyncio.run(source.announced("AAPL")) == announced
    (request,) = [path for path in yahoo.requests if "quoteSummary" in path]
    assert "quoteSummary/AAPL?modules=calendarEvents" in request
    assert "crumb=Ab1cD2eF3gH" in request


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (Answer(b"oops", 500), SourceBrokenError),
        (answer({"quoteSummary": {"result": [], "error": None}}), SourceBrokenError),
        (answer({"quoteSummary": {"result": [{"calendarEvents": {"earnings": 7}}], "error": None}}), SourceBrokenError),
        (answer(NO_CRUMB, 401), SourceBrokenError),
        (TOO_MANY, SourceRefusedError),
        (Answer(hangs=True), SourceSilentError),
    ],
    ids=["500", "no result", "nonsense", "no crumb", "refused", "hang"],
)
def test_each_failure_is_told_and_none_touches_prices(yahoo, told, error):
    source = YahooSource(patience=1 if error is SourceSilentError else 10)
    yahoo.summary, yahoo.charts = told, [BARS]
    with pytest.raises(error):
        asyncio.run(source.announced("AAPL"))
    assert len(asyncio.run(source.load("AAPL")).dates) == 1300


def test_a_company_without_such_facts_is_unknown(yahoo, source):
    yahoo.summary = recorded("12_quoteSummary_404")
    with pytest.raises(UnknownTickerError):
        asyncio.run(source.announced("WSKT.JK"))


def test_after_a_refusal_it_is_not_asked_again_before_the_time_is_over(yahoo, source):
    yahoo.summary = TOO_MANY
    for _ in range(2):
        with pytest.raises(SourceRefusedError):
            asyncio.run(source.announced("AAPL"))
    assert sum("quoteSummary" in path for path in yahoo.requests) == 1


@pytest.fixture
def client(yahoo):
    yahoo.charts = [BARS]
    app = create_app(Settings(), {"yahoo": YahooSource()}, InlineEngine(), MemoryCache(2**24))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def known(client, path):
    """The words of the card once its announcements have come; it is answered before that as well."""
    patience = time.monotonic() + 30
    while "Results are" not in (card := client.get(path)).text and time.monotonic() < patience:
        assert card.status_code == 200
    return " ".join(card.text.split())


@pytest.mark.slow
def test_the_answer_names_the_days_to_come_and_marks_them_in_its_fan(yahoo, client):
    yahoo.summary = announcing(date(2024, 7, 25), ex_dividend=date(2024, 8, 9))
    card = known(client, CARD)
    assert "Results are due on 25 Jul 2024, inside the 22 trading days of this forecast." in card
    assert "From 9 Aug 2024 on, a buyer gets no part of the next dividend; that is after the 22" in card
    assert "results on 2024-07-25." in card
    assert "a guess, counted back by quarters" in card
    assert sum("quoteSummary" in path for path in yahoo.requests) == 1


@pytest.mark.slow
def test_it_is_in_no_analysis_no_document_and_no_day_of_the_past(yahoo, client):
    analysis = client.get("/api/v1/panels/verdict?ticker=AAPL").content
    yahoo.summary = announcing(date(2024, 7, 25))
    assert "Results are due" in known(client, CARD)
    assert client.get("/api/v1/panels/verdict?ticker=AAPL").content == analysis
    for path in ("/report?ticker=AAPL", "/summary.txt?ticker=AAPL", f"{CARD}&as_of=2024-06-21"):
        assert "Results are" not in client.get(path).text


@pytest.mark.slow
@pytest.mark.parametrize("told", [Answer(hangs=True), TOO_MANY, Answer(b"oops", 500)], ids=["hang", "refused", "500"])
def test_a_card_waits_for_no_announcement_and_fails_for_none(yahoo, client, told):
    client.get("/api/v1/panels/verdict?ticker=AAPL")
    yahoo.summary = told
    card = client.get(CARD)
    assert (card.status_code, "Results are" in card.text) == (200, False)
    assert client.get("/panels/overview?ticker=AAPL").status_code == 200

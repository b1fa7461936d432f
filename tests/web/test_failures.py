import inspect
from contextlib import contextmanager

import jsonschema_rs
import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from app import errors
from app.compute import errors as compute
from app.main import create_app
from app.market.sample import SampleSource
from app.settings import Settings
from app.web.api.responses import PROBLEM
from app.web.failures import failure_of, problem_of, with_again
from tests.support.cards import elements
from tests.support.fakes import BrokenMarket, FailingEngine, FakeMarket, InlineEngine, market
from tests.support.pages import HEADERS, links
from tests.support.served import TODAY, served

FROM_THE_ENGINE = [
    (compute.OverloadedError(7), 503, "7"),
    (compute.WorkerDiedError(4), 503, "4"),
    (compute.JobTimeoutError(30.0), 503, "30"),
    (compute.JobFailedError("ValueError"), 500, None),
    (ValueError("a secret of ours"), 500, None),
]
FROM_THE_MARKET = [
    (errors.UnknownTickerError("Yahoo", "SYN"), 404, None),
    (errors.BadBarsError("Date 2018-06-29", "two prices", "one"), 422, None),
    (errors.SourceRefusedError("Yahoo", 42), 503, "42"),
    (errors.SourceBrokenError("Yahoo", "half a JSON"), 502, None),
    (errors.SourceSilentError("Yahoo", 15.0), 504, None),
]


def name_of(value):
    return type(value).__name__ if isinstance(value, Exception) else None


def every_way(asked="ticker=SYN", **app):
    with served(**app) as client:
        forms = ("/panels/overview", "/api/v1/panels/overview", "/forecast.csv", "/summary.txt")
        return [client.request(method, f"{form}?{asked}") for form in forms for method in ("GET", "POST")]


def assert_told(answer, error, status, retry):
    assert answer.status_code == status
    assert answer.headers.get("retry-after") == retry
    assert [name for name in HEADERS if name not in answer.headers] == []
    assert "secret" not in answer.text
    if status != 500:
        assert error.sentence.partition("“")[0] in answer.text


@pytest.mark.parametrize(("error", "status", "retry"), FROM_THE_ENGINE, ids=name_of)
def test_an_engine_that_cannot_is_told_apart_in_every_form_and_by_both_methods(error, status, retry):
    for answer in every_way(engine=FailingEngine(error)):
        assert_told(answer, error, status, retry)


@pytest.mark.parametrize(("error", "status", "retry"), FROM_THE_MARKET, ids=name_of)
def test_a_market_that_cannot_is_told_apart_in_every_form_and_by_both_methods(error, status, retry):
    engine = InlineEngine()
    for answer in every_way(source=BrokenMarket(error), engine=engine):
        assert_told(answer, error, status, retry)
    assert engine.calls == []


@pytest.mark.parametrize(("error", "status", "retry"), [*FROM_THE_ENGINE, *FROM_THE_MARKET], ids=name_of)
def test_a_failure_of_the_api_is_a_problem_document_that_keeps_to_its_schema(error, status, retry):
    market_fails = (error, status, retry) in FROM_THE_MARKET
    parts = {"source": BrokenMarket(error)} if market_fails else {"engine": FailingEngine(error)}
    with served(**parts) as client:
        answers = [client.request(method, "/api/v1/panels/overview?ticker=SYN") for method in ("GET", "POST")]
    for answer in answers:
        told = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        jsonschema_rs.validator_for(PROBLEM | {"additionalProperties": False}).validate(told)
        assert (told["status"], told.get("retry_after")) == (status, retry and int(retry))
        assert (told["type"] == "about:blank") == (status == 500)
        assert told["detail"] == failure_of(error).sentence


def test_what_an_error_found_and_needed_stands_in_its_problem():
    told = problem_of(errors.TooFewBarsError(59, 60))
    assert (told["type"], told["title"]) == ("/docs#too-few-bars", "Too short a history")
    assert (told["found"], told["needed"], told["detail"]) == (59, 60, "An analysis needs 60 daily bars; there are 59.")


def test_a_kind_of_problem_is_that_of_the_nearest_error_that_has_one():
    assert problem_of(errors.NoPricesError("Yahoo", "SYN"))["type"] == "/docs#too-few-bars"
    assert problem_of(errors.SourceRefusedError("Yahoo", 7))["type"] == "/docs#source-refused"
    assert problem_of(compute.OverloadedError(7))["type"] == "/docs#retry-later"


@pytest.mark.parametrize(
    ("path", "status"), [("/api/v1/nothing", 404), ("/openapi.json", 405), ("/api/v1/search", 405)]
)
def test_what_the_router_refuses_of_the_api_is_a_problem_document_too(client, path, status):
    answer = client.put(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["type"] == "about:blank"


def kinds():
    every = {**vars(errors), **vars(compute)}.values()
    found = [kind for kind in every if inspect.isclass(kind) and issubclass(kind, errors.AppError)]
    return [kind for kind in found if kind not in (errors.AppError, compute.ComputeError, compute.JobFailedError)]


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_every_error_with_a_name_has_a_status_of_its_own(kind):
    assert failure_of(kind.__new__(kind)).status != 500


PASSING = {"TooOftenError", "RestartingError", "SourceUnavailableError", "SourceRefusedError", "SourceBrokenError"}
PASSING |= {"SourceSilentError", "RetryLaterError", "OverloadedError", "WorkerDiedError", "OutOfMemoryError"}
PASSING |= {"DiskFullError", "JobTimeoutError", "ClientGoneError"}


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_every_error_knows_whether_it_passes_by_itself(kind):
    assert kind.transient == (kind.__name__ in PASSING)


@pytest.mark.parametrize(("error", "status", "retry"), [*FROM_THE_ENGINE, *FROM_THE_MARKET], ids=name_of)
def test_who_may_come_back_in_some_seconds_has_met_something_that_passes(error, status, retry):
    assert retry is None or error.transient


def test_when_to_try_again_is_said_alike():
    hints = {kind(7).hint for kind in (compute.OverloadedError, compute.WorkerDiedError, compute.OutOfMemoryError)}
    assert hints == {"Try again in 7 s."}
    assert compute.DiskFullError(7).hint == "Try again in 7 s. The other cards still work."


def test_a_failed_card_counts_down_and_can_be_run_again():
    fragment, *_ = every_way("ticker=SYN&horizon=5", engine=FailingEngine(compute.OverloadedError(7)))
    asking = [a["hx-get"] for _, a in elements(fragment.text) if "hx-get" in a]
    assert asking == ["/panels/overview/live?ticker=SYN&horizon=5"]
    assert [a["data-retry-after"] for _, a in elements(fragment.text) if "data-retry-after" in a] == ["7"]
    assert elements(fragment.text)[0][1]["id"] == "panel-overview"
    assert 'role="alert"' in fragment.text


def test_a_failure_is_not_remembered():
    engine = FailingEngine(compute.OverloadedError(7))
    with served(engine=engine) as client:
        assert [client.get("/panels/overview?ticker=SYN").status_code for _ in range(2)] == [503, 503]
    assert len(engine.calls) == 2


def test_a_card_refused_for_want_of_bars_asks_no_worker():
    engine = InlineEngine()
    answers = every_way(source=FakeMarket(market(59)), engine=engine)
    assert {answer.status_code for answer in answers} == {422}
    assert engine.calls == []


@contextmanager
def two_sources():
    """A client of an app whose sample has two tickers and that may ask Yahoo too."""
    sources = {"yahoo": BrokenMarket(errors.SourceSilentError("Yahoo", 15.0)), "sample": SampleSource()}
    sources["yahoo"].title = "Yahoo"
    settings = Settings(source="sample", rate_limit="off")
    app = create_app(settings, sources, InlineEngine(), today=lambda: TODAY)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("asked", "leads"),
    [("/panels/overview", "/"), ("/panels/overview/live", "/"), ("/compare/column", "/"), ("/report", "/report")],
)
def test_an_unknown_ticker_of_a_small_source_leads_to_those_it_has_and_to_other_sources(asked, leads):
    with two_sources() as client:
        page = client.get(f"{asked}?ticker=AAPL&horizon=5&as_of=2018-06-29&source=sample&canvas=wide").text
    rest = "horizon=5&as_of=2018-06-29&source"
    expected = [f"{leads}?ticker={ticker}&{rest}=sample" for ticker in ("%5EGSPC", "%5EIXIC")]
    found = [address for _, address in links(page) if address.startswith(f"{leads}?")]
    assert found == [*expected, f"{leads}?ticker=AAPL&{rest}=yahoo"]
    assert "Ask Yahoo for AAPL" in page


def test_an_unknown_ticker_is_not_sent_to_the_source_that_does_not_know_it():
    with served(source=BrokenMarket(errors.UnknownTickerError("Yahoo", "SYN"))) as client:
        assert "Ask " not in client.get("/panels/overview?ticker=SYN").text


def test_a_page_that_is_refused_for_now_offers_itself_again_and_the_page_of_its_query():
    with served(engine=FailingEngine(compute.OverloadedError(7)), rate_limit="7/minute") as client:
        refused = [client.get("/report?ticker=SYN&horizon=5") for _ in range(2)][1]
        posted = client.post("/report", data={"ticker": "SYN"})
    said = "?ticker=SYN&horizon=5"
    assert (refused.status_code, posted.status_code) == (429, 429)
    expected = [("a", said), ("a", f"/{said}")]
    assert expected == [one for one in links(refused.text) if one in expected]
    assert "Try again" not in posted.text


def test_a_card_that_is_refused_for_now_has_its_button_and_no_link():
    with served(engine=FailingEngine(compute.OverloadedError(7))) as client:
        cards = [client.get(f"{path}?ticker=SYN").text for path in ("/panels/overview", "/compare/column")]
    assert not [card for card in cards if "Try again</a>" in card]


def test_an_address_that_begins_like_a_host_offers_no_link_to_it():
    scope = {"type": "http", "method": "GET", "path": "//evil.example/", "query_string": b"a=b", "headers": []}
    offered = with_again(Request(scope), failure_of(errors.RestartingError()))
    assert [step.url for step in offered.next_steps] == ["?a=b"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/forecast.csv", "text/plain"),
        ("/sample.csv/x", "text/html"),
        ("/none.txt", "text/html"),
        ("/api/x", "application/problem+json"),
    ],
)
def test_a_failure_has_the_form_of_its_endpoint_whatever_its_address_ends_with(client, path, kind):
    answer = client.get(path)
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"].partition(";")[0] == kind

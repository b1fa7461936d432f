import asyncio
import sys
from xml.etree import ElementTree

import pytest

from app.errors import SourceSilentError
from app.main import create_app
from app.settings import Settings
from tests.support.fakes import BrokenMarket, FakeMarket, InlineEngine, StatedEngine, market
from tests.support.served import living, served

STATES = {
    "warming": ({"warm": 0}, 503),
    "ready": ({"warm": 1}, 200),
    "failed": ({"warm": 0, "failure": "RuntimeError: no model here"}, 503),
}


@pytest.mark.parametrize("state", STATES)
def test_readiness_is_that_of_the_workers_and_says_which(state):
    status, code = STATES[state]
    with served(engine=StatedEngine(**status)) as client:
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (code, state)
    assert answer.json()["workers"]["warm"] == status["warm"]
    assert answer.json()["workers"]["failure"] == status.get("failure")


def test_a_failure_does_not_say_where_things_lie():
    failure = "FileNotFoundError: [Errno 2] No such file: '/srv/app/forecasting/weights.json'"
    with served(engine=StatedEngine(failure=failure)) as client:
        answer = client.get("/readyz")
    assert answer.json()["workers"]["failure"] == "FileNotFoundError: [Errno 2] No such file: …"


def test_one_warm_worker_is_enough_while_another_fails():
    with served(engine=StatedEngine(warm=1, failure="RuntimeError: no model here")) as client:
        assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("state", STATES)
def test_the_web_process_is_alive_whatever_its_workers_do(state):
    with served(BrokenMarket(RuntimeError()), StatedEngine(**STATES[state][0])) as client:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


@pytest.mark.parametrize("host", ["10.0.0.7:7860", "localhost", "anything.example"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_platforms_may_ask_under_any_name(client, path, host):
    assert client.get(path, headers={"Host": host}).status_code == 200


def test_the_icon_is_a_picture_in_text(client):
    answer = client.get("/favicon.ico")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert ElementTree.fromstring(answer.text).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314


def test_robots_may_read_the_page_and_not_the_cards(client):
    answer = client.get("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "User-agent: *" in answer.text
    for path in ("/panels/", "/compare/", "/live", "/api/", "/report", "/forecast.csv", "/summary.txt"):
        assert f"Disallow: {path}" in answer.text


@pytest.mark.parametrize("path", ["/vendor/htmx-4.min.js", "/vendor/ext/hx-sse-4.min.js"])
def test_the_vendored_scripts_are_served_from_here(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert "javascript" in answer.headers["content-type"]


@pytest.mark.parametrize("path", ["/static/../main.py", "/static/%2e%2e/main.py", "/vendor/../../__init__.py"])
def test_nothing_beside_the_static_files_is_served(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "import" not in answer.text


def test_a_source_that_is_down_degrades_but_does_not_stop():
    with served(BrokenMarket(SourceSilentError("Yahoo", 15.0)), StatedEngine(warm=2)) as client:
        assert client.get("/readyz").json()["status"] == "ready"
        client.get("/panels/overview?ticker=SYN")
        answer = client.get("/readyz")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["down"]) == ("degraded", ["sample"])


def test_a_source_that_is_down_does_not_hide_that_no_worker_is_warm():
    with served(BrokenMarket(SourceSilentError("Yahoo", 15.0)), StatedEngine(warm=0)) as client:
        client.get("/panels/overview?ticker=SYN")
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "warming")


@pytest.mark.parametrize(
    ("settings", "said", "status"),
    [
        ({}, {}, 200),
        ({"metrics_token": "hush"}, {}, 401),
        ({"metrics_token": "hush"}, {"Authorization": "Bearer hus"}, 401),
        ({"metrics_token": "hush"}, {"Authorization": "Basic hush"}, 401),
        ({"metrics_token": "hush"}, {"Authorization": "Bearer hush"}, 200),
        ({"app_env": "production"}, {}, 401),
        ({"app_env": "production"}, {"Authorization": "Bearer "}, 401),
        ({"app_env": "production", "metrics_token": "hush"}, {"Authorization": "bearer hush"}, 200),
        ({"space_id": "a/b"}, {"Authorization": "Bearer hush"}, 401),
    ],
)
def test_the_metrics_are_for_who_has_the_token_and_in_production_for_nobody_else(settings, said, status):
    with served(**settings) as client:
        answer = client.get("/metrics", headers=said)
    assert answer.status_code == status
    assert ("stock_requests_total" in answer.text) == (status == 200)
    assert ("www-authenticate" in answer.headers) == (status == 401)


@pytest.mark.anyio
async def test_once_all_is_imported_that_is_imported_late_it_is_told():
    warm = asyncio.Event()
    app = create_app(Settings(source="sample"), {"sample": FakeMarket(market())}, InlineEngine(), on_warm=warm.set)
    async with living(app):
        await asyncio.wait_for(warm.wait(), 60)
        assert {"mcp", "exchange_calendars"} <= set(sys.modules)

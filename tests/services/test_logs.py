import io
import json
import logging.config
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.routing import Mount

from app.compute.call import guarded
from app.services.logs import Numbered, log_configuration
from app.settings import Settings
from app.web.routes import routes
from tests.support.fakes import BrokenMarket
from tests.support.served import KEY, served

SECRETS = ("AAPL", "hush", "203.0.113.9", "visitor.csv", "Mozilla")


@pytest.fixture
def logged(monkeypatch):
    """What the app logs in production, line by line; the client that asks it has a log of its own."""
    written = io.StringIO()
    monkeypatch.setattr("sys.stdout", written)
    before = logging.root.handlers[:], logging.root.level
    logging.config.dictConfig(
        log_configuration(Settings(**{"app_env": "production", "log_level": "debug", "secret_key": KEY}))
    )
    yield lambda: [line for line in map(json.loads, written.getvalue().splitlines()) if line["name"] != "httpx2"]
    logging.root.handlers[:], logging.root.level = before


def lines_of(logged, name):
    return [line for line in logged() if line["name"] == name]


def test_a_request_is_one_line_with_its_number_and_nothing_of_its_visitor(logged):
    headers = {"User-Agent": "Mozilla", "X-Forwarded-For": "203.0.113.9", "X-Request-ID": "hush\nhush"}
    with served() as client:
        answers = [client.get("/panels/overview?ticker=AAPL", headers=headers) for _ in range(2)]
        client.post("/panels/overview", files={"prices": ("visitor.csv", b"hush,AAPL")}, headers=headers)
    first, second, posted = lines_of(logged, "app.requests")
    assert (first["route"], first["method"], first["status"]) == ("/panels/{slug}", "GET", 404)
    assert [first["request"], second["request"]] == [answer.headers["x-request-id"] for answer in answers]
    assert first["request"] != second["request"]
    assert first["milliseconds"] >= 0
    assert posted["status"] == 422
    assert not [word for word in SECRETS if word in json.dumps(logged())]


WRITTEN = ["secret", "x" * 4_000, "a%0aFORGED LINE", "..%2f..%2fsecret", "é%00", '"}', "overview/live/secret", "{slug}"]


def paths(written):
    """Every route's path with ``written`` in each of its parts, behind it and in its query."""
    for route in routes():
        path = re.sub(r"\{\w+\}", lambda _: written, route.path)
        yield from (path, f"{path}/{written}", f"{path}?ticker={written}&slug={written}&{written}={written}")


def series(client):
    samples = [one for family in text_string_to_metric_families(client.get("/metrics").text) for one in family.samples]
    return {(one.name, *(value for name, value in sorted(one.labels.items()) if name != "status")) for one in samples}


def test_lines_and_series_are_of_routes_whatever_is_asked_of_them(logged):
    with served() as client:
        asked = 0
        for written in WRITTEN:
            for path in paths(written):
                for method in ("GET", "POST", "TRACE"):
                    client.request(method, f"http://testserver{path}")
                    asked += 1
        seen, lines = series(client), lines_of(logged, "app.requests")
    known = {"none", *(f"{one.path}/*" if isinstance(one, Mount) else one.path for one in routes())}
    assert len(lines) == asked + 1
    assert {line["route"] for line in lines} <= known
    assert {labels[2] for labels in seen if labels[0] == "stock_requests_total"} <= known
    assert len([labels for labels in seen if labels[0] == "stock_requests_total"]) <= len(known) * 3
    assert not [word for word in ("secret", "FORGED", "xxx", "é") if word in f"{seen} {lines}"]


def test_probes_are_logged_only_where_everything_is(logged):
    with served() as client:
        client.get("/healthz")
    (line,) = lines_of(logged, "app.requests")
    assert line["levelname"] == "DEBUG"


def test_an_error_of_ours_is_logged_with_its_place_and_without_its_words(logged):
    with served(BrokenMarket(ValueError("hush, AAPL"))) as client:
        answer = client.get("/panels/overview?ticker=AAPL")
        client.get("/report?ticker=AAPL")
        logging.getLogger("a.server").error("Exception in ASGI application", exc_info=ValueError("hush"))
    assert answer.status_code == 500
    (line,) = lines_of(logged, "a.server")
    assert line["exc_info"] == "ValueError"
    assert not [word for word in SECRETS if word in json.dumps(logged())]


def test_an_error_in_a_worker_is_logged_with_its_place_there(logged):
    try:
        guarded("tests.support.compute.jobs:wrong").value()
    except ValueError:
        logging.getLogger("app").exception("It went wrong.")
    (line,) = lines_of(logged, "app")
    above, _, in_the_worker = line["exc_info"].partition("In the worker:")
    assert above.endswith("\nValueError\n")
    assert in_the_worker.endswith("\nValueError")
    assert "in wrong" in in_the_worker


def test_in_development_a_line_is_for_people():
    line = logging.Formatter(log_configuration(Settings())["formatters"]["line"]["format"])
    record = logging.makeLogRecord({"name": "app", "msg": "Hello.", "levelname": "INFO"})
    Numbered().filter(record)
    assert line.format(record).endswith(" INFO app - Hello.")

import io
import json
import logging
import logging.config

import pytest

from app.compute.call import guarded
from app.logs import Numbered, log_configuration
from app.settings import Settings
from tests.conftest import served
from tests.fakes import BrokenMarket

SECRETS = ("AAPL", "hush", "203.0.113.9", "visitor.csv", "Mozilla")


@pytest.fixture
def logged(monkeypatch):
    """What the app logs in production, line by line; the client that asks it has a log of its own."""
    written = io.StringIO()
    monkeypatch.setattr("sys.stdout", written)
    before = logging.root.handlers[:], logging.root.level
    logging.config.dictConfig(
        log_configuration(Settings(**{"app_env": "production", "log_level": "debug", "secret_key": "kept"}))
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
        guarded("tests.compute.jobs:wrong").value()
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

"""Which pages of other sites may read the API in their visitors' browsers."""

import pytest
from pydantic import ValidationError

from app.settings import Settings
from tests.support.pages import REFUSED
from tests.support.served import served

FRIEND, OTHER = "https://friend.example", "https://other.example"
CARD = "/api/v1/panels/overview?ticker=SYN"
SCRIPT = REFUSED["a script's request"]
READABLE = (CARD, "/api/v1/search?q=sy", "/openapi.json")


@pytest.fixture(scope="module")
def open_to_a_friend():
    with served(allowed_origins=f"{FRIEND}/, http://localhost:8000") as client:
        yield client


def asked(client, path, origin, method="GET", **more):
    return client.request(method, path, headers={"Origin": origin, **SCRIPT, **more})


@pytest.mark.parametrize("origin", [FRIEND, "http://localhost:8000"])
@pytest.mark.parametrize("path", READABLE)
def test_an_origin_that_is_named_reads_the_api(open_to_a_friend, path, origin):
    answer = asked(open_to_a_friend, path, origin)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == origin
    assert "ETag" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", [OTHER, "null", f"{FRIEND}.evil.example", "http://friend.example", f"{FRIEND}:444"])
def test_no_other_origin_does_and_runs_nothing(open_to_a_friend, origin):
    answer = asked(open_to_a_friend, CARD, origin)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_nobody_does_where_nobody_is_named(client):
    answer = asked(client, CARD, FRIEND)
    assert (answer.status_code, "access-control-allow-origin" in answer.headers) == (403, False)
    assert client.options(CARD, headers={"Origin": FRIEND}).status_code == 405


def test_everybody_does_where_any_is_allowed():
    with served(allowed_origins="*") as client:
        answer = asked(client, CARD, OTHER)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, OTHER)


@pytest.mark.parametrize("path", [*READABLE, "/api/v1/panels/overview?ticker=NONE", "/api/v1/nothing"])
def test_a_cache_on_the_way_keeps_answers_to_origins_apart(open_to_a_friend, path):
    for headers in ({}, {"Origin": FRIEND}, {"Origin": OTHER}):
        assert "Origin" in open_to_a_friend.get(path, headers=headers).headers["vary"]


FAILURES = {"overview?ticker=NONE": 404, "overview?horizon=0": 422, "none": 404}


@pytest.mark.parametrize("path", FAILURES)
def test_a_friend_reads_failures_too(open_to_a_friend, path):
    status = FAILURES[path]
    answer = asked(open_to_a_friend, f"/api/v1/panels/{path}", FRIEND)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, FRIEND)
    assert answer.json()["status"] == status


def test_a_browser_that_asks_first_is_told_that_it_may_read(open_to_a_friend):
    first = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "if-none-match"}
    answer = asked(open_to_a_friend, CARD, FRIEND, "OPTIONS", **first)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-methods"] == "GET"
    assert asked(open_to_a_friend, CARD, OTHER, "OPTIONS", **first).status_code == 405


@pytest.mark.parametrize("path", ["/", "/panels/overview?ticker=SYN", "/report?ticker=SYN", "/mcp", "/verify"])
def test_nothing_but_the_api_is_readable(open_to_a_friend, path):
    assert "access-control-allow-origin" not in asked(open_to_a_friend, path, FRIEND).headers


def test_a_friend_may_only_read(open_to_a_friend):
    answer = asked(open_to_a_friend, CARD, FRIEND, "POST")
    assert answer.status_code == 403


@pytest.mark.parametrize("named", ["friend.example", "https://*.example", "https://a.example/path", "ftp://a.example"])
def test_what_is_no_origin_ends_the_start(named):
    with pytest.raises(ValidationError):
        Settings(allowed_origins=named)

import pytest

from tests.support.fakes import BrokenMarket, FakeMarket, InlineEngine, market
from tests.support.pages import HEADERS, assert_contained, policy_of
from tests.support.served import served

TRACE = ("Traceback", "RuntimeError", "a secret of ours", "/work/", "site-packages", ".py")
ANSWERS = {
    "/": 200,
    "/?ticker=SYN": 200,
    "/?ticker=%3C": 422,
    "/report?ticker=%3C": 422,
    "/panels/overview?ticker=SYN": 200,
    "/panels/overview?ticker=NONE": 404,
    "/api/v1/panels/overview?ticker=SYN": 200,
    "/api/v1/panels/overview?horizon=0": 422,
    "/forecast.csv?ticker=SYN": 200,
    "/forecast.csv?ticker=NONE": 404,
    "/summary.txt?ticker=SYN": 200,
    "/verify": 200,
    "/verify?receipt=nonsense": 422,
    "/panels/nonsense": 404,
    "/nonsense": 404,
    "/static/app.css": 200,
    "/static/cards.js": 200,
    "/static/nonsense": 404,
    "/vendor/htmx-4.min.js": 200,
    "/healthz": 200,
    "/readyz": 200,
    "/metrics": 200,
    "/openapi.json": 200,
    "/docs": 200,
    "/llms.txt": 200,
    "/mcp": 405,
    "/search?q=sy": 200,
    "/search?source=nowhere": 422,
    "/api/v1/search?q=sy": 200,
    "/sample.csv": 200,
    "/robots.txt": 200,
    "/favicon.ico": 200,
}


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_carries_the_security_headers(client, path):
    answer = client.get(path)
    assert answer.status_code == ANSWERS[path]
    assert [name for name in HEADERS if name not in answer.headers] == []
    assert "x-frame-options" not in answer.headers
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ANSWERS)
def test_the_policy_lets_in_nothing_from_elsewhere_and_nothing_inline(client, path):
    policy = policy_of(client.get(path))
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'self'", "https://huggingface.co"]
    assert "unsafe" not in str(policy)


@pytest.mark.parametrize("path", [path for path in ANSWERS if not path.startswith(("/api", "/static", "/vendor"))])
def test_every_page_keeps_to_the_policy(client, path):
    answer = client.get(path)
    if answer.headers["content-type"].startswith("text/html"):
        assert_contained(answer.text)


@pytest.fixture(scope="module")
def broken():
    with served(BrokenMarket(RuntimeError("a secret of ours"))) as client:
        yield client


@pytest.mark.parametrize("path", ["/panels/overview", "/api/v1/panels/overview", "/report"])
def test_an_error_of_ours_tells_nothing_of_itself(broken, path):
    answer = broken.get(path, params={"ticker": "SYN"})
    assert answer.status_code == 500
    assert [word for word in TRACE if word in answer.text] == []
    assert [name for name in HEADERS if name not in answer.headers] == []


def test_an_error_of_ours_stands_in_the_cards_place(broken):
    answer = broken.get("/panels/overview", params={"ticker": "SYN"})
    assert 'id="panel-overview"' in answer.text
    assert 'role="alert"' in answer.text
    assert broken.get("/api/v1/panels/overview?ticker=SYN").json()["status"] == 500


def test_the_front_page_answers_head_without_a_body(client):
    answer = client.head("/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/html")


def test_the_front_page_needs_neither_market_nor_model():
    source, engine = FakeMarket(market()), InlineEngine()
    with served(source, engine) as client:
        assert client.get("/").status_code == client.get("/?ticker=SYN&horizon=66").status_code == 200
    assert (source.loads, engine.calls) == (0, [])

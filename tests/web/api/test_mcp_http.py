"""What /mcp answers to JSON-RPC that somebody wrote by hand, in both eras of the protocol."""

import asyncio
import importlib
import json
import subprocess
import sys
import threading

import pytest

from app.web.api.agents import endpoints
from tests.support.fakes import InlineEngine, WaitingEngine
from tests.support.pages import REFUSED
from tests.support.served import served
from tests.support.visitors import Visitor, running

NEWEST = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": NEWEST,
    "io.modelcontextprotocol/clientCapabilities": {},
}
ERAS = ("older", "newest")
JSON = {"Content-Type": "application/json"}


def message(era, method, **params):
    """The body and the headers of a request."""
    headers = dict(JSON)
    if era == "newest":
        params["_meta"] = META
        headers |= {"MCP-Protocol-Version": NEWEST, "Mcp-Method": method}
        headers |= {"Mcp-Name": params["name"]} if "name" in params else {}
    body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}
    return json.dumps(body).encode(), headers


def post(client, era, method, more=None, **params):
    body, headers = message(era, method, **params)
    return client.post("/mcp", content=body, headers=headers | (more or {}))


@pytest.mark.parametrize("era", ERAS)
def test_a_tool_can_be_called_with_nothing_but_a_request(client, era):
    answer = post(client, era, "tools/call", name="explain_term", arguments={"term": "drawdown"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    (term,) = answer.json()["result"]["structuredContent"]["terms"]
    assert term["term"] == "drawdown"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("era", ERAS)
def test_the_eight_tools_are_listed_in_less_than_forty_kilobytes(client, era):
    answer = post(client, era, "tools/list")
    assert len(answer.json()["result"]["tools"]) == 8
    assert len(answer.content) < 40_000


def test_who_shakes_hands_is_answered_in_the_version_that_was_asked_for(client):
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    answer = post(client, "older", "initialize", **hello)
    assert answer.json()["result"]["protocolVersion"] == "2025-06-18"
    assert "mcp-session-id" not in answer.headers
    done = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert client.post("/mcp", json=done).status_code == 202


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("method", "params", "code", "words"),
    [
        ("stocks/buy", {}, -32601, "Method not found"),
        ("resources/list", {}, -32601, "Method not found"),
        ("subscriptions/listen", {"notifications": {}}, -32601, "Method not found"),
        ("tools/call", {"name": "buy_stock"}, -32602, "There is no such tool. There are find_ticker, expected_range,"),
        ("tools/call", {"name": "risk", "arguments": [1]}, -32602, "Invalid request parameters"),
        ("tools/call", {"name": "risk", "arguments": "SYN"}, -32602, "Invalid request parameters"),
        ("tools/call", {}, -32602, "Invalid request parameters"),
    ],
)
def test_what_there_is_not_is_an_error_of_the_protocol(client, era, method, params, code, words):
    answer = post(client, era, method, **params)
    assert answer.status_code in (200, 400, 404)
    assert answer.json()["id"] == 7
    assert answer.json()["error"]["code"] == code
    assert words in answer.json()["error"]["message"]


BROKEN = {
    "half a JSON": b'{"jsonrpc": "2.0", ',
    "nothing": b"",
    "a number": b"5",
    "a batch": b'[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]',
    "no method": b'{"jsonrpc":"2.0","id":1}',
    "bytes": b"\xff\xfe\x00",
    "a deep one": b"[" * 60_000,
    "a surrogate": b'{"jsonrpc":"2.0","id":1,"method":"\\ud800"}',
    "a long number": b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"a":' + b"9" * 5000 + b"}}",
}


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_request_is_refused_in_json_and_no_fault_of_ours(client, case, era):
    _, headers = message(era, "tools/list")
    answer = client.post("/mcp", content=BROKEN[case], headers=headers)
    assert answer.status_code in (400, 404)
    assert answer.headers["content-type"] == "application/json"
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("ticker", ["\ud800", "SY\nN", "<script>", "x" * 50_000, 10**16, 1e308, float("nan"), {}, None])
def test_no_ticker_is_answered_with_a_fault_of_ours(client, era, ticker):
    answer = post(client, era, "tools/call", name="expected_range", arguments={"ticker": ticker})
    if answer.status_code == 200:
        assert answer.json()["result"]["isError"]
        assert "our side" not in answer.text
    else:
        assert answer.json()["error"]["code"] == -32700


REFUSALS = {
    "a form": ({"content": b"a=b", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 415),
    "no type": ({"content": b"{}"}, 415),
    "too much": ({"content": b" " * 65_537, "headers": JSON}, 413),
    "far too much": ({"content": b" " * (3 * 2**20), "headers": JSON}, 413),
    "another origin": ({"content": b"{}", "headers": JSON | {"Origin": "https://evil.example"}}, 403),
    "no origin": ({"content": b"{}", "headers": JSON | {"Origin": "null"}}, 403),
    "a script": ({"content": b"{}", "headers": JSON | REFUSED["a script's request"]}, 403),
    "another host": ({"content": b"{}", "headers": JSON | {"Host": "evil.example"}}, 400),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_refused_before_the_protocol_is_a_problem_document(case):
    said, status = REFUSALS[case]
    with served(allowed_hosts="testserver", allowed_origins="https://evil.example") as client:
        answer = client.post("/mcp", **said)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "OPTIONS"])
def test_no_stream_is_opened_and_no_session_ended(client, method):
    answer = client.request(method, "/mcp", headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_page_of_our_own_may_call(client):
    origin = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert post(client, "older", "tools/list", origin).status_code == 200


@pytest.mark.parametrize("era", ERAS)
def test_who_leaves_ends_the_work(era):
    body, headers = message(era, "tools/call", name="expected_range", arguments={"ticker": "SYN"})

    async def leave():
        engine = WaitingEngine()
        async with running(engine) as app:
            visitor = Visitor(app, "/mcp", "", "POST", body=body, more=headers | {"Accept": "*/*"})
            await asyncio.wait_for(engine.begun.wait(), 60)
            visitor.leave()
            await visitor.status()
            return engine.begins, engine.cancelled

    begins, cancelled = asyncio.run(leave())
    assert begins == cancelled > 0


@pytest.mark.parametrize("era", ERAS)
def test_the_client_that_proxies_name_is_the_one_that_is_limited(era):
    ask = {"name": "verify_receipt", "arguments": {"receipt": "none"}}
    with served(rate_limit="1/day", proxy_hops=1) as client:
        others = [{"X-Forwarded-For": address} for address in ("1.1.1.1", "2.2.2.2", "1.1.1.1")]
        answers = [post(client, era, "tools/call", other, **ask).json()["result"]["isError"] for other in others]
    assert answers == [False, False, True]


def test_calls_that_need_no_card_are_limited_like_pages():
    with served(rate_limit="60/minute") as client:
        statuses = [post(client, "older", "ping").status_code for _ in range(601)]
    assert statuses == [200] * 600 + [429]


def test_the_package_of_the_protocol_is_not_imported_at_the_start_and_brings_no_pandas():
    script = (
        "import sys, app.main; early = 'mcp' in sys.modules;"
        "import app.web.api.agents.protocol; sys.exit(early or 'pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=100).returncode == 0


def test_a_request_that_comes_before_the_package_is_there_waits_for_it(monkeypatch):
    there, imported = threading.Event(), importlib.import_module

    def slowly(name):
        there.wait(60)
        return imported(name)

    monkeypatch.setattr(endpoints.importlib, "import_module", slowly)

    async def first():
        async with running(InlineEngine()) as app:
            body, headers = message("older", "tools/list")
            visitor = Visitor(app, "/mcp", "", "POST", body=body, more=headers | {"Accept": "*/*"})
            page = await Visitor(app, "/", "").status()
            waited = visitor.answer == []
            there.set()
            return page, waited, await visitor.status()

    assert asyncio.run(first()) == (200, True, 200)


def test_a_package_that_cannot_be_imported_costs_the_tools_alone(monkeypatch):
    monkeypatch.setattr(endpoints, "_PROTOCOL", "a.secret.of.ours")
    with served() as client:
        answer = post(client, "older", "tools/list")
        assert (client.get("/panels/overview?ticker=SYN").status_code, answer.status_code) == (200, 500)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text

"""The tools for AI agents, called by the client of the protocol's own package, in both eras of the protocol."""

import asyncio
import json
from dataclasses import replace

import httpx2
import jsonschema_rs
import pytest
from mcp import Client

from app.compute.engine import CARD
from app.compute.errors import OverloadedError
from app.main import create_app
from app.settings import Settings
from tests.support.fakes import LISTING, FailingEngine, FakeMarket, InlineEngine, market
from tests.support.pages import numbers
from tests.support.served import KEY, TODAY, served, served_on_a_port

ERAS = {"legacy": "2025-11-25", "auto": "2026-07-28"}
SHORT = market(200, listing=replace(LISTING, ticker="SHORT"))
CALLS = {
    "find_ticker": {"q": "sy"},
    "expected_range": {"ticker": "SYN"},
    "chance_of_level": {"ticker": "SYN", "level": "-5%", "amount": 1000},
    "risk": {"ticker": "SYN", "amount": 1000},
    "compare": {"tickers": ["SYN", "SHORT"]},
    "track_record": {"ticker": "SYN"},
    "verify_receipt": {"receipt": "none"},
    "explain_term": {"term": "Brier score"},
}
COSTS = {"expected_range": 1, "chance_of_level": 2, "risk": 3, "compare": 2, "track_record": 1, "verify_receipt": 1}
ABOUT_A_TICKER = ("expected_range", "chance_of_level", "risk", "track_record")


def running(engine=None, source=None, **settings):
    """A real server on the loopback: the client of the package speaks HTTP to it."""
    told = Settings(**{"source": "sample", "rate_limit": "off", "secret_key": KEY} | settings)
    sources = {"sample": source or FakeMarket(market(), SHORT)}
    return served_on_a_port(create_app(told, sources, engine or InlineEngine(), today=lambda: TODAY))


def with_client(port, work, era="auto"):
    async def connected():
        async with Client(f"http://127.0.0.1:{port}/mcp", mode=era) as client:
            return await work(client)

    return asyncio.run(connected())


def call(port, name, era="auto", /, **arguments):
    return with_client(port, lambda client: client.call_tool(name, arguments), era)


@pytest.fixture(scope="module")
def port():
    with running() as open_port:
        yield open_port


@pytest.fixture(scope="module")
def tools(port):
    async def listed(client):
        return {tool.name: tool for tool in (await client.list_tools()).tools}

    return with_client(port, listed)


@pytest.mark.parametrize("era", ERAS)
def test_both_eras_of_the_protocol_find_the_same_eight_tools_and_what_answers_mean(port, tools, era):
    async def first_look(client):
        return client.protocol_version, client.instructions, (await client.list_tools()).tools

    version, instructions, listed = with_client(port, first_look, era)
    assert version == ERAS[era]
    assert {tool.name: tool.input_schema for tool in listed} == {name: tools[name].input_schema for name in CALLS}
    assert "Quote n and coverage_80 with every range" in instructions
    assert "Never turn a range into a point" in instructions


@pytest.mark.parametrize("name", CALLS)
def test_a_tool_says_that_it_only_reads_and_what_it_takes(tools, name):
    tool = tools[name]
    hints = tool.annotations
    assert (hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint) == (True, False, True)
    assert hints.open_world_hint == (name != "explain_term")
    assert jsonschema_rs.validator_for(tool.input_schema).is_valid(CALLS[name])
    assert not jsonschema_rs.validator_for(tool.input_schema).is_valid({**CALLS[name], "order": "buy"})
    assert len(tool.description) < 250
    assert f"Costs {COSTS.get(name, 'no')} card run" in tool.description.replace("1 card run for each", "2 card runs")


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", CALLS)
def test_every_answer_is_as_its_schema_says_and_the_same_in_text(port, tools, name, era):
    answer = call(port, name, era, **CALLS[name])
    assert not answer.is_error
    jsonschema_rs.validator_for(tools[name].output_schema).validate(answer.structured_content)
    assert json.loads(answer.content[0].text) == answer.structured_content


@pytest.mark.parametrize("name", ABOUT_A_TICKER)
def test_an_answer_is_a_range_with_its_record_and_agrees_with_the_card(port, name):
    answer = call(port, name, **CALLS[name]).structured_content
    with served() as client:
        verdict = client.get("/api/v1/panels/verdict?ticker=SYN").json()
    quantiles = verdict["forecast"]["quantiles"]
    assert (answer["ticker"], answer["as_of"], answer["horizon"]) == ("SYN", verdict["as_of"], 22)
    assert answer["range_80"] == {"low": quantiles["0.1"][-1], "high": quantiles["0.9"][-1]}
    assert (answer["last"], answer["by"]) == (verdict["forecast"]["last"], verdict["forecast"]["dates"][-1])
    assert answer["n"] == verdict["receipt"]["origins"] > 0
    assert answer["coverage_80"] == verdict["receipt"]["coverage_80"]
    assert answer["edge"]["claimed"] is verdict["edge"]["claimed"] is False
    assert "no method here can tell" in answer["edge"]["says"]
    assert "trading days ago" in answer["old"]


def test_no_answer_names_a_price_or_change_inside_the_range_as_what_to_expect(port):
    with served() as client:
        price = client.get("/api/v1/panels/verdict?ticker=SYN").json()["forecast"]["quantiles"]["0.5"][-1]
        odds = client.get("/api/v1/panels/odds?ticker=SYN&amount=1000").json()
    middles = (price, odds["spread"]["middle"], odds["amount"]["changes"]["middle"])
    for name in ABOUT_A_TICKER:
        told = call(port, name, **CALLS[name]).content[0].text
        assert not [middle for middle in middles if str(middle) in told]


def test_the_chances_are_those_of_the_odds_whether_the_level_is_a_number_or_a_text(port):
    with served() as client:
        asked = client.get("/api/v1/panels/odds?ticker=SYN&level=120;-5%25&amount=1000").json()
    answers = [
        call(port, "chance_of_level", ticker="SYN", level=level, amount=1000) for level in (120, "120", "120;-5%")
    ]
    for answer in (one.structured_content for one in answers):
        assert {name: answer[name] for name in answer["levels"][0]} == answer["levels"][0]
        for name in ("level", "change", "p_end", "p_close", "p_trade"):
            assert answer[name] == asked["asked"][0][name]
        assert "Trades at $120.00" in answer["says"]
    assert len(answers[2].structured_content["levels"]) == 2
    in_money = answers[2].structured_content["amount"]
    assert [in_money["at 120"], in_money["at 105.212"]] == asked["amount"]["at_levels"]
    assert in_money["worst_20th"] == asked["amount"]["changes"]["worst_20th"]


def test_a_comparison_names_who_has_no_range_and_why(port):
    answer = call(port, "compare", tickers=["syn", "SHORT", "SYN"]).structured_content
    assert [one["ticker"] for one in answer["compared"]] == ["SYN"]
    assert [one["ticker"] for one in answer["left_out"]] == ["SHORT"]
    assert "needs 250 daily bars; there are 200" in answer["left_out"][0]["why"]


def test_a_receipt_is_known_here_and_on_the_page_and_says_the_numbers_it_is_of(port):
    answer = call(port, "expected_range", ticker="SYN").structured_content
    low, high = answer["range_80"].values()
    assert f"range_80: {low} to {high} on {answer['by']}\nn: {answer['n']}\n" in answer["receipt"]
    known = call(port, "verify_receipt", receipt=answer["receipt"]).structured_content
    assert (known["good"], known["hint"]) == (True, "Compare what was quoted with the numbers in its lines.")
    with served() as client:
        assert "Signed by this deployment" in client.post("/verify", data={"receipt": answer["receipt"]}).text
    changed = answer["receipt"].replace(f"{low} to", f"{low - 1} to")
    assert call(port, "verify_receipt", receipt=changed).structured_content["good"] is False


WRONG = {
    "no such ticker": (
        "expected_range",
        {"ticker": "NONE"},
        "expected_range for “NONE”: The synthetic market does not list",
    ),
    "too short": ("risk", {"ticker": "SHORT"}, "risk for “SHORT”: A forecast needs 250 daily bars; there are 200."),
    "a horizon": ("track_record", {"ticker": "SYN", "horizon": 67}, "“horizon” has “67”; it needs a whole number"),
    "no ticker": ("expected_range", {}, "“ticker” is empty"),
    "a true": ("expected_range", {"ticker": True}, "“ticker” has “true”; it needs one text or one number"),
    "a list": ("expected_range", {"ticker": ["SYN"]}, "it needs one text or one number"),
    "no level": ("chance_of_level", {"ticker": "SYN"}, "“level” is empty; it needs a price such as 380"),
    "a far level": ("chance_of_level", {"ticker": "SYN", "level": 9e6}, "“level” has “9000000”; it needs a price from"),
    "a point": ("chance_of_level", {"ticker": "SYN", "level": 1e-7}, "“level” has “1e-07”"),
    "two ends": ("expected_range", {"ticker": "SYN", "horizon": 5, "by": "2016-05-02"}, "“by” has “2016-05-02”"),
    "another name": ("expected_range", {"ticker": "SYN", "days": 5}, "one of ticker, horizon, by, as_of, source"),
    "five tickers": ("compare", {"tickers": list("ABCDE")}, "it needs a list of one to 4 symbols"),
    "no list": ("compare", {"tickers": "SYN"}, "“tickers” has “SYN”"),
    "nobody": ("compare", {"tickers": ["SHORT", "NONE"]}, "compare for “SHORT, NONE”: A forecast needs 250 daily"),
    "no term": ("explain_term", {"term": "banana"}, "it needs one of these, or words with one of them: trading day;"),
    "a source": ("find_ticker", {"q": "a", "source": "bloomberg"}, "“source” has “bloomberg”; it needs “sample”"),
    "no name": ("find_ticker", {"q": ""}, "“q” is empty"),
}


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_a_sentence_of_ours_to_the_agent(port, case, era):
    name, arguments, sentence = WRONG[case]
    answer = call(port, name, era, **arguments)
    assert answer.is_error
    assert sentence in answer.content[0].text
    assert answer.structured_content is None


@pytest.mark.parametrize("name", CALLS)
def test_a_call_counts_as_the_cards_that_it_costs(name):
    cost = COSTS.get(name, 0)
    with running(rate_limit=f"{max(cost, 1)}/day") as port:
        first, second = (call(port, name, **CALLS[name]) for _ in range(2))
    assert not first.is_error
    assert second.is_error == bool(cost)
    if cost:
        assert "that limit is reached for now. Wait" in second.content[0].text


def test_what_the_engine_refuses_is_given_back():
    engine = FailingEngine(OverloadedError(7))
    with running(engine, rate_limit="3/day") as port:
        refused = [call(port, "risk", ticker="SYN") for _ in range(3)]
        engine.forgive()
        assert not call(port, "risk", ticker="SYN").is_error
    assert {answer.content[0].text for answer in refused} == {
        "risk for “SYN”: The service has more work than it can do right now. Try again in 7 s."
    }


def test_a_fault_of_ours_is_no_trace_and_shows_in_the_metrics_beside_calls_that_went_well():
    with running(FailingEngine(ValueError("a secret of ours")), rate_limit="4/day") as port:
        for era in ERAS:
            answer = call(port, "expected_range", era, ticker="SYN")
            assert (answer.is_error, "went wrong on our side" in answer.content[0].text) == (True, True)
            assert "secret" not in answer.content[0].text
            call(port, "explain_term", era, term="edge")
        call(port, "risk", ticker="SYN")
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
            seen = numbers(client)
    timed = {key[1:]: value for key, value in seen.items() if key[0] == "stock_card_seconds_count"}
    assert timed == {("expected_range", "failed"): 2, ("explain_term", "ok"): 2, ("limited", "risk"): 1}
    assert seen["stock_requests_total", "/mcp", "429", "POST"] == 1


class NotingEngine(InlineEngine):
    """Notes for which card each job is done."""

    def __init__(self):
        super().__init__()
        self.cards = []

    async def run(self, function, *payload):
        self.cards.append(CARD.get())
        return await super().run(function, *payload)


@pytest.mark.parametrize("era", ERAS)
def test_the_work_of_a_call_is_done_for_its_client_like_that_of_a_card(era):
    engine = NotingEngine()
    with running(engine) as port:
        call(port, "risk", era, ticker="SYN")
    assert {(card.client, card.weight) for card in engine.cards} == {("127.0.0.1", 3)}

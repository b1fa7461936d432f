"""A card by server-sent events: what is told, what comes at the end, and what becomes of the work when nobody waits."""

import asyncio
import html
import logging
import re
import zlib

import pytest

from app.compute.errors import OverloadedError
from app.compute.progress import report
from app.panels import BY_SLUG
from tests.support.cards import elements
from tests.support.fakes import FailingEngine, InlineEngine, WaitingEngine, market
from tests.support.served import served
from tests.support.uploads import csv_of
from tests.support.visitors import Visitor, running

LIVE, CARD = "/panels/overview/live", "/panels/overview"
RUN_AGAIN = f"{LIVE}?ticker=SYN&horizon=22&source=sample"


class TalkingEngine(InlineEngine):
    """Says what it begins, as an engine with workers passes on what they say."""

    async def run(self, function, *payload):
        report(f"Doing {function.rpartition(':')[2]}")
        return await super().run(function, *payload)


class HeldEngine(WaitingEngine):
    """Says one thing and never ends."""

    async def run(self, function, *payload):
        report("Thinking")
        return await super().run(function, *payload)


PARTIAL = re.compile(r'<hx-partial hx-target="([^"]*)" hx-swap="[^"]*">(.*)</hx-partial>', re.DOTALL)


def messages(text):
    """The HTML of each message in a stream that is whole; comments are none."""
    parts = [part for part in text.split("\n\n") if part.startswith(("data: ", "event: "))]
    *said, last = ("\n".join(re.findall("^(?:data|event): (.*)$", part, re.M)) for part in parts)
    assert last.startswith("done\n")
    return said


def words_for(text, target):
    """What was said for a place of the page, in order."""
    found = (PARTIAL.fullmatch(message) for message in messages(text))
    return [html.unescape(partial[2]) for partial in found if partial and html.unescape(partial[1]) == target]


def card_in(answer):
    """The card that came, which is exactly one, and its charts by name: all that came after it."""
    told = messages(answer.text)
    (place,) = [place for place, message in enumerate(told) if message.startswith("<section")]
    after = [PARTIAL.fullmatch(message) for message in told[place + 1 :]]
    charts = [partial for partial in after if "#told" not in partial[1]]
    return told[place], {re.search("data-follows='(.*)'", html.unescape(chart[1]))[1]: chart[2] for chart in charts}


def put_in(card, charts):
    """The card with its charts in their places."""
    for name, image in charts.items():
        card, places = re.subn(rf'<img data-follows="{name}"[^>]*>', lambda _, image=image: image, card)
        assert places == 1
    return card


def plain(markup):
    return " ".join(markup.split())


@pytest.mark.parametrize("query", [{"ticker": "SYN"}, {"ticker": "SYN", "as_of": "2016-03-01"}])
def test_what_is_done_is_told_in_order_and_the_charts_come_after_the_text(query):
    with served(engine=TalkingEngine()) as client:
        answer, whole = client.get(LIVE, params=query), client.get(CARD, params=query).text
    card, charts = card_in(answer)
    told = words_for(answer.text, "#panel-overview .words")
    assert told[:3] == ["Loading the prices", "Doing analyse", "Doing draw"]
    assert ";base64," not in card
    assert set(charts) == {"price", "volatility", "moves"} | ({"outcome"} if "as_of" in query else set())
    assert plain(put_in(card, charts)) == plain(whole)
    assert words_for(answer.text, "#told") == ["Overview is ready."]


def test_a_file_is_told_of_too(client):
    file = {"prices": ("acme.csv", csv_of(market(80)), "text/csv")}
    card, charts = card_in(client.post(LIVE, data={"horizon": "5"}, files=file))
    assert elements(card, "section")[0][1]["class"] == "card ready"
    assert charts
    assert [a["hx-post"] for _, a in elements(card) if "hx-post" in a] == [LIVE]


def test_the_verdict_tells_what_the_cards_say_that_it_waits_for():
    with served(engine=TalkingEngine()) as client:
        told = words_for(client.get("/panels/verdict/live", params={"ticker": "SYN"}).text, "#panel-verdict .words")
    needed = {f"{BY_SLUG[slug].title}: doing analyse" for slug in BY_SLUG["verdict"].needs}
    assert needed <= set(told)
    assert told[-2:] == ["Doing analyse", "Doing draw"]


def test_a_card_that_fails_while_it_runs_comes_as_a_failed_one_with_its_seconds():
    with served(engine=FailingEngine(OverloadedError(7))) as client:
        answer = client.get(LIVE, params={"ticker": "SYN", "canvas": "wide"})
        numbers = client.get("/metrics").text
    card, charts = card_in(answer)
    assert (answer.status_code, charts) == (200, {})
    assert [a["data-retry-after"] for _, a in elements(card) if "data-retry-after" in a] == ["7"]
    assert [a["hx-get"] for _, a in elements(card) if "hx-get" in a] == [RUN_AGAIN]
    assert 'stock_card_seconds_count{card="overview",outcome="busy"} 1.0' in numbers


def test_an_error_of_ours_is_logged_and_says_nothing_of_itself(caplog):
    with caplog.at_level(logging.ERROR, "app.requests"), served(engine=FailingEngine(ValueError("secret"))) as client:
        card, _ = card_in(client.get(LIVE, params={"ticker": "SYN"}))
    assert "went wrong on our side" in card
    assert "secret" not in card
    assert [record.exc_info[1].args for record in caplog.records] == [("secret",)]


@pytest.mark.parametrize(("path", "status"), [(f"{LIVE}?ticker=%3C", 422), ("/panels/nothing/live?ticker=SYN", 404)])
def test_what_is_wrong_with_the_request_is_answered_before_any_event(client, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


def test_the_head_of_a_live_card_runs_nothing():
    engine = InlineEngine()
    with served(engine=engine) as client:
        assert client.head(LIVE, params={"ticker": "SYN"}).status_code == 405
    assert engine.calls == []


@pytest.mark.anyio
async def test_who_leaves_a_live_card_cancels_its_work():
    engine = HeldEngine()
    async with running(engine) as app:
        visitor = Visitor(app, LIVE)
        await asyncio.wait_for(engine.begun.wait(), 10)
        visitor.leave()
        await asyncio.wait_for(visitor.task, 10)
        await asyncio.sleep(0)
        assert engine.cancelled == 1


@pytest.mark.anyio
async def test_two_who_wait_for_the_same_card_both_hear_it_and_one_leaves_alone():
    engine = HeldEngine()
    async with running(engine) as app:
        first = Visitor(app, LIVE)
        await asyncio.wait_for(engine.begun.wait(), 10)
        late = Visitor(app, LIVE)
        await _until(lambda: b"Thinking" in _body(late))
        first.leave()
        await asyncio.wait_for(first.task, 10)
        assert (b"Thinking" in _body(first), engine.begins, engine.cancelled) == (True, 1, 0)
        late.leave()
        await asyncio.wait_for(late.task, 10)


@pytest.mark.anyio
async def test_an_event_is_sent_compressed_before_the_next_one_is_known():
    engine = HeldEngine()
    async with running(engine) as app:
        visitor = Visitor(app, LIVE, accept=b"gzip")
        await _until(lambda: b"Thinking" in zlib.decompressobj(wbits=31).decompress(_body(visitor)))
        assert (b"content-encoding", b"gzip") in visitor.answer[0]["headers"]
        visitor.leave()
        await asyncio.wait_for(visitor.task, 10)


def _body(visitor):
    return b"".join(message.get("body", b"") for message in visitor.answer)


async def _until(happened):
    async with asyncio.timeout(10):
        while not happened():
            await asyncio.sleep(0.01)


def test_what_the_odds_are_asked_is_put_into_the_address(client):
    asked = client.get(
        "/panels/odds/live", params={"ticker": "SYN", "horizon": "", "level": "-5%", "by": "", "amount": "5"}
    )
    assert asked.headers["hx-replace-url"] == "/?ticker=SYN&horizon=22&source=sample&level=-5%25&amount=5"
    assert "hx-replace-url" not in client.get("/panels/odds/live", params={"ticker": "SYN"}).headers

"""Whatever is asked, in whatever words: no fault of ours, no trace, and nothing without its headers."""

import asyncio
import random
import time

import pytest
from starlette.testclient import TestClient

from tests.benchmark.load.fuzz import random_request
from tests.support.fakes import FakeMarket, InlineEngine, market
from tests.support.pages import HEADERS, numbers
from tests.support.served import served
from tests.support.visitors import Visitor, running


@pytest.fixture(scope="module")
def client():
    with served(FakeMarket(market()), InlineEngine()) as open_client:
        yield open_client


def answered(client: TestClient, number: int):
    asked = random_request(random.Random(number), "SYN")
    headers = [(name.encode(), value) for name, value in asked.headers.items()]
    return asked, client.request(asked.method, asked.path, headers=headers, content=asked.body or None)


@pytest.mark.parametrize("start", range(0, 800, 100))
def test_no_request_is_answered_with_a_fault_of_ours(client, start):
    for number in range(start, start + 100):
        asked, answer = answered(client, number)
        assert answer.status_code < 500, asked
        assert "Traceback" not in answer.text, asked
        assert [name for name in HEADERS if name not in answer.headers] == [], asked


def test_no_request_leaves_anything_in_the_metrics(client):
    before = len(numbers(client))
    for number in range(10_000, 10_200):
        answered(client, number)
    assert len(numbers(client)) <= before + 60


@pytest.mark.anyio
async def test_no_request_keeps_the_process_that_answers_everybody_for_itself(monkeypatch):
    longest, run = [0.0], asyncio.Handle._run

    def timed(handle):
        # The thread's own time, which other work on the machine does not lengthen.
        begun = time.thread_time()
        run(handle)
        longest[0] = max(longest[0], time.thread_time() - begun)

    async with running(InlineEngine()) as app:
        await Visitor(app, "/openapi.json").status()
        monkeypatch.setattr(asyncio.Handle, "_run", timed)
        for number in range(20_000, 20_300):
            asked = random_request(random.Random(number), "SYN")
            path, _, query = asked.path.partition("?")
            visitor = Visitor(app, path, query, asked.method, body=asked.body)
            await visitor.status()
    assert longest[0] < 0.1

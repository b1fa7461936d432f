"""Whatever is asked, in whatever words: no fault of ours, no trace, and nothing without its headers."""

import random

import pytest
from starlette.testclient import TestClient

from tests.benchmark.load.fuzz import random_request
from tests.support.fakes import FakeMarket, InlineEngine, market
from tests.support.pages import HEADERS, numbers
from tests.support.served import served


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

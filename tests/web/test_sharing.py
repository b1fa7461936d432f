import asyncio
from contextlib import asynccontextmanager
from datetime import date

import pytest

from app.compute.cache import MemoryCache
from app.main import create_app
from app.settings import Settings
from tests.conftest import TODAY, served
from tests.fakes import FakeMarket, InlineEngine, SilentMarket, WaitingEngine, market
from tests.lifespan import living

pytestmark = pytest.mark.anyio
CARD = "/panels/overview"


class Visitor:
    """One request as a server hands it to the app; ``leave`` is what a closed tab does."""

    def __init__(self, app, path, query="ticker=SYN", method="GET", accept=b""):
        self._left = asyncio.Event()
        self.answer = []
        headers = [(b"host", b"localhost"), (b"accept-encoding", accept)]
        scope = {"type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": path}
        scope |= {"raw_path": path.encode(), "query_string": query.encode(), "headers": headers, "root_path": ""}
        scope |= {"client": ("127.0.0.1", 1), "server": ("localhost", 80), "state": {}}
        self._told = [{"type": "http.request", "body": b"", "more_body": False}]
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    async def _receive(self):
        if self._told:
            return self._told.pop()
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message):
        self.answer.append(message)

    def leave(self):
        self._left.set()

    async def status(self):
        await asyncio.wait_for(self.task, 60)
        return self.answer[0]["status"]


@asynccontextmanager
async def running(engine, source=None, cache=None):
    app = create_app(
        Settings(source="sample", rate_limit="off"),
        {"sample": source or FakeMarket(market())},
        engine,
        cache,
        today=lambda: TODAY,
    )
    async with living(app):
        yield app


async def test_twenty_equal_requests_are_one_load_one_analysis_and_one_drawing():
    engine, source = InlineEngine(), FakeMarket(market())
    async with running(engine, source) as app:
        visitors = [Visitor(app, CARD) for _ in range(20)]
        assert {await visitor.status() for visitor in visitors} == {200}
    assert source.loads == 1
    assert [call[:2] for call in engine.calls] == [("analyse", b"overview"), ("draw", b"overview")]


async def test_both_forms_of_a_card_asked_for_together_share_one_analysis():
    engine = InlineEngine()
    async with running(engine) as app:
        visitors = [Visitor(app, CARD), Visitor(app, f"/api/v1{CARD}")]
        assert [await visitor.status() for visitor in visitors] == [200, 200]
    assert [call[0] for call in engine.calls].count("analyse") == 1


@pytest.mark.parametrize("path", [CARD, f"/api/v1{CARD}", "/report", "/forecast.csv", "/summary.txt"])
async def test_a_visitor_who_leaves_cancels_the_work(path):
    engine = WaitingEngine()
    async with running(engine) as app:
        visitor = Visitor(app, path)
        await asyncio.wait_for(engine.begun.wait(), 10)
        visitor.leave()
        await asyncio.wait_for(visitor.task, 10)
    assert engine.cancelled >= 1


@pytest.mark.parametrize("path", [CARD, f"/api/v1{CARD}", "/report", "/forecast.csv", "/summary.txt"])
async def test_a_visitor_who_leaves_ends_the_wait_for_the_market(path):
    source = SilentMarket()
    async with running(InlineEngine(), source) as app:
        visitor = Visitor(app, path)
        await asyncio.wait_for(source.asked.wait(), 10)
        visitor.leave()
        await asyncio.wait([visitor.task], timeout=2)
        ended = source.cancelled
        visitor.task.cancel()
    assert ended == 1


async def test_a_visitor_who_leaves_takes_no_work_from_one_who_stays():
    engine = WaitingEngine()
    async with running(engine) as app:
        first, second = Visitor(app, CARD), Visitor(app, CARD)
        await asyncio.wait_for(engine.begun.wait(), 10)
        first.leave()
        await asyncio.wait_for(first.task, 10)
        assert engine.cancelled == 0
        second.leave()
        await asyncio.wait_for(second.task, 10)
    assert engine.cancelled == 1


def test_a_card_asked_for_again_is_not_computed_again():
    engine, source = InlineEngine(), FakeMarket(market())
    with served(source, engine) as client:
        first, again = (client.get(f"{CARD}?ticker=SYN") for _ in range(2))
    assert first.content == again.content
    assert (source.loads, len(engine.calls)) == (1, 2)


def test_another_width_only_redraws():
    engine = InlineEngine()
    with served(engine=engine) as client:
        client.get(f"{CARD}?ticker=SYN&canvas=wide")
        client.get(f"{CARD}?ticker=SYN&canvas=narrow")
    assert [call[0] for call in engine.calls] == ["analyse", "draw", "draw"]


def test_equal_bars_are_analysed_once_whatever_query_they_came_by():
    engine = InlineEngine()
    friday = next(day for day in market().dates[300:].tolist() if day.weekday() == 4)
    with served(engine=engine) as client:
        for day in (friday, date.fromordinal(friday.toordinal() + 1), date.fromordinal(friday.toordinal() + 2)):
            client.get(f"/api/v1{CARD}?ticker=SYN&as_of={day}")
    assert len(engine.calls) == 1


def test_all_cards_of_a_ticker_share_one_load():
    source = FakeMarket(market())
    with served(source) as client:
        for asked in ("ticker=SYN", "ticker=syn&horizon=5", "ticker=SYN&as_of=2016-01-29"):
            client.get(f"{CARD}?{asked}")
    assert source.loads == 1


@pytest.mark.parametrize("forgetful", [{"cache_mb": 0}, {"cache_seconds": 0}])
def test_without_a_cache_a_card_still_needs_one_load_and_one_analysis(forgetful):
    engine, source = InlineEngine(), FakeMarket(market())
    with served(source, engine, **forgetful) as client:
        assert client.get(f"{CARD}?ticker=SYN&as_of=2016-01-29").status_code == 200
    assert [call[0] for call in engine.calls] == ["analyse", "draw", "draw_outcome"]
    assert source.loads == 1


async def test_two_apps_that_share_a_cache_share_the_work():
    cache, engines = MemoryCache(2**24), (InlineEngine(), InlineEngine())
    for engine in engines:
        async with running(engine, cache=cache) as app:
            assert await Visitor(app, CARD).status() == 200
    assert [len(engine.calls) for engine in engines] == [2, 0]

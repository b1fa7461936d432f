import asyncio
from datetime import date

import pytest

from app.store.cache import MemoryCache
from tests.support.fakes import FakeMarket, InlineEngine, SilentMarket, WaitingEngine, market
from tests.support.served import served
from tests.support.visitors import Visitor, running

pytestmark = pytest.mark.anyio
CARD = "/panels/overview"


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

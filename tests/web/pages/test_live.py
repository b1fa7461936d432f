"""The newest price: one question for all who watch, none that the source or the market's hours forbid."""

import asyncio
import re
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest

from app.compute.errors import OverloadedError
from app.errors import SourceRefusedError, SourceSilentError, TooOftenError, UnknownTickerError
from app.market.source import LatestPrice
from app.services.live_prices import LivePrices
from tests.support.cards import elements
from tests.support.fakes import FakeMarket, market
from tests.support.served import served

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.anyio


class TickingMarket(FakeMarket):
    """Tells a price one higher each time, of a session that began and ends so many hours from now; or raises."""

    def __init__(self, *raised, opens=-1, closes=1):
        super().__init__(market())
        self.opens, self.closes, self.raised, self.asked = opens * HOUR, closes * HOUR, list(raised), 0

    async def newest(self, ticker):
        self.asked += 1
        await asyncio.sleep(0)
        if self.raised:
            raise self.raised.pop(0)
        now = datetime.now(UTC)
        at = now - timedelta(seconds=40)
        return LatestPrice(ticker, 100.0 + self.asked, at, "USD", 100.0, now + self.opens, now + self.closes)


def live(source, seconds=0.01, **bounds):
    return LivePrices({"sample": source}, seconds, **bounds)


async def first(prices, count):
    """So much of what a viewer is told."""
    told = []
    async with asyncio.timeout(10), aclosing(prices.watch("sample", "SYN", asyncio.Event())) as news:
        async for one in news:
            told.append(one)
            if len(told) == count:
                break
    return told


async def test_a_viewer_is_told_again_and_again_while_the_market_is_open():
    told = await first(live(TickingMarket()), 3)
    assert [news.quote.price for news in told] == [101.0, 102.0, 103.0]
    assert not any(news.last for news in told)


async def test_many_viewers_cost_one_question():
    source = TickingMarket()
    prices = live(source, seconds=60)
    told = await asyncio.gather(*(first(prices, 1) for _ in range(50)))
    assert {news.quote.price for (news,) in told} == {101.0}
    assert source.asked == 1


async def test_nothing_is_asked_any_more_once_nobody_watches():
    source = TickingMarket()
    await first(live(source), 2)
    asked = source.asked
    await asyncio.sleep(0.2)
    assert source.asked == asked


async def test_who_comes_back_at_once_is_told_what_is_known():
    source = TickingMarket()
    prices = live(source, seconds=60)
    assert await first(prices, 1) == await first(prices, 1)
    assert source.asked == 1


@pytest.mark.parametrize("hours", [{"opens": -8, "closes": -1}, {"opens": 1, "closes": 8}], ids=["after", "before"])
async def test_a_closed_market_is_asked_once_and_its_stream_ends(hours):
    source = TickingMarket(**hours)
    prices = live(source)
    told = await first(prices, 2) + await first(prices, 2)
    assert [(news.last, news.quote.price) for news in told] == [(True, 101.0)] * 2
    assert source.asked == 1


async def test_the_stream_ends_when_the_market_closes():
    source = TickingMarket()
    async with asyncio.timeout(10), aclosing(live(source).watch("sample", "SYN", asyncio.Event())) as news:
        assert not (await anext(news)).last
        source.closes = -HOUR / 60
        told = [one async for one in news]
    assert told[-1].last
    assert not any(one.last for one in told[:-1])


async def test_a_source_that_refuses_is_left_alone_for_as_long_as_it_says():
    source = TickingMarket(SourceRefusedError("Yahoo", 1))
    begun = asyncio.get_running_loop().time()
    refused, told = await first(live(source), 2)
    assert refused.words.startswith("Yahoo has asked us")
    assert told.quote
    assert asyncio.get_running_loop().time() - begun >= 1


async def test_coming_back_does_not_get_round_a_refusal():
    source = TickingMarket(SourceRefusedError("Yahoo", 60))
    prices = live(source)
    assert [news.words[:5] for news in await first(prices, 1) + await first(prices, 1)] == ["Yahoo", "Yahoo"]
    assert source.asked == 1


async def test_a_source_that_is_silent_is_said_to_be_and_the_stream_goes_on():
    (told,) = await first(live(TickingMarket(SourceSilentError("Yahoo", 14))), 1)
    assert (told.words, told.last) == ("Yahoo did not answer within 14 s.", False)


@pytest.mark.parametrize("error", [UnknownTickerError("Yahoo", "SYN"), ZeroDivisionError()], ids=["unknown", "a fault"])
async def test_what_cannot_be_told_ends_the_stream(error):
    (told,) = await first(live(TickingMarket(error)), 2)
    assert told.last
    assert told.words


async def test_a_viewer_is_let_go_when_it_is_over():
    prices, over = live(TickingMarket(), seconds=60), asyncio.Event()
    async with asyncio.timeout(10), aclosing(prices.watch("sample", "SYN", over)) as news:
        assert not (await anext(news)).last
        asyncio.get_running_loop().call_later(0.05, over.set)
        assert [one async for one in news] == []


async def test_one_client_and_all_together_may_open_so_many_streams():
    prices = live(TickingMarket(), most=3, most_each=2)
    for client in ("a", "a", "b"):
        prices.enter(client)
    with pytest.raises(TooOftenError, match="2 newest prices at a time"):
        prices.enter("a")
    with pytest.raises(OverloadedError):
        prices.enter("c")
    prices.leave("a")
    prices.enter("c")


def events(answer):
    """The names of a stream's events."""
    return re.findall(r"^event: (\w+)", answer.text, re.MULTILINE)


def test_a_stream_of_a_closed_market_is_one_last_event_with_the_price_and_when_it_was():
    with served(TickingMarket(opens=-8, closes=-1)) as client:
        answer = client.get("/live?ticker=SYN")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert events(answer) == ["last"]
    assert "<strong>$101.00<" in answer.text
    assert "+1.0% since the close before" in answer.text
    assert "market closed, last traded" in answer.text


def test_a_source_that_tells_closes_only_says_so_and_its_page_has_no_strip():
    with served() as client:
        answer, page = client.get("/live?ticker=SYN"), client.get("/?ticker=SYN&live=1").text
    assert events(answer) == ["last"]
    assert "has no price newer than its last close" in answer.text
    assert 'id="live"' not in page


@pytest.mark.parametrize(
    ("asked", "streams", "other"),
    [("", [], True), ("&live=1", ["/live?ticker=SYN&source=sample"], False), ("&live=0", [], True)],
)
def test_the_strip_streams_only_for_who_asked_for_it(asked, streams, other):
    with served(TickingMarket()) as client:
        page = client.get(f"/?ticker=SYN{asked}").text
    assert [a["hx-sse:connect"] for _, a in elements(page) if "hx-sse:connect" in a] == streams
    (wish,) = (a for _, a in elements(page, "a") if a.get("hx-target") == "#live")
    assert (wish["aria-pressed"], wish["href"].endswith("&live=1")) == ("true" if streams else "false", other)


def test_a_day_of_the_past_has_no_newest_price():
    with served(TickingMarket()) as client:
        assert 'id="live"' not in client.get("/?ticker=SYN&as_of=2016-01-29").text


@pytest.mark.parametrize(("asked", "status"), [("ticker=%3C", 422), ("ticker=SYN&source=moon", 422)])
def test_a_wrong_question_is_no_stream(asked, status):
    source = TickingMarket()
    with served(source) as client:
        assert client.get(f"/live?{asked}").status_code == status
        assert client.get("/live?ticker=SYN", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert source.asked == 0

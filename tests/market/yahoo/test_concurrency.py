"""Every mood of Yahoo's while a crowd of visitors asks at the same moment."""

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx2
import pytest

from app.main import create_app
from app.market.yahoo.source import YahooSource
from app.settings import Settings
from tests.support.fakes import InlineEngine
from tests.support.served import living
from tests.support.yahoo_payloads import CONSENT, TOO_MANY, UNKNOWN, answer, chart, walk
from tests.support.yahoo_stand_in import Answer, Clock

pytestmark = pytest.mark.anyio

CROWD, PATIENCE = 40, 6
GOOD = answer(chart(walk(400)))
HALF = replace(GOOD, body=GOOD.body[: len(GOOD.body) // 2])
MOODS = {
    "429": (TOO_MANY, 503),
    "404": (UNKNOWN, 404),
    "500": (Answer(b"oops", 500), 502),
    "HTML": (CONSENT, 502),
    "half a JSON": (HALF, 502),
    "cut off": (replace(HALF, promises=500), 502),
    "hanging": (Answer(hangs=True), 504),
}


@dataclass
class Site:
    """A client of an app whose Yahoo goes by its own clock."""

    client: httpx2.AsyncClient
    clock: Clock
    engine: InlineEngine

    async def crowd(self, *tickers):
        """The statuses of a card asked for by a crowd, and how long the slowest had to wait."""
        begun = time.monotonic()
        wanted = [tickers[turn % len(tickers)] for turn in range(CROWD)]
        visits = (
            self.client.get(f"/panels/overview?ticker={ticker}", headers={"X-Forwarded-For": f"10.0.0.{visitor}"})
            for visitor, ticker in enumerate(wanted)
        )
        answers = await asyncio.gather(*visits)
        return {answer.status_code for answer in answers}, time.monotonic() - begun

    async def slowest_health(self):
        """The longest that /healthz takes until this is cancelled."""
        longest = 0.0
        try:
            while True:
                begun = time.monotonic()
                assert (await self.client.get("/healthz")).status_code == 200
                longest = max(longest, time.monotonic() - begun)
                await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            return longest


@asynccontextmanager
async def opened():
    clock, engine = Clock(), InlineEngine()
    source = {"yahoo": YahooSource(patience=PATIENCE, clock=clock)}
    app = create_app(Settings(rate_limit="off", proxy_hops=1), source, engine)
    line = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost", timeout=30)
    async with living(app), line as client:
        yield Site(client, clock, engine)


@pytest.mark.parametrize(("told", "status"), MOODS.values(), ids=MOODS)
async def test_a_crowd_is_answered_in_time_and_nothing_stays_taken(yahoo, told, status):
    yahoo.charts = [told]
    async with opened() as site:
        health = asyncio.create_task(site.slowest_health())
        same, others = await site.crowd("AAPL"), await site.crowd(*(f"T{number}" for number in range(CROWD)))
        health.cancel()
        assert same[0] == others[0] == {status}
        assert max(same[1], others[1]) < 15
        assert await health < 2
        assert site.engine.calls == []
        yahoo.charts = [GOOD]
        site.clock.now += 3600
        assert (await site.crowd("MSFT", "AAPL"))[0] == {200}


async def test_a_crowd_that_comes_while_yahoo_refuses_makes_nobody_ask_again(yahoo):
    yahoo.charts = [TOO_MANY]
    async with opened() as site:
        assert (await site.crowd("AAPL"))[0] == {503}
        assert (await site.crowd(*(f"T{number}" for number in range(CROWD))))[0] == {503}
    assert len(yahoo.requests) == 1


async def test_a_crowd_that_asks_the_same_makes_yahoo_be_asked_once(yahoo):
    yahoo.charts = [GOOD]
    async with opened() as site:
        assert (await site.crowd("AAPL"))[0] == {200}
    assert len(yahoo.requests) == 1

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.errors import SourceBrokenError, SourceRefusedError, SourceSilentError, UnknownTickerError
from app.market.fallback import LastGoodAnswer
from app.store.cache import MemoryCache
from tests.support.fakes import market

MARKET = market(20)
TROUBLES = [SourceRefusedError("Here", 60), SourceBrokenError("Here", "a web page"), SourceSilentError("Here", 14)]


class Moody:
    """Gives the market, until it is told what to raise."""

    title, tickers = "Here", ()
    error = None

    async def load(self, ticker):
        if self.error:
            raise self.error
        return MARKET


class Life:
    """A moody source, remembered, with a clock of its own."""

    def __init__(self):
        self.now = datetime(2024, 6, 28, 12, tzinfo=UTC)
        self.source = Moody()
        cache = MemoryCache(2**20, clock=lambda: self.now.timestamp())
        self.remembering = LastGoodAnswer(self.source, cache, clock=lambda: self.now)

    def load(self, ticker="SYN"):
        return asyncio.run(self.remembering.load(ticker))


def test_a_good_answer_is_passed_on_and_not_old():
    assert Life().load() is MARKET


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: type(trouble).__name__)
def test_in_trouble_the_last_answer_comes_with_its_age_and_the_reason(trouble):
    life = Life()
    life.load()
    life.source.error, loaded = trouble, life.now
    life.now += timedelta(minutes=90, seconds=30)
    old = life.load()
    assert old.close.tolist() == MARKET.close.tolist()
    assert (old.stale.loaded, old.stale.minutes, old.stale.why) == (loaded, 90, trouble.sentence)


def test_without_a_last_answer_trouble_is_told():
    life = Life()
    life.source.error = TROUBLES[0]
    with pytest.raises(SourceRefusedError):
        life.load()


def test_an_answer_of_yesterday_is_too_old():
    life = Life()
    life.load()
    life.source.error = TROUBLES[0]
    life.now += timedelta(hours=24, seconds=1)
    with pytest.raises(SourceRefusedError):
        life.load()


def test_one_tickers_answer_is_not_given_for_another():
    life = Life()
    life.load("SYN")
    life.source.error = TROUBLES[0]
    with pytest.raises(SourceRefusedError):
        life.load("OTHER")


def test_a_ticker_that_is_unknown_by_now_is_told_so():
    life = Life()
    life.load()
    life.source.error = UnknownTickerError("Here", "SYN")
    with pytest.raises(UnknownTickerError):
        life.load()

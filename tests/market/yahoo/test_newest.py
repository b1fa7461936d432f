"""The newest price of Yahoo, and how seldom it is asked for it."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.errors import SourceBrokenError, SourceRefusedError, UnknownTickerError
from app.services.live_prices import LivePrices
from tests.support.yahoo_payloads import NOW, PENCE, TOO_MANY, UNKNOWN, answer, chart, quoted, recorded
from tests.support.yahoo_stand_in import Answer

pytestmark = pytest.mark.anyio


async def test_a_quote_is_what_yahoo_says_beside_a_day_s_bar_in_one_request(yahoo, source):
    yahoo.charts = [quoted(**PENCE)]
    quote = await source.newest("^FTSE")
    assert (quote.price, quote.currency, quote.close_before) == (321.45, "GBp", 324.0)
    assert quote.at == datetime.fromtimestamp(int(NOW) - 40, UTC)
    assert quote.at.tzinfo == ZoneInfo("Europe/London")
    assert quote.open_at(datetime.fromtimestamp(NOW, UTC))
    assert len(yahoo.requests) == 1
    assert "/v8/finance/chart/^FTSE?range=1d&interval=1d" in yahoo.requests[0]


async def test_a_recorded_answer_before_the_opening_is_a_quote_of_the_day_before(yahoo, source):
    yahoo.charts = [recorded("01_chart_AAPL")]
    quote = await source.newest("AAPL")
    assert (quote.price, quote.at.isoformat()) == (244.87, "2025-02-19T16:00:01-05:00")
    assert quote.opens.isoformat() == "2025-02-20T09:30:00-05:00"
    assert not quote.open_at(datetime(2025, 2, 20, 11, 47, tzinfo=UTC))


@pytest.mark.parametrize(("told", "error"), [
    (UNKNOWN, UnknownTickerError),
    (TOO_MANY, SourceRefusedError),
    (Answer(b"oops", 500), SourceBrokenError),
    (answer(chart([10.0])), SourceBrokenError),
    (quoted(regularMarketPrice=None), SourceBrokenError),
    (quoted(regularMarketPrice=-1), SourceBrokenError),
    (quoted(exchangeTimezoneName="Moon/Crater"), SourceBrokenError),
], ids=["unknown", "refused", "broken", "without a quote", "no price", "below nought", "no time zone"])  # fmt: skip
async def test_what_is_no_quote_is_told_as_what_it_is(yahoo, source, told, error):
    yahoo.charts = [told]
    with pytest.raises(error):
        await source.newest("AAPL")


async def test_a_refusal_of_prices_keeps_the_newest_price_from_being_asked_for(yahoo, source):
    yahoo.charts = [TOO_MANY]
    with pytest.raises(SourceRefusedError):
        await source.load("AAPL")
    with pytest.raises(SourceRefusedError):
        await source.newest("AAPL")
    assert len(yahoo.requests) == 1


async def test_many_viewers_cost_yahoo_one_request(yahoo, source):
    yahoo.charts = [quoted()]
    prices = LivePrices({"yahoo": source})

    async def first():
        async with aclosing(prices.watch("yahoo", "AAPL", asyncio.Event())) as news:
            return (await anext(news)).quote.price

    assert await asyncio.gather(*(first() for _ in range(40))) == [321.45] * 40
    assert len(yahoo.requests) == 1

import subprocess
import sys
from datetime import date

import numpy as np
import pytest

from app.errors import UnknownTickerError
from app.market.history import history_until
from app.market.sample import SampleSource

pytestmark = pytest.mark.anyio

# Closing values as published on the day: 1999-01-04 and 2018-12-31, the last low of 2009, the dot-com high.
PUBLISHED = {
    "^GSPC": {"1999-01-04": 1228.10, "2000-03-24": 1527.46, "2009-03-09": 676.53, "2018-12-31": 2506.85},
    "^IXIC": {"1999-01-04": 2208.05, "2000-03-10": 5048.62, "2009-03-09": 1268.64, "2018-12-31": 6635.28},
}


@pytest.mark.parametrize("ticker", PUBLISHED)
async def test_the_sample_has_the_closes_that_were_published(ticker):
    told = await SampleSource().load(ticker)
    for day, close in PUBLISHED[ticker].items():
        row = int(np.flatnonzero(told.dates == np.datetime64(day))[0])
        assert told.close[row] == pytest.approx(close, abs=0.0051)


@pytest.mark.parametrize("ticker", SampleSource.tickers)
async def test_the_sample_is_twenty_years_without_a_fault(ticker):
    told = await SampleSource().load(ticker)
    passport = history_until(told, None).passport
    assert (told.dates[0].item(), told.dates[-1].item(), len(told.dates)) == (
        date(1999, 1, 4),
        date(2018, 12, 31),
        5031,
    )
    assert (passport.dropped, passport.repaired, passport.jumps, passport.missing_sessions) == ((), (), (), ())
    assert (passport.source, passport.currency, passport.has_volume) == ("sample", "USD", True)


async def test_another_ticker_is_unknown_and_the_known_ones_are_named():
    with pytest.raises(UnknownTickerError) as unknown:
        await SampleSource().load("AAPL")
    assert "AAPL" in unknown.value.sentence
    assert all(ticker in unknown.value.hint for ticker in SampleSource.tickers)


def test_reading_the_sample_does_not_import_arch():
    script = (
        "import asyncio, sys; from app.market.sample import SampleSource; asyncio.run(SampleSource().load('^GSPC'))"
    )
    ended = subprocess.run([sys.executable, "-c", f"{script}; sys.exit('arch' in sys.modules)"], check=False)
    assert ended.returncode == 0

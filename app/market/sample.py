"""Real index prices that come inside the arch package, so that the app works with no network at all."""

import asyncio
import csv
import gzip
from datetime import date, datetime
from importlib.metadata import distribution
from pathlib import Path

import numpy as np

from app.errors import UnknownTickerError
from app.market.raw_history import Listing, RawHistory
from app.market.source import Instrument, matching

_INDICES = {
    "^GSPC": ("S&P 500 index", "arch/data/sp500/sp500.csv.gz", "New York Stock Exchange", "XNYS"),
    "^IXIC": ("NASDAQ Composite index", "arch/data/nasdaq/nasdaq.csv.gz", "Nasdaq", "XNAS"),
}
_COLUMNS = ("Open", "High", "Low", "Close", "Adj Close", "Volume")


class SampleSource:
    """Daily bars of two US indices from 1999 to 2018 (Yahoo's, as packaged by arch)."""

    name = "sample"
    title = "The built-in sample"
    tickers = tuple(_INDICES)
    stock = tuple(Instrument(ticker, name, exchange) for ticker, (name, _, exchange, _) in _INDICES.items())
    last_day = date(2018, 12, 31)

    async def load(self, ticker: str) -> RawHistory:
        """All rows of one of the two indices."""
        if ticker not in _INDICES:
            raise UnknownTickerError(self.title, ticker, self.tickers)
        return await asyncio.to_thread(_read, ticker)

    async def search(self, words: str) -> tuple[Instrument, ...]:
        """Those of the two that ``words`` can mean."""
        return matching(self.stock, words)


def _read(ticker: str) -> RawHistory:
    name, path, exchange, calendar = _INDICES[ticker]
    listing = Listing(
        ticker=ticker,
        name=name,
        source=SampleSource.name,
        currency="USD",
        exchange=exchange,
        time_zone="America/New_York",
        calendar=calendar,
        adjustment="index points; an index has no splits or dividends to adjust for",
    )
    # Found through the package's metadata, because importing arch takes seconds.
    with gzip.open(Path(str(distribution("arch").locate_file(path))), "rt", newline="") as lines:
        rows = list(csv.DictReader(lines))
    dates = np.array([datetime.strptime(row["Date"], "%m/%d/%Y").date() for row in rows], dtype="datetime64[D]")
    return RawHistory(listing, (), dates, *(np.array([float(row[column]) for row in rows]) for column in _COLUMNS))

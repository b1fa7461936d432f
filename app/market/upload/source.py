"""The visitor's own CSV: a market source of one ticker that comes with the request and is kept nowhere."""

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from app.errors import BadFileError, TooFewBarsError
from app.market.passport import Remark
from app.market.raw_history import Floats, Listing, RawHistory
from app.market.upload.columns import find_columns, read_dividends, read_splits
from app.market.upload.table import Table, read_table, shown
from app.market.upload.values import decimal_mark, read_dates, read_prices, read_volume

MAXIMUM_BYTES = 2 * 2**20
SOURCE = "upload"
UNKNOWN_CURRENCY = "your file's currency"
_LONGEST_NAME = 60
_LONGEST_TICKER = 15
_PRICES = ("open", "high", "low", "close", "adj_close")
# Daily bars are at most a long weekend apart; weeks and months would be read as days.
_DAYS_APART = 4


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came; ``digest`` is over its name and its bytes, so that equal uploads are read once."""

    name: str
    content: bytes = field(repr=False)
    digest: str

    title = "Your file"
    tickers = ()

    async def load(self, ticker: str) -> RawHistory:
        """The rows of the file under the name of ``ticker``; raises ``BadFileError``."""
        return await asyncio.to_thread(read_quotes, self.content, ticker, self.name)


class ShortFileError(TooFewBarsError):
    """A card needs more rows than the visitor's file has."""

    def __init__(self, found: int, needed: int) -> None:
        super().__init__(found, needed)
        self.hint = f"Add at least {needed - found} earlier rows to your file, or choose a later day in “As of”."


def upload_of(file_name: str, content: bytes) -> Upload:
    """The file with a name that can be shown: what a path or unprintable signs would add to it is left out."""
    base = re.split(r"[\\/]", file_name)[-1]
    name = "".join(letter for letter in base if letter.isprintable()).strip() or "your file"
    name = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return Upload(name, content, hashlib.sha256(name.encode() + b"\0" + content).hexdigest())


def ticker_from(file_name: str) -> str:
    """A ticker for a file that comes without one: its name before the last dot, or UPLOAD where nothing is left."""
    stem = file_name.rpartition(".")[0] or file_name
    plain = re.sub(r"[^A-Z0-9.\-=^&_]+", "-", stem.upper())[:_LONGEST_TICKER].strip("-.")
    return plain or "UPLOAD"


def read_quotes(content: bytes, ticker: str, name: str) -> RawHistory:
    """The rows of a CSV file in its own order; raises ``BadFileError`` with the line and column of what is wrong.

    How a file writes dates and numbers is told from the whole of it, before anything is cut off at an as-of date.
    """
    table = read_table(content)
    columns = find_columns(table)
    if not table.rows:
        needed = "a row for each day below the header"
        raise BadFileError(table.header_line + 1, table.name(columns["date"]), "nothing", needed)
    dates = read_dates(table, columns["date"])
    mark = decimal_mark(table, [column for role, column in columns.items() if role != "date"])
    unknown = np.full(len(dates), np.nan)
    prices = (read_prices(table, columns[role], mark) if role in columns else unknown for role in _PRICES)
    left_out = tuple(Remark(dates[row].item(), _blank_lines(count)) for row, count in Counter(table.blank).items())
    volume = read_volume(table, columns["volume"], mark) if "volume" in columns else unknown
    # Without adjusted closes there is nothing that a dividend could be missing from.
    dividends = read_dividends(table, dates, mark) if "adj_close" in columns else ()
    splits = read_splits(table, dates, mark)
    quotes = RawHistory(
        _listing(ticker, name, columns), splits, dates, *(*prices, volume), left_out=left_out, dividends=dividends
    )
    _check_one_row_a_day(table, columns, quotes)
    _check_daily(table, columns, quotes)
    return quotes


def _blank_lines(count: int) -> str:
    return "a blank line before its row" if count == 1 else f"{count:,} blank lines before its row"


def _listing(ticker: str, name: str, columns: Mapping[str, int]) -> Listing:
    if "adj_close" not in columns:
        adjustment = "your file has no adjusted close, so its closes count as adjusted"
    elif columns["adj_close"] == columns["close"]:
        adjustment = "your file has adjusted closes only, which count as its closes too"
    else:
        adjustment = "adjusted closes as your file has them"
    return Listing(
        ticker=ticker,
        name=name,
        source=SOURCE,
        currency=UNKNOWN_CURRENCY,
        exchange="not known from a file",
        time_zone="dates as your file has them",
        calendar="",
        adjustment=adjustment,
    )


def _check_one_row_a_day(table: Table, columns: Mapping[str, int], quotes: RawHistory) -> None:
    priced = np.flatnonzero(np.isfinite(quotes.close))
    order = priced[np.argsort(quotes.dates[priced], kind="stable")]
    same_day = quotes.dates[order[1:]] == quotes.dates[order[:-1]]
    for role in (role for role in columns if role != "date"):
        values: Floats = getattr(quotes, role)[order]
        equal = (values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1]))
        if (same_day & ~equal).any():
            at = int(np.argmax(same_day & ~equal))
            first, second, column = int(order[at]), int(order[at + 1]), columns[role]
            before = f"{shown(table.rows[first][column])} on that date in line {table.lines[first]}"
            found = f"{shown(table.rows[second][column])} after {before}"
            raise BadFileError(table.lines[second], table.name(column), found, "one row a day")


def _check_daily(table: Table, columns: Mapping[str, int], quotes: RawHistory) -> None:
    days = np.unique(quotes.dates)
    apart = float(np.median(np.diff(days).astype(int))) if len(days) > 1 else 1
    if apart > _DAYS_APART:
        raise BadFileError(table.lines[1], table.name(columns["date"]), f"rows {apart:g} days apart", "daily bars")


FILE_NAME = "made-up-prices.csv"
_HEADER = "Date,Open,High,Low,Close,Adj Close,Volume,Note"
_ROWS = 400
_FIRST = np.datetime64("2022-01-03")
_SEED = 20220103
_START, _DAILY = 50.0, 0.012


@cache
def example_csv() -> bytes:
    """A random walk on weekdays with the highs, lows and volumes of no market; each row says that it is made up."""
    rng = np.random.default_rng(_SEED)
    close = _START * np.exp(np.cumsum(rng.normal(0, _DAILY, _ROWS)))
    start = np.r_[_START, close[:-1]] * np.exp(rng.normal(0, _DAILY / 4, _ROWS))
    reach = np.exp(np.abs(rng.normal(0, _DAILY / 2, (2, _ROWS))))
    high, low = np.maximum(start, close) * reach[0], np.minimum(start, close) / reach[1]
    days, volume = np.busday_offset(_FIRST, np.arange(_ROWS)), rng.integers(100, 900, _ROWS) * 1000
    rows = zip(days, start, high, low, close, close, volume, strict=True)
    lines = (f"{day},{','.join(f'{price:.2f}' for price in prices)},{count},made up" for day, *prices, count in rows)
    return "\n".join((_HEADER, *lines, "")).encode()

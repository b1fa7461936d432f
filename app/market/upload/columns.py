"""Which column of a file is which, by the many names that programs give them."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date

from app.errors import BadFileError
from app.market.calendar import Days
from app.market.raw_history import Dividend, Split
from app.market.upload.table import Table, shown
from app.market.upload.values import Mark, read_volume

# The first name that a file has is taken; an empty one is how pandas writes an index.
_NAMES = {
    "date": ("date", "datetime", "timestamp", "tradedate", "tradingdate", "pricedate", "day", "time", ""),
    "open": ("open", "openprice", "openingprice"),
    "high": ("high", "highprice"),
    "low": ("low", "lowprice"),
    "close": ("close", "closeprice", "closingprice", "closelast", "price", "last", "lastprice"),
    "adj_close": ("adjclose", "adjustedclose", "closeadj", "closeadjusted", "adjcloseprice", "adjclosingprice"),
    "volume": ("volume", "vol", "tickvolume", "tradedvolume", "sharevolume"),
}


def find_columns(table: Table) -> Mapping[str, int]:
    """The index of each column there is; ``date`` and ``close`` always are (an adjusted close may be the only one).

    Case, blanks, punctuation, numbers ("1. open") and brackets ("Close (EUR)") do not matter. Raises ``BadFileError``.
    """
    plain = [_plain(name) for name in table.header]
    found = {
        role: _only(table, plain, name) for role, names in _NAMES.items() if (name := _first(names, plain)) is not None
    }
    if "close" not in found and "adj_close" in found:
        found["close"] = found["adj_close"]
    for role, needed in (("date", "a column Date"), ("close", "a column Close")):
        if role not in found:
            names = shown(", ".join(table.header))
            raise BadFileError(table.header_line, "1", f"columns named {names}", f"{needed} in the header line")
    return found


def _plain(name: str) -> str:
    bare = re.sub(r"\(.*?\)|\[.*?\]", "", name[:100]).casefold()
    return re.sub(r"[^a-z0-9]", "", bare).lstrip("0123456789")


def _first(names: tuple[str, ...], plain: list[str]) -> str | None:
    return next((name for name in names if name in plain), None)


def _only(table: Table, plain: list[str], name: str) -> int:
    column = plain.index(name)
    if name and plain.count(name) > 1:
        again = plain.index(name, column + 1)
        found = f"{shown(table.header[again])} a second time"
        raise BadFileError(table.header_line, str(again + 1), found, "each column once")
    return column


_MOST = math.log(1e9)


def read_splits(table: Table, dates: Days, mark: Mark) -> tuple[Split, ...]:
    """From a column “Stock Splits”: 4 where one share became four, 0 where nothing happened."""
    splits = tuple(Split(day, ratio) for day, ratio in _events(table, "stock splits", dates, mark) if ratio != 1)
    # More than any share was ever split: such a column tells something else.
    return splits if sum(abs(math.log(split.ratio)) for split in splits) < _MOST else ()


def read_dividends(table: Table, dates: Days, mark: Mark) -> tuple[Dividend, ...]:
    """From a column “Dividends”: what a share paid on that day, 0 where it paid nothing."""
    return tuple(Dividend(day, amount) for day, amount in _events(table, "dividends", dates, mark))


def _events(table: Table, name: str, dates: Days, mark: Mark) -> Iterator[tuple[date, float]]:
    """The days and numbers above zero of a column; none where it is missing or has other things than numbers in it."""
    names = [header.strip().casefold().replace("_", " ") for header in table.header]
    if name not in names:
        return
    try:
        numbers = read_volume(table, names.index(name), mark)
    except BadFileError:
        return
    # A row may stand in a file twice; what it tells happened once.
    told = {(day, number) for day, number in zip(dates.tolist(), numbers.tolist(), strict=True) if number > 0}
    yield from sorted(told)

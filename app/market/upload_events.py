"""Splits and dividends that a file names beside its prices, as Yahoo's tables do, so that its adjusted closes can be
checked against them.
"""

import math
from collections.abc import Iterator
from datetime import date

from app.errors import BadFileError
from app.market.calendar import Days
from app.market.quotes import Dividend, Split
from app.market.upload_numbers import Mark, read_volume
from app.market.upload_table import Table

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

"""From the columns of a table to rows of prices: what is no row is left out and told, what is broken is refused."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from app.errors import BadFileError
from app.market.calendar import Days
from app.market.passport import Remark
from app.market.raw_history import Dividend, Floats, Split
from app.market.upload.daily import check_daily, check_prices
from app.market.upload.kinds.text import DELIMITERS, MAXIMUM_ROWS
from app.market.upload.table import Table
from app.market.upload.values.day_order import DateColumn, Fault, settled
from app.market.upload.values.days import NEEDED, Written, written_days
from app.market.upload.values.decimals import decimal_mark
from app.market.upload.values.numbers import Mark, is_number, read_prices, read_volume
from app.market.upload.words import plain

PRICES = ("open", "high", "low", "close", "adj_close")
_EVENT = re.compile(r"divid|split|ex-d|bonus|dividend", re.IGNORECASE)
_THAI = re.compile("[\u0e00-\u0e7f]")
_MOST_SPLIT = math.log(1e9)
# CRSP writes the mean of bid and ask with a minus where nothing was traded.
_MARKED_BY_MINUS = "prc"


@dataclass(frozen=True, slots=True)
class DailyRows:
    """The rows of a file in its own order, prices under our names, and remarks on what was left out or mended."""

    dates: Days
    order: str
    values: Mapping[str, Floats]
    left_out: tuple[Remark, ...]
    mended: tuple[Remark, ...]
    splits: tuple[Split, ...]
    dividends: tuple[Dividend, ...]


def daily_rows(table: Table, taken: Mapping[str, int], sign: str) -> DailyRows:
    """The rows of ``table`` by its columns ``taken``; raises ``BadFileError`` for what is wrong, by line and column."""
    column = taken["date"]
    written = written_days(table.column(column))
    strays = _strays(table, written, taken)
    kept = [row for row in range(len(table.rows)) if row not in strays]
    days = _days(table, column, kept, written)
    left_out = (*_blank_lines(table, kept, days), *_left_out(table, strays, kept, days))
    table = replace(table, rows=[table.rows[row] for row in kept], lines=[table.lines[row] for row in kept])
    if len(kept) > MAXIMUM_ROWS:
        raise table.too_long(table.lines[MAXIMUM_ROWS])
    mark = _mark(table, taken, sign)
    values, mended = _values(table, taken, mark, days.days)
    check_daily(table, taken, days, values)
    check_prices(table, taken["close"], days.days, values["close"])
    splits = _splits(table, days.days, mark)
    dividends = _dividends(table, days.days, mark) if "adj_close" in taken else ()
    return DailyRows(days.days, days.order, values, left_out, mended, splits, dividends)


def _days(table: Table, column: int, kept: Sequence[int], written: Sequence[Written | None]) -> DateColumn:
    def fault(row: int, needed: str) -> BadFileError:
        return table.fault(kept[row], column, needed)

    thai = any(_THAI.search(name) for name in table.header)
    return settled([day for row in kept if (day := written[row]) is not None], fault, thai)


def _fault(table: Table, column: int) -> Fault:
    return lambda row, needed: table.fault(row, column, needed)


def _strays(table: Table, written: Sequence[Written | None], taken: Mapping[str, int]) -> Mapping[int, str]:
    """Lines that are no rows of prices, by their index, and what they are; raises where a row is broken."""
    date_column, close = taken["date"], taken["close"]
    dated = [row for row, day in enumerate(written) if day is not None]
    if not dated:
        raise table.fault(0, date_column, NEEDED)
    strays: dict[int, str] = {}
    for row in {*table.ragged, *(row for row, day in enumerate(written) if day is None)}:
        cells = table.rows[row]
        priced, digits = is_number(cells[close]), any(map(str.isdigit, cells[date_column]))
        if written[row] is None:
            outside = "a line above the first row" if row < dated[0] else "a line below the last row"
            alone = row in table.ragged and sum(map(bool, cells)) == 1
            if dated[0] < row < dated[-1] or (priced and not alone and (digits or not cells[date_column])):
                raise table.fault(row, date_column, NEEDED)
            strays[row] = outside
        elif not priced and any(map(_EVENT.search, cells)):
            strays[row] = "a line about a dividend or a split"
        else:
            raise _ragged(table, row)
    for row in dated:
        if not table.rows[row][close] and row not in strays and any(map(_EVENT.search, table.rows[row])):
            strays[row] = "a line about a dividend or a split"
    return strays


def _ragged(table: Table, row: int) -> BadFileError:
    cells, wanted = table.ragged[row], len(table.header)
    as_in = "as in the header" if table.has_header else "as in the first row"
    needed = f"{wanted}, {as_in}"
    if table.grid.delimiter in DELIMITERS:
        between = {"\t": "a tab", " ": "a space"}.get(table.grid.delimiter, f"“{table.grid.delimiter.strip()}”")
        needed = f"{needed}, with {between} between cells only"
    return table.fault_at(table.lines[row], min(cells, wanted), f"{cells} cells", needed, by_number=True)


def _left_out(table: Table, strays: Mapping[int, str], kept: Sequence[int], days: DateColumn) -> list[Remark]:
    """What is no row, each told at the day of a row beside it, so that nothing later shows on an earlier day."""
    first, last = days.days.min().item(), days.days.max().item()
    remarks = []
    if table.above:
        remarks.append(Remark(first, f"{table.above} line{'s' * (table.above > 1)} above the header"))
    positions = np.searchsorted(np.array(kept), sorted(strays))
    for row, position in zip(sorted(strays), positions, strict=True):
        what = strays[row]
        beside = days.days[min(int(position), len(days.days) - 1)].item()
        day = first if "above" in what else last if "below" in what else beside
        remarks.append(Remark(day, what))
    return remarks


def _blank_lines(table: Table, kept: Sequence[int], days: DateColumn) -> list[Remark]:
    remarks = []
    positions = np.searchsorted(np.array(kept), [*table.blank]).tolist()
    for count, position in zip(table.blank.values(), positions, strict=True):
        if position < len(kept):
            what = "a blank line before its row" if count == 1 else f"{count:,} blank lines before its row"
            remarks.append(Remark(days.days[position].item(), what))
    return remarks


def _mark(table: Table, taken: Mapping[str, int], sign: str) -> Mark:
    if table.grid.typed:
        return "."
    columns = [column for role, column in taken.items() if role not in ("date", "ticker", "time")]
    others = [column for column in range(len(table.header)) if column not in taken.values()]
    taken_cells, other_cells = ([table.column(column) for column in part] for part in (columns, others))
    mark, unsure = decimal_mark(taken_cells, other_cells, table.grid.delimiter, sign)
    if unsure is not None:
        column, row = unsure
        needed = "decimals after a point and no separator of thousands, since this may mean two numbers"
        raise table.fault(row, columns[column], needed)
    return mark


def _values(
    table: Table, taken: Mapping[str, int], mark: Mark, days: Days
) -> tuple[dict[str, Floats], tuple[Remark, ...]]:
    unknown = np.full(len(table.rows), np.nan)
    values = {
        role: read_prices(table.column(taken[role]), mark, _fault(table, taken[role])) if role in taken else unknown
        for role in PRICES
    }
    volume = taken.get("volume")
    values["volume"] = unknown if volume is None else read_volume(table.column(volume), mark, _fault(table, volume))
    if plain(table.header[taken["close"]]) != _MARKED_BY_MINUS:
        return values, ()
    means = values["close"] < 0
    values["close"] = abs(values["close"])
    return values, tuple(Remark(day, "a mean of bid and ask, marked by a minus") for day in days[means].tolist())


def _splits(table: Table, dates: Days, mark: Mark) -> tuple[Split, ...]:
    """From a column “Stock Splits”, as yfinance writes beside split-adjusted prices: 4 where one share became four."""
    splits = tuple(Split(day, ratio) for day, ratio in _events(table, "stocksplits", dates, mark) if ratio != 1)
    # More than any share was ever split: such a column tells something else.
    return splits if sum(abs(math.log(split.ratio)) for split in splits) < _MOST_SPLIT else ()


def _dividends(table: Table, dates: Days, mark: Mark) -> tuple[Dividend, ...]:
    """From a column “Dividends”: what a share paid on that day, 0 where it paid nothing."""
    return tuple(Dividend(day, amount) for day, amount in _events(table, "dividends", dates, mark))


def _events(table: Table, name: str, dates: Days, mark: Mark) -> list[tuple[date, float]]:
    """The days and numbers above zero of a column; none where it is missing or has other things than numbers in it."""
    column = next((number for number, header in enumerate(table.header) if plain(header) == name), None)
    if column is None:
        return []
    try:
        numbers = read_volume(table.column(column), mark, _fault(table, column))
    except BadFileError:
        return []
    # A row may stand in a file twice; what it tells happened once.
    return sorted({(day, number) for day, number in zip(dates.tolist(), numbers.tolist(), strict=True) if number > 0})

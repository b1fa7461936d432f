"""Which column is which by what stands in it, where no name tells: days, numbers, and four prices in order."""

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from app.errors import BadFileError
from app.market.raw_history import Floats
from app.market.upload.faults import ChoiceNeededError
from app.market.upload.table import Table
from app.market.upload.values.day_order import days_of_numbers, settled
from app.market.upload.values.days import Written, may_be_day, written_day, written_days
from app.market.upload.values.decimals import decimal_mark
from app.market.upload.values.numbers import is_missing, is_number, read_prices

_SAMPLED_ROWS = 400
_MOSTLY = 0.95
_CONTINUOUS = 0.8
_ENOUGH_ROWS = 20
# A day's high over its low; a volume among four columns shows by more than that.
_WIDEST_DAY = 3
_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?|0{4,6}")
_STAMP = re.compile(r"[0-9]{9,19}(\.[0-9]+)?")

Rows = Sequence[tuple[str, ...]]


def date_columns(table: Table) -> list[int]:
    """The columns that have a day in nearly each row; where none has, those of day numbers, and else of time stamps."""
    rows = [row for number, row in enumerate(table.rows[:_SAMPLED_ROWS]) if number not in table.ragged]
    every = range(len(table.header)) if rows else ()
    dated = [column for column in every if _share(rows, column, may_be_day) > _MOSTLY]
    days = [column for column in dated if not _STAMP.fullmatch(rows[0][column])]
    return days or [column for column in every if _of_spreadsheet(table.column(column))] or dated


def _of_spreadsheet(cells: Sequence[str]) -> bool:
    written = [day for day in map(written_day, cells) if day is not None and day.form == "spreadsheet"]
    return len(written) > _MOSTLY * len(cells) and days_of_numbers(np.array([day.a for day in written]))


def value_columns(table: Table, taken: Mapping[str, int]) -> list[int]:
    """The columns of numbers besides those that are ``taken``."""
    rows = [row for row in table.rows[:_SAMPLED_ROWS] if written_day(row[taken["date"]])] or table.rows
    return _numeric(rows, [*taken.values()])


def prices_by_content(table: Table, date: int) -> dict[str, int]:
    """Columns of a file without a header: a lone value is a close; of four prices the highest and the lowest are sure.

    Opening and closing prices are told apart by the nights: an opening price is near the close before it, so the sum
    of such changes is clearly smaller than with the two exchanged. Raises ``ChoiceNeededError`` for anything else.
    """
    written = written_days(table.column(date))
    rows = [row for row, day in zip(table.rows, written, strict=True) if day]
    values = _numeric(rows, [date])
    others = [column for column in range(len(table.header)) if column not in (date, *values)]
    if len(values) == 1 and not any(_share(rows, column, _is_odd) for column in others):
        return {"close": values[0]}
    behind = len(values) >= 4 and date < values[0] == values[3] - 3
    prices = _numbers_of(rows, values[:4], table.grid.delimiter) if behind else None
    order = _order_of_prices(prices, _by_day(table, written, date)) if prices is not None else None
    if prices is None or order is None:
        raise _asked(table, values, date)
    columns = {role: values[place] for role, place in order.items()}
    return columns | _volume(table, rows, values, prices[:, order["close"]])


def _asked(table: Table, values: Sequence[int], date: int) -> ChoiceNeededError:
    columns = values or [column for column in range(len(table.header)) if column != date] or [date]
    return table.asked("close", f"{len(values)} columns of numbers without names", columns)


def _order_of_prices(prices: Floats, forward: NDArray[np.intp]) -> dict[str, int] | None:
    """The place of each price among four columns, (rows, 4); ``forward`` puts the rows in order of their days."""
    whole = prices[forward][np.isfinite(prices[forward]).all(axis=1)]
    highest, lowest = whole.max(axis=1, initial=-np.inf), whole.min(axis=1, initial=np.inf)
    if len(whole) < _ENOUGH_ROWS or not (highest <= _WIDEST_DAY * lowest).all():
        return None
    high = [column for column in range(4) if (whole[:, column] == highest).all()]
    low = [column for column in range(4) if (whole[:, column] == lowest).all()]
    rest = [column for column in range(4) if column not in (*high, *low)]
    if len(high) != 1 or len(low) != 1 or len(rest) != 2:
        return None
    nights = [abs(whole[1:, opened] - whole[:-1, closed]).sum() for opened, closed in (rest, rest[::-1])]
    if min(nights) > _CONTINUOUS * max(nights):
        return None
    opened, closed = rest if nights[0] < nights[1] else rest[::-1]
    return {"open": opened, "high": high[0], "low": low[0], "close": closed}


def _volume(table: Table, rows: Rows, values: Sequence[int], close: Floats) -> dict[str, int]:
    """The column behind four prices is the volume where it varies from day to day as no price does."""
    column = _numbers_of(rows, values[:5], table.grid.delimiter) if values[4:] else None
    if column is None or not (column[:, 4] >= 0).all() or (column[:, 4] == 0).mean() > 0.5:
        return {}
    with np.errstate(divide="ignore", invalid="ignore"):
        changes = abs(np.diff(np.log(np.column_stack((column[:, 4], close))), axis=0))
    varied, steady = np.median(changes[np.isfinite(changes).all(axis=1)], axis=0)
    return {"volume": values[4]} if varied > 5 * steady else {}


def _share(rows: Rows, column: int, test: Callable[[str], bool]) -> float:
    """The share of the cells with anything in them that pass a test."""
    cells = [row[column] for row in rows[:_SAMPLED_ROWS] if row[column]]
    return sum(map(test, cells)) / max(len(cells), 1)


def _numeric(rows: Rows, leave: Sequence[int]) -> list[int]:
    def no_text(cell: str) -> bool:
        return is_number(cell) or is_missing(cell)

    free = [column for column in range(len(rows[0]) if rows else 0) if column not in leave]
    filled = [column for column in free if _share(rows, column, is_number)]
    return [column for column in filled if _share(rows, column, no_text) > _MOSTLY]


def _is_odd(cell: str) -> bool:
    """Whether a cell may be a number in some way that is not known here; a time of day is none."""
    return cell.lstrip("+-$€£¥ ")[:1].isdigit() and not _TIME.fullmatch(cell)


def _numbers_of(rows: Rows, columns: Sequence[int], delimiter: str) -> Floats | None:
    """The numbers of some columns, (rows, columns), None where a cell is none or may be two."""
    cells = [[row[column] for row in rows] for column in columns]
    mark, unsure = decimal_mark(cells, [], delimiter, "")
    try:
        return None if unsure else np.column_stack([read_prices(column, mark, _no_number) for column in cells])
    except BadFileError:
        return None


def _no_number(row: int, needed: str) -> BadFileError:
    return BadFileError(row, "1", "no number", needed)


def _by_day(table: Table, written: Sequence[Written | None], date: int) -> NDArray[np.intp]:
    dated = [day for day in written if day is not None]
    return np.argsort(
        settled(dated, lambda row, needed: table.fault(row, date, needed), thai=False).days, kind="stable"
    )

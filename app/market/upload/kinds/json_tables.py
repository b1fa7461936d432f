"""The tables in a piece of JSON, in whatever way a program writes one: names of columns, and rows under them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from app.market.upload.kinds.text import MAXIMUM_ROWS, MOST_COLUMNS
from app.market.upload.values.days import may_be_day
from app.market.upload.words import roles_of

MOST_ROWS = MAXIMUM_ROWS + 1
_SAMPLED = 500

Columns = tuple[Sequence[str], Sequence[Sequence[Any]]]


def tables_of_list(content: list[Any]) -> Iterator[Columns]:
    """The tables that a list can be read as: of objects, of rows, or of rows written as text."""
    if content and all(isinstance(row, dict) for row in content):
        names = list(dict.fromkeys(name for row in content[:_SAMPLED] for name in row))[:MOST_COLUMNS]
        yield names, [[row.get(name) for name in names] for row in content[:MOST_ROWS]]
    elif content and all(isinstance(row, list) and len(row) > 1 for row in content):
        named = all(isinstance(cell, str) and roles_of(cell) for cell in content[0][:2])
        names = [cell if named and isinstance(cell, str) else "" for cell in content[0]]
        yield names[:MOST_COLUMNS], [row[:MOST_COLUMNS] for row in content[named : MOST_ROWS + named]]
    elif content and all(isinstance(row, str) and "," in row for row in content):
        rows = [row.split(",") for row in content[:MOST_ROWS]]
        yield [""] * len(rows[0]), rows


def tables_of_object(content: Mapping[str, Any]) -> Iterator[Columns]:
    """The tables that an object can be read as, without those that its values are."""
    values = [*content.values()]
    lists = {name: value for name, value in content.items() if isinstance(value, list) and value}
    for names in lists.values():
        if len(names) <= MOST_COLUMNS and all(isinstance(name, str) and name for name in names):
            yield from _under(names, lists.values(), content.get("index"))
    if len(values) > 1 and _are_days(content) and not any(isinstance(value, list | dict) for value in values):
        yield ["date", "value"], [*map(list, content.items())]
    if values and all(isinstance(value, dict) for value in values) and len(values) <= MOST_ROWS:
        yield from _of_objects(content)
    if len(content) <= MOST_COLUMNS:
        yield from _of_lists(lists, content)


def _under(names: Sequence[str], lists: Iterable[list[Any]], index: Any) -> Iterator[Columns]:
    """Rows in one list whose names stand in another; an ``index`` has what stands before each row."""
    for rows in lists:
        if all(isinstance(row, list) and len(row) == len(names) for row in rows):
            if isinstance(index, list) and len(index) == len(rows):
                yield ["", *names], [[day, *row] for day, row in zip(index, rows, strict=True)]
            else:
                yield names, rows


def _of_objects(content: Mapping[str, Mapping[str, Any]]) -> Iterator[Columns]:
    """An object for each day, or one for each column with its values by row."""
    inner = list(dict.fromkeys(name for row in content.values() for name in row))
    by_day = _are_days(inner)
    if _are_days(content):
        names = inner[:MOST_COLUMNS]
        yield ["", *names], [[day, *(row.get(name) for name in names)] for day, row in content.items()]
    elif len(content) <= MOST_COLUMNS and (by_day or any(map(roles_of, content))):
        index = [""] if by_day and "Date" not in content else []
        rows = [[*([key] if index else []), *(column.get(key) for column in content.values())] for key in inner]
        yield [*index, *content], rows


def _are_days(names: Iterable[str]) -> bool:
    return all(map(may_be_day, islice(names, _SAMPLED)))


def _of_lists(lists: Mapping[str, list[Any]], content: Mapping[str, Any]) -> Iterator[Columns]:
    """A list for each column, or a list of pairs of a day and a value for each; inner ones belong to the same rows."""
    columns = dict(lists)
    for part in _parts(content):
        inner = _inner_lists(part, 0)
        if inner.keys() & columns.keys():
            return
        columns |= inner
    longest = max(map(len, columns.values()), default=0)
    shorter = [column for column in columns.values() if 1 < len(column) < longest]
    columns = {name: column for name, column in columns.items() if len(column) == longest > 1}
    if not columns:
        return
    if all(map(_of_pairs, columns.values())):
        days = [pair[0] for pair in next(iter(columns.values()))]
        same = all([pair[0] for pair in column] == days for column in columns.values())
        if same and not any(map(_of_pairs, shorter)):
            values = zip(days, *([pair[1] for pair in column] for column in columns.values()), strict=True)
            yield ["date", *(columns if len(columns) > 1 else ["value"])], [*map(list, values)]
    elif len(columns) > 1 and not any(
        isinstance(cell, list | dict) for column in columns.values() for cell in column[:3]
    ):
        yield [*columns], [*map(list, zip(*columns.values(), strict=True))]


def _of_pairs(column: Sequence[Any]) -> bool:
    return all(isinstance(pair, list) and len(pair) == 2 for pair in column)


def _parts(content: Mapping[str, Any]) -> Iterator[Any]:
    """The values of an object; of a list of one part, that part."""
    for value in content.values():
        yield value[0] if isinstance(value, list) and len(value) == 1 else value


def _inner_lists(content: Any, depth: int) -> dict[str, list[Any]]:
    if not isinstance(content, dict) or depth > 2 or len(content) > MOST_COLUMNS:
        return {}
    lists = {name: value for name, value in content.items() if isinstance(value, list) and len(value) > 1}
    for part in _parts(content):
        lists |= _inner_lists(part, depth + 1)
    return lists

"""From JSON to rows of cells: whatever way a program has of writing a table, with the names of its columns."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.market.upload.faults import UnreadableFileError, shown
from app.market.upload.kinds.text import MAXIMUM_ROWS, MOST_COLUMNS, Grid, bare_cell
from app.market.upload.values.days import may_be_day
from app.market.upload.words import roles_of

_DEEPEST = 6
_SAMPLED, _MOST_ROWS = 500, MAXIMUM_ROWS + 1
# Reading JSON lets nobody else have the interpreter, and takes 0.1 s for so many.
_MOST_VALUES, _MOST_LINES = 25 * MAXIMUM_ROWS, 3 * MAXIMUM_ROWS


def json_grid(text: str, encoding: str) -> Grid | None:
    """The table in a JSON text, None where it is no JSON; raises ``UnreadableFileError`` where there is none in it."""
    if text.count(",") > _MOST_VALUES:
        raise UnreadableFileError(f"JSON of more than {_MOST_VALUES:,} values", "Send the prices alone.")
    try:
        content = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except ValueError:
        content = _lines(text)
    except RecursionError:
        raise UnreadableFileError("JSON nested too deep", "Send a table, as CSV or .xlsx.") from None
    if content is None:
        return None
    tables = sorted(_tables(content, 0), key=_worth, reverse=True)
    if not tables or not _worth(tables[0])[0]:
        message = next(_messages(content, 0), "")
        what = f"an answer that says {shown(message)}" if message else "JSON without a table"
        raise UnreadableFileError(what, "Ask the service again, or send the prices as CSV.")
    names, rows = tables[0]
    header = [(0, tuple(names))] if any(names) else []
    records = [*header, *((number, tuple(map(_text, row))) for number, row in enumerate(rows[:_MOST_ROWS], 1))]
    return Grid(records, unit="Row", typed=not _mixed(rows), encoding=f"{encoding}, JSON")


def _lines(text: str) -> list[Any] | None:
    """An object in each line."""
    if text.count("\n") > _MOST_LINES:
        return None
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not all(line.lstrip()[:1] in ("{", "[") for line in lines):
        return None
    try:
        return [json.loads(line, parse_float=str, parse_int=str, parse_constant=str) for line in lines]
    except (ValueError, RecursionError):
        return None


Found = tuple[Sequence[str], Sequence[Sequence[Any]]]


def _worth(table: Found) -> tuple[bool, int, int]:
    """Whether a table may have prices: days, and a number beside; then how many columns of it are known, and rows."""
    names, rows = table
    known = len({role for name in names for role in roles_of(name)[:1]})
    dated = [row for row in rows[:20] if any(type(cell) is str and may_be_day(cell) for cell in row)]
    return bool(dated) or known > 1, known, len(rows)


def _tables(content: Any, depth: int) -> Iterator[Found]:
    if depth > _DEEPEST or not isinstance(content, list | dict):
        return
    if isinstance(content, list):
        yield from _of_list(content)
        inner = content[:3] if len(content) > 20 else content
    else:
        yield from _of_object(content)
        inner = [*content.values()][:50]
    for part in inner:
        yield from _tables(part, depth + 1)


def _of_list(content: list[Any]) -> Iterator[Found]:
    if content and all(isinstance(row, dict) for row in content):
        names = list(dict.fromkeys(name for row in content[:_SAMPLED] for name in row))[:MOST_COLUMNS]
        yield names, [[row.get(name) for name in names] for row in content[:_MOST_ROWS]]
    elif content and all(isinstance(row, list) and len(row) > 1 for row in content):
        named = all(isinstance(cell, str) and roles_of(cell) for cell in content[0][:2])
        yield (content[0], content[1:]) if named else ([""] * len(content[0]), content)


def _of_object(content: Mapping[str, Any]) -> Iterator[Found]:
    values = [*content.values()]
    if isinstance(names := content.get("columns"), list) and isinstance(rows := content.get("data"), list):
        index = content.get("index")
        if isinstance(index, list) and len(index) == len(rows) and all(isinstance(row, list) for row in rows):
            yield ["", *map(str, names)], [[day, *row] for day, row in zip(index, rows, strict=True)]
        elif all(isinstance(row, list) for row in rows):
            yield [*map(str, names)], rows
    if values and all(isinstance(value, dict) for value in values) and len(values) <= _MOST_ROWS:
        yield from _of_objects(content)
    if len(content) <= MOST_COLUMNS:
        yield from _of_lists({name: value for name, value in content.items() if isinstance(value, list)}, content)


def _of_objects(content: Mapping[str, Mapping[str, Any]]) -> Iterator[Found]:
    """An object for each day, or one for each column with its values by row."""
    inner = list(dict.fromkeys(name for row in content.values() for name in row))
    if all(may_be_day(name) for name in content):
        names = inner[:MOST_COLUMNS]
        yield ["", *names], [[day, *(row.get(name) for name in names)] for day, row in content.items()]
    elif len(content) <= MOST_COLUMNS and len({role for name in content for role in roles_of(name)[:1]}):
        index = [] if "Date" in content or not all(may_be_day(name) for name in inner) else [""]
        rows = [[*([key] if index else []), *(column.get(key) for column in content.values())] for key in inner]
        yield [*index, *content], rows


def _of_lists(lists: Mapping[str, list[Any]], content: Mapping[str, Any]) -> Iterator[Found]:
    """A list for each column, or a list of pairs of a day and a value for each; inner ones belong to the same rows."""
    columns = dict(lists)
    for value in content.values():
        for part in value if isinstance(value, list) and len(value) == 1 else [value]:
            columns |= _inner_lists(part, 0)
    longest = max(map(len, columns.values()), default=0)
    columns = {name: column for name, column in columns.items() if len(column) == longest > 1}
    if not columns:
        return
    if all(isinstance(pair, list) and len(pair) == 2 for column in columns.values() for pair in column):
        days = [pair[0] for pair in next(iter(columns.values()))]
        if all([pair[0] for pair in column] == days for column in columns.values()):
            values = zip(days, *([pair[1] for pair in column] for column in columns.values()), strict=True)
            yield ["date", *columns], [*map(list, values)]
    elif len(columns) > 1 and not any(
        isinstance(cell, list | dict) for column in columns.values() for cell in column[:3]
    ):
        yield [*columns], [*map(list, zip(*columns.values(), strict=True))]


def _inner_lists(content: Any, depth: int) -> dict[str, list[Any]]:
    if not isinstance(content, dict) or depth > 2:
        return {}
    if len(content) > MOST_COLUMNS:
        return {}
    found = {name: value for name, value in content.items() if isinstance(value, list) and len(value) > 1}
    for value in content.values():
        for part in value if isinstance(value, list) and len(value) == 1 else [value]:
            found |= _inner_lists(part, depth + 1)
    return found


def _messages(content: Any, depth: int) -> Iterator[str]:
    if isinstance(content, str) and len(content.split()) > 1:
        yield content
    elif depth < _DEEPEST and isinstance(content, dict | list):
        for part in [*content.values()][:50] if isinstance(content, dict) else content[:5]:
            yield from _messages(part, depth + 1)


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, list | dict) else bare_cell(str(value))


def _mixed(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether a number is written as text with a comma in it; all others have a point before their decimals."""
    return any(type(cell) is str and "," in cell for row in rows for cell in row)

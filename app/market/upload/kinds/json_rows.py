"""From JSON to rows of cells: which of the tables in it has the prices, and whether they are of several tickers."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.market.upload.faults import UnreadableFileError, listed, shown
from app.market.upload.kinds.json_tables import MOST_ROWS, tables_of_list, tables_of_object
from app.market.upload.kinds.text import MAXIMUM_ROWS, MOST_COLUMNS, Grid, bare_cell, unmistakable
from app.market.upload.values.days import may_be_day
from app.market.upload.words import roles_of

_DEEPEST, _MOST_PARTS = 6, 50
# Reading JSON lets nobody else have the interpreter, and takes 0.1 s for so many.
_MOST_VALUES, _MOST_LINES = 25 * MAXIMUM_ROWS, 3 * MAXIMUM_ROWS
# As a script calls a function of the page with it.
_CALLED = re.compile(r"(?:/\*[^*]*\*/\s*)?[\w.$]+\(\s*(?P<content>[\[{].*)\)", re.DOTALL)
_BEGINS = re.compile(r'\s*(?:\{\s*"|\[\s*[\[{]\s*")')
_PRICES = {"close", "price", "adj_close"}
# How some programs write a cell: an object around the one value.
_AROUND = ("raw", "$date", "$numberDecimal", "$numberDouble", "$numberLong", "$numberInt")


@dataclass(frozen=True, slots=True)
class _Found:
    """A table in a JSON text: on which path it stands, the names of its columns ("" without), and its rows."""

    path: tuple[str, ...]
    names: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def roles(self) -> set[str]:
        return {role for name in self.names for role in roles_of(name)[:1]}

    def dated(self) -> bool:
        return any(may_be_day(_text(cell)) for row in self.rows[:20] for cell in row)

    def worth(self) -> tuple[bool, int, int]:
        """Whether it has days; then how many of its columns are known, and how many rows it has."""
        return self.dated(), len(self.roles()), len(self.rows)

    def rivals(self, other: "_Found") -> bool:
        """Whether both hold prices, and neither is a part of the other: then they are of two tickers."""
        shared = [ours == theirs for ours, theirs in zip(self.path, other.path, strict=False)]
        mine, others = self.roles() & _PRICES, other.roles() & _PRICES
        alike = bool(mine & others) if mine or others else len(self.names) == len(other.names)
        return not all(shared) and alike and len(other.rows) > 1 and other.dated()


def json_grid(text: str, encoding: str, number: Callable[[str], str] = str) -> Grid | None:
    """The table in a JSON text, None where it is no JSON; raises ``UnreadableFileError`` where there is none in it.

    ``number`` is how a number is written among others that are text.
    """
    if called := _CALLED.fullmatch(text.strip().removesuffix(";").rstrip()):
        text = called["content"]
    content = _parsed(text, number) if text.lstrip()[:1] in ("{", "[") else None
    if content is None:
        return None
    table = _prices_in(content)
    typed = not _mixed(table.rows)
    if not typed and number is str:
        return json_grid(text, encoding, unmistakable)
    header = [(0, tuple(table.names))] if any(table.names) else []
    texts = (
        tuple([bare_cell(cell) if type(cell) is str else _text(cell) for cell in row]) for row in table.rows[:MOST_ROWS]
    )
    return Grid([*header, *enumerate(texts, 1)], unit="Row", typed=typed, encoding=f"{encoding}, JSON")


def _parsed(text: str, number: Callable[[str], str]) -> Any:
    if text.count(",") > _MOST_VALUES:
        raise UnreadableFileError(f"JSON of more than {_MOST_VALUES:,} values", "Send the prices alone.")
    try:
        return json.loads(text, parse_float=number, parse_int=str, parse_constant=str)
    except RecursionError:
        raise UnreadableFileError("JSON nested too deep", "Send a table, as CSV or .xlsx.") from None
    except ValueError:
        content = _lines(text, number)
    if content is None and _BEGINS.match(text):
        raise UnreadableFileError("JSON that is damaged or breaks off", "Ask for it again and send all of it.")
    return content


def _prices_in(content: Any) -> _Found:
    wide = (table for table in _tables(content, ()) if len(table.names) > 1)
    tables = sorted(wide, key=_Found.worth, reverse=True)
    if not tables or not (tables[0].dated() or len(tables[0].roles()) > 1):
        message = next(_messages(content, 0), "")
        what = f"an answer that says {shown(message)}" if message else "JSON without a table"
        raise UnreadableFileError(what, "Ask the service again, or send the prices as CSV.")
    return _of_all_tickers([tables[0], *(other for other in tables[1:] if tables[0].rivals(other))])


def _of_all_tickers(tables: Sequence[_Found]) -> _Found:
    """Tables of several tickers as one that has a column for these, told by where the tables stand."""
    if len(tables) == 1:
        return tables[0]
    paths = [table.path for table in tables]
    place = next(place for place, parts in enumerate(zip(*paths, strict=False)) if len({*parts}) > 1)
    names = tables[0].names
    if not any(names):
        what = f"JSON with several tables of prices ({listed([path[place] for path in paths])})"
        raise UnreadableFileError(what, "Send one of them.")
    rows: list[Sequence[Any]] = []
    for table in tables:
        column = {name: number for number, name in enumerate(table.names)}
        own = [column.get(name, MOST_COLUMNS) for name in names]
        label = table.path[place]
        rows += ([label, *(row[number] if number < len(row) else None for number in own)] for row in table.rows)
    return _Found((), ["ticker", *names], rows)


def _lines(text: str, number: Callable[[str], str]) -> list[Any] | None:
    """An object in each line."""
    if text.count("\n") > _MOST_LINES:
        return None
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not all(line.lstrip()[:1] in ("{", "[") for line in lines):
        return None
    try:
        return list(json.loads(f"[{','.join(lines)}]", parse_float=number, parse_int=str, parse_constant=str))
    except (ValueError, RecursionError):
        return None


def _tables(content: Any, path: tuple[str, ...]) -> Iterator[_Found]:
    if len(path) > _DEEPEST or not isinstance(content, list | dict):
        return
    if isinstance(content, list):
        tables = tables_of_list(content)
        inner = [(_label(part, number), part) for number, part in enumerate(content[:_MOST_PARTS], 1)]
        if len(content) > _MOST_PARTS and not isinstance(content[0], dict):
            inner = []
    else:
        tables = tables_of_object(content)
        inner = [*content.items()][:_MOST_PARTS]
    yield from (_Found(path, names, rows) for names, rows in tables)
    for label, part in inner:
        yield from _tables(part, (*path, label))


def _label(part: Any, number: int) -> str:
    """What a part of a list is called: by its ticker or name, where it says one, else by its number."""
    if isinstance(part, dict):
        for own in (part, part.get("meta")):
            for name, value in own.items() if isinstance(own, dict) else ():
                if isinstance(value, str) and (name == "name" or "ticker" in roles_of(name)[:1]):
                    return value
    return str(number)


def _messages(content: Any, depth: int) -> Iterator[str]:
    if isinstance(content, str) and len(content.split()) > 1:
        yield content
    elif depth < _DEEPEST and isinstance(content, dict | list):
        for part in [*content.values()][:50] if isinstance(content, dict) else content[:5]:
            yield from _messages(part, depth + 1)


def _text(value: Any) -> str:
    if type(value) is str:
        return bare_cell(value)
    if isinstance(value, dict):
        return next((_text(value[name]) for name in _AROUND if name in value), "")
    return "" if value is None or isinstance(value, list) else bare_cell(str(value))


def _mixed(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether a number is written as text with a comma in it; all others have a point before their decimals."""
    return any(type(cell) is str and "," in cell for row in rows for cell in row)

"""Which column of a table is which: told by its name in some language, else by what stands in it, else asked about."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from app.errors import BadFileError, QueryError
from app.market.upload.by_content import date_columns, prices_by_content, value_columns
from app.market.upload.faults import listed, shown
from app.market.upload.table import Table
from app.market.upload.words import decimal_sign, is_currency, names, plain, roles_of

_CHOOSABLE = ("date", "close", "ticker")
_OTHERS = ("open", "high", "low", "adj_close", "volume", "ticker", "time")
_SEPARATORS = "._ -"
_TUPLE = re.compile(r"\(\s*'([^']*)',\s*'([^']*)'\s*\)")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The columns that the visitor says are meant, by name or number, and the ticker; empty where nothing is said."""

    date: str = ""
    close: str = ""
    ticker: str = ""
    symbol: str = ""


NOTHING_CHOSEN = Chosen()


@dataclass(frozen=True, slots=True)
class Columns:
    """The index of each column that is taken, by role; ``sign`` is what the header's language puts before decimals."""

    taken: Mapping[str, int]
    sign: str


def find_columns(table: Table, chosen: Chosen) -> Columns:
    """The columns of ``table``; ``date`` and ``close`` always are (an adjusted close may be the only one).

    Case, accents, blanks, punctuation, numbers ("1. open") and brackets ("Close (EUR)") do not matter. Raises
    ``BadFileError`` where one is missing, ``ChoiceNeededError`` where two may be meant, ``QueryError`` for a choice
    that is no column.
    """
    header = _bare(table.header)
    choices = {role: text for role in _CHOOSABLE if (text := getattr(chosen, role))}
    taken = {role: _chosen(table, role, text) for role, text in choices.items()}
    if "date" not in taken:
        taken["date"] = _date(table, header)
    for role in _OTHERS:
        column = _named(table, header, role)
        if column is not None and column not in taken.values():
            taken.setdefault(role, column)
    if not table.has_header and "close" not in taken:
        taken |= prices_by_content(table, taken["date"])
    if "close" not in taken:
        taken["close"] = _close(table, header, taken)
    return Columns(taken, decimal_sign(header))


def check_currency(table: Table) -> None:
    """Raises ``BadFileError`` where a column says that not all prices are in one currency; GBp is not GBP."""
    for column in (place for place, name in enumerate(table.header) if is_currency(name)):
        cells = table.column(column)
        first = next(filter(None, cells), "")
        for row, cell in enumerate(cells):
            if cell not in ("", first):
                raise table.fault(row, column, f"{shown(first)}, as above it")


def _bare(header: Sequence[str]) -> list[str]:
    """The names without what all of them share: a ticker before or behind ("AAPL.Close", "('Close', 'AAPL')")."""
    bare = [match[1] if (match := _TUPLE.fullmatch(name)) else name for name in header]
    for separator in _SEPARATORS:
        for turn in (1, -1):
            named = [name[::turn] for name in bare[1:] if name]
            shared = "".join(
                first for first, *_ in takewhile(lambda signs: len({*signs}) == 1, zip(*named, strict=False))
            )
            length = shared.rfind(separator) + 1
            if length > 1 and len(named) > 1:
                cut = [name[::turn].removeprefix(shared[:length])[::turn] for name in bare]
                if sum(bool(roles_of(name)) for name in cut) > sum(bool(roles_of(name)) for name in bare):
                    return cut
    return bare


def _chosen(table: Table, role: str, text: str) -> int:
    matches = [column for column, name in enumerate(table.header) if name == text] or [
        column for column, name in enumerate(table.header) if name and plain(name) == plain(text)
    ]
    if len(matches) == 1:
        return matches[0]
    if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= len(table.header):
        return int(text) - 1
    needed = f"the name or number of a column: {listed(table.choices())}"
    if matches:
        numbers = " or ".join(str(column + 1) for column in matches)
        needed = f"the number of a column ({numbers}), since several have that name"
    raise QueryError(f"column.{role}", text[:40], needed)


def _named(table: Table, header: Sequence[str], role: str) -> int | None:
    """The column whose name is the likeliest of those that ``role`` has; two of one name are faulty or asked about."""
    known, words = names()[role], map(plain, header)
    places = {column: known[word] for column, word in enumerate(words) if word in known}
    columns = [column for column, place in places.items() if place == min(places.values())]
    if not columns:
        return None
    if any(table.column(column) != table.column(columns[0]) for column in columns):
        if role in _CHOOSABLE:
            raise table.asked(role, f"{len(columns)} columns that may be the {role}", columns)
        again = columns[1]
        found = f"{shown(table.header[again])} a second time"
        raise table.fault_at(table.header_line, again, found, "each column once", by_number=True)
    return columns[0]


def _date(table: Table, header: Sequence[str]) -> int:
    named = _named(table, header, "date")
    if named is not None:
        return named
    dated = date_columns(table)
    # As pandas writes an index.
    if table.has_header and header[0] == "" and (0 in dated or not table.rows):
        return 0
    differ = any(table.column(column) != table.column(dated[0]) for column in dated)
    if differ and table.has_header:
        raise table.asked("date", f"{len(dated)} columns that may be the date", dated)
    if not dated:
        raise _missing(table, "a column Date")
    return dated[0]


def _close(table: Table, header: Sequence[str], taken: Mapping[str, int]) -> int:
    close = _named(table, header, "close")
    if close is not None:
        return close
    priced = [column for column, name in enumerate(header) if plain(name) in names()["price"]]
    priced = [column for column in priced if column not in taken.values()]
    if any(table.column(column) != table.column(priced[0]) for column in priced):
        raise table.asked("close", f"{len(priced)} columns that may be the price", priced)
    if priced:
        return priced[0]
    if "adj_close" in taken:
        return taken["adj_close"]
    values = value_columns(table, taken)
    if len(values) == 1 and not {"open", "high", "low"} & taken.keys():
        return values[0]
    if values:
        raise table.asked("close", f"{len(values)} columns of numbers, none of them called Close", values)
    raise _missing(table, "a column Close")


def _missing(table: Table, needed: str) -> BadFileError:
    if not table.has_header:
        found = f"{len(table.header)} columns without names"
        return table.fault_at(table.lines[0], 0, found, f"a header line, with {needed}", by_number=True)
    found = f"columns named {shown(', '.join(table.header))}"
    return table.fault_at(table.header_line, 0, found, f"{needed} in the header line", by_number=True)

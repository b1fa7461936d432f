"""A CSV file as text cells, each row with the number of its line."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.errors import BadFileError

MAXIMUM_ROWS = 20_000
_MAXIMUM_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of every row, as many as the header has; a line is that number in the file, counted from 1.

    ``blank`` lists, for each blank line, the index of the row that follows it.
    """

    header: tuple[str, ...]
    header_line: int
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    blank: tuple[int, ...]
    delimiter: str

    def fault(self, row: int, column: int, needed: str) -> BadFileError:
        """What to raise for the cell in this row and column."""
        return BadFileError(self.lines[row], self.name(column), shown(self.rows[row][column]), needed)

    def name(self, column: int) -> str:
        """The column's name as a reader finds it, its number where it has none."""
        return short(self.header[column]) or str(column + 1)


def read_table(content: bytes) -> Table:
    """The table in ``content``; raises ``BadFileError`` where there is none, or more than 20 000 rows."""
    text = decoded(content)
    delimiter, start = delimiter_of(text)
    records = records_of(text, delimiter)
    header_line, header = next(((line, cells) for line, cells in records if line >= start and any(cells)), (1, ()))
    if not header:
        raise BadFileError(1, "1", "nothing", WANTED)
    if len(header) > _MAXIMUM_COLUMNS:
        found = f"{len(header):,} columns"
        raise BadFileError(header_line, str(_MAXIMUM_COLUMNS + 1), found, f"at most {_MAXIMUM_COLUMNS}")
    return _without_ticker_line(_filled(Table(header, header_line, (), (), (), delimiter), records))


def _filled(table: Table, records: Iterator[tuple[int, tuple[str, ...]]]) -> Table:
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    blank: list[int] = []
    for line, cells in records:
        if not any(cells):
            blank.append(len(rows))
            continue
        if len(rows) == MAXIMUM_ROWS:
            raise BadFileError(line, "1", f"more than {MAXIMUM_ROWS:,} rows", f"at most {MAXIMUM_ROWS:,}")
        rows.append(_whole(line, cells, len(table.header), table.delimiter))
        lines.append(line)
    # Blank lines at the end are how files end.
    gaps = tuple(row for row in blank if row < len(rows))
    return replace(table, rows=tuple(rows), lines=tuple(lines), blank=gaps)


def _whole(line: int, cells: tuple[str, ...], wanted: int, delimiter: str) -> tuple[str, ...]:
    if len(cells) < wanted or any(cells[wanted:]):
        between = "a tab" if delimiter == "\t" else f"“{delimiter}”"
        needed = f"{wanted}, as in the header, with {between} between cells only"
        raise BadFileError(line, str(min(len(cells), wanted) + 1), f"{len(cells)} cells", needed)
    return cells[:wanted]


def _without_ticker_line(table: Table) -> Table:
    """As yfinance writes a single ticker: its symbol in a second header line, the word Date alone in a third."""
    if table.header[0] != "Price" or [row[0] for row in table.rows[:2]] != ["Ticker", "Date"]:
        return table
    blank = tuple(row - 2 for row in table.blank if row >= 2)
    return replace(table, header=("Date", *table.header[1:]), rows=table.rows[2:], lines=table.lines[2:], blank=blank)


WANTED = "a CSV file in UTF-8 with a header line such as Date,Open,High,Low,Close,Volume"
_SHOWN = 40
_DELIMITERS = ",;\t"
_LINE_END = re.compile(r"\r\n|\r|\n")
_SURROGATE = re.compile("[\udc80-\udcff]")
_STARTS = {
    b"PK\x03\x04": "a workbook or an archive",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a compressed file",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}


def shown(text: str) -> str:
    """A piece of the file for a sentence: quoted, short, and without what cannot be printed."""
    return f"“{short(text)}”" if text else "nothing"


def short(text: str) -> str:
    """At most 40 signs of a piece of the file, those that cannot be printed replaced."""
    clean = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[:_SHOWN])
    return clean if len(text) <= _SHOWN else clean[:-1] + "…"


def decoded(content: bytes) -> str:
    """The text of a file; raises ``BadFileError`` where it is none, or none in UTF-8."""
    for start, kind in _STARTS.items():
        if content.startswith(start):
            raise BadFileError(1, "1", kind, WANTED)
    text = content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    odd = ((text.find("\0"), "a NUL byte, as in a binary file"), (_first_surrogate(text), "bytes that are not UTF-8"))
    for at, found in odd:
        if at >= 0:
            before = _LINE_END.split(text[:at])
            column = 1 + max(before[-1].count(delimiter) for delimiter in _DELIMITERS)
            raise BadFileError(len(before), str(column), found, "text in UTF-8")
    return text


def _first_surrogate(text: str) -> int:
    found = _SURROGATE.search(text)
    return found.start() if found else -1


def delimiter_of(text: str) -> tuple[str, int]:
    """What stands between cells, and the first line that may be the header."""
    lines = enumerate(io.StringIO(text, newline=""), 1)
    number, first = next(((number, line) for number, line in lines if line.strip()), (1, ""))
    # Excel's own way to say it.
    if said := re.fullmatch(r'"?sep=([,;\t])"?', first.strip(" \r\n")):
        return said[1], number + 1
    return max(_DELIMITERS, key=first.count), number


def records_of(text: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line number and bare cells of each record; raises ``BadFileError`` where quotation marks do not work out."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _unreadable(text, line, delimiter, str(error)) from None
        if cells is None:
            return
        yield line, tuple(cell.strip() for cell in cells)
        line = reader.line_num + 1


def _unreadable(text: str, line: int, delimiter: str, why: str) -> BadFileError:
    written = io.StringIO(text, newline="").readlines()[line - 1]
    cells = written.split(delimiter)
    column = next((number for number, cell in enumerate(cells, 1) if '"' in cell or len(cell) > 1000), 1)
    found, needed = "a quotation mark that is not closed", "quotation marks in pairs"
    if "limit" in why:
        found, needed = f"a cell of more than {csv.field_size_limit():,} characters", "a table of dates and prices"
    elif "expected after" in why:
        found, needed = "text after a closing quotation mark", "the end of the cell there"
    return BadFileError(line, str(column), found, needed)

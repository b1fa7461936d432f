"""A CSV file as text cells, each row with the number of its line."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.errors import BadFileError
from app.market.upload_records import WANTED, decoded, delimiter_of, records_of, short, shown

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

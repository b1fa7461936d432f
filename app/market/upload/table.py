"""From rows of cells to the table in them: where its header is, and which lines above and below it are none of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.errors import BadFileError
from app.market.upload.faults import CellError, ChoiceNeededError, UnreadableFileError, short, shown
from app.market.upload.kinds.text import MAXIMUM_ROWS, MOST_COLUMNS, Grid
from app.market.upload.values.days import may_be_day, written_day
from app.market.upload.values.numbers import is_number
from app.market.upload.words import roles_of

_LOOKED_FOR = 200
_A_HEADER = "a header line such as Date,Open,High,Low,Close,Volume"


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of every row, as many as the header has; a line is that number in the file, counted from 1.

    ``header`` is of empty names where the file has none. ``above`` counts the lines before it; ``blank`` has for the
    index of a row how many blank lines stand before it, ``ragged`` how many cells it had where these were not as many.
    """

    header: tuple[str, ...]
    header_line: int
    rows: Sequence[tuple[str, ...]]
    lines: Sequence[int]
    blank: dict[int, int]
    ragged: dict[int, int]
    above: int
    grid: Grid

    @property
    def has_header(self) -> bool:
        """Whether the file names its columns."""
        return any(self.header)

    def fault(self, row: int, column: int, needed: str) -> BadFileError:
        """What to raise for the cell in this row and column."""
        return self.fault_at(self.lines[row], column, shown(self.rows[row][column]), needed)

    def fault_at(self, line: int, column: int, found: str, needed: str, *, by_number: bool = False) -> BadFileError:
        """The same where the line has no such cell; the names of a file without lines are its line 0."""
        name = str(column + 1) if by_number else self.name(column)
        if self.grid.unit == "Line":
            return BadFileError(line, name, found, needed)
        where = name if name.isdigit() else f"“{name}”"
        place = f"Row {line}, column {where}" if line else "The names of the columns"
        if self.grid.sheet:
            place = f"Cell {_letters(column)}{line} (column {where}) of sheet “{short(self.grid.sheet)}”"
        return CellError(line, name, found, needed, place)

    def too_long(self, line: int) -> BadFileError:
        """What to raise where the rows go on below this line."""
        found, needed = f"more than {MAXIMUM_ROWS:,} rows", f"at most {MAXIMUM_ROWS:,}"
        return self.fault_at(line, 0, found, needed, by_number=True)

    def name(self, column: int) -> str:
        """The column's name as a reader finds it, its number where it has none."""
        return (short(self.header[column]) if column < len(self.header) else "") or str(column + 1)

    def choices(self, columns: Sequence[int] | None = None) -> list[str]:
        """By what each of ``columns`` (all without them) can be chosen: its name, or its number if it shares that."""
        every = range(len(self.header)) if columns is None else columns
        alone = {name for name in self.header if name and self.header.count(name) == 1}
        return [self.header[column] if self.header[column] in alone else str(column + 1) for column in every]

    def asked(self, role: str, what: str, columns: Sequence[int]) -> ChoiceNeededError:
        """What to raise where each of ``columns`` may have this role."""
        line, column = self.header_line or self.lines[0], str(columns[min(1, len(columns) - 1)] + 1)
        return ChoiceNeededError(f"column.{role}", what, self.choices(columns), self.choices(), line, column)

    def column(self, column: int) -> list[str]:
        """The cells of a column."""
        return [row[column] for row in self.rows]


def _letters(column: int) -> str:
    before = f"{_letters(column // 26 - 1)}" if column >= 26 else ""
    return before + chr(ord("A") + column % 26)


def table_of(grid: Grid) -> Table:
    """The table in a grid; raises ``BadFileError`` where there is none, or one of more than 20,000 rows."""
    filled = [index for index, (_, cells) in enumerate(grid.records) if any(cells)]
    if not filled:
        raise BadFileError(1, "1", "nothing", _A_HEADER)
    header, first = _header_and_first_row(grid, filled[:_LOOKED_FOR])
    line, names = grid.records[header] if header >= 0 else (0, ("",) * len(grid.records[first][1]))
    width = len(grid.records[first][1]) if first < len(grid.records) else 1
    while len(names) > max(width, 1) and not names[-1]:
        names = names[:-1]
    above = sum(index < (header if header >= 0 else first) for index in filled)
    table = Table(names, line, (), (), {}, {}, above, grid)
    if len(names) > MOST_COLUMNS:
        found, needed = f"{len(names):,} columns", f"at most {MOST_COLUMNS}"
        raise table.fault_at(line or 1, MOST_COLUMNS, found, needed, by_number=True)
    return _filled(first, table)


def _header_and_first_row(grid: Grid, filled: Sequence[int]) -> tuple[int, int]:
    """The indices of the header (-1 without one) and of the first row below it.

    A header is the first line with the names of two columns, or the line above the first one with a day and a number;
    a number that may be the day of a spreadsheet counts where no day is written otherwise.
    """
    before, counted = -1, None
    for index in filled:
        width, cells = len(grid.records[index][1]), grid.records[index][1][:MOST_COLUMNS]
        numbers = [is_number(cell) or may_be_day(cell) for cell in cells]
        if len({role for cell in cells for role in roles_of(cell)[:1]}) > 1 and not any(map(may_be_day, cells)):
            return index, index + 1
        named = before if before >= 0 and len(grid.records[before][1]) == width > 1 else -1
        if any(map(may_be_day, cells)) and sum(numbers) > 1:
            return counted or (named, index)
        if counted is None and sum(numbers) > 1 and any(map(written_day, cells)):
            counted = named, index
        before = -1 if any(numbers) else index
    return counted or _nothing_like_a_table(grid, filled)


def _nothing_like_a_table(grid: Grid, filled: Sequence[int]) -> tuple[int, int]:
    cells = grid.records[filled[0]][1][:MOST_COLUMNS]
    sentence = " ".join(filter(None, cells))
    prose = (len(cells) == 1 or grid.delimiter == " ") and len(sentence.split()) > 3
    if prose or (not any(map(roles_of, cells)) and any(map(str.isalpha, sentence))):
        hint = "Send a table with a date and a price in each row, as CSV or .xlsx."
        raise UnreadableFileError(f"a text that begins {shown(sentence)}", hint)
    return filled[0], filled[0] + 1


def _filled(first: int, table: Table) -> Table:
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    width, blanks = len(table.header), 0
    for line, cells in table.grid.records[first:]:
        if not any(cells):
            blanks += 1
            continue
        if cells == table.header:
            continue
        if len(rows) == MAXIMUM_ROWS + _LOOKED_FOR:
            raise table.too_long(line)
        # Blank lines at the end are how files end.
        if blanks:
            table.blank[len(rows)], blanks = blanks, 0
        if len(cells) < width or (len(cells) > width and any(cells[width:])):
            table.ragged[len(rows)] = len(cells)
        rows.append(cells if len(cells) == width else (cells + ("",) * width)[:width])
        lines.append(line)
    return replace(table, rows=rows, lines=lines)

"""From the text of a file to rows of cells: which delimiter it has, and what stands between."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from app.errors import BadFileError
from app.market.upload.values.days import may_be_day
from app.market.upload.values.numbers import is_number
from app.market.upload.words import roles_of

MAXIMUM_ROWS, MOST_COLUMNS = 20_000, 200
# Rows, and the blank lines between them.
_MOST_RECORDS = 3 * MAXIMUM_ROWS
# Empty cells may stand behind the last column, but not for ever.
_MOST_CELLS, _LONGEST_LINE, _LONGEST_CELL = 2_000, 2**17, 200
_SAMPLED_LINES, _SAMPLED_SIGNS = 60, 4000
_SPACES = {"  ": re.compile(r" {2,}"), " ": re.compile(r" +")}
# Where two split a file equally well, the earlier one is meant.
DELIMITERS = {
    **{",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", "^": "caret", "~": "tilde"},
    **{"  ": "two or more spaces", " ": "space"},
}
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_BETWEEN = re.compile(r"[,;\t|]")
_RULER = re.compile(r"[\s|+:=-]*")
# Arabic signs of decimals and thousands, a true minus, and marks of direction, which cannot be seen.
_SIGNS = {"٫": ".", "٬": "’", "−": "-", "\u200e": "", "\u200f": "", "\ufeff": ""}


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of bare cells as they stand in a file, each with its number there, counted from 1.

    ``unit`` is what the numbers count ("Line", "Row"), ``sheet`` the name of a workbook's sheet; ``typed`` where
    numbers came as such and not as text, so that their decimal sign is a point.
    """

    records: Sequence[tuple[int, tuple[str, ...]]]
    delimiter: str = ""
    unit: str = "Line"
    sheet: str = ""
    typed: bool = False
    encoding: str = ""
    part: str = field(default="", kw_only=True)


def grid_of(text: str, encoding: str) -> Grid:
    """The cells of a text; raises ``BadFileError`` where quotation marks do not work out, or it never ends."""
    text = _without_outer_marks(text) if text and not text.isspace() else ""
    delimiter, skipped = _delimiter_of(text)
    records = ((line, cells) for line, cells in _records_of(text, delimiter) if line > skipped)
    kept = list(islice(records, _MOST_RECORDS + 1))
    if len(kept) > _MOST_RECORDS:
        rows = sum(any(cells) for _, cells in kept)
        what, most = ("rows", MAXIMUM_ROWS) if rows > MAXIMUM_ROWS else ("blank lines", _MOST_RECORDS - MAXIMUM_ROWS)
        raise BadFileError(kept[-1][0], "1", f"more than {most:,} {what}", f"at most {most:,}")
    if delimiter == "|":
        kept = [(line, _inside(cells)) for line, cells in kept]
    return Grid(kept, delimiter, encoding=encoding)


def unmistakable(number: str) -> str:
    """A number that was none of text, so that beside others that were its point is never one between thousands."""
    return f"{number}0" if number[-4:-3] == "." else number


def bare_cell(text: str) -> str:
    """A cell without blanks around it, cut off where it is longer than any that is looked into."""
    cell = text.strip()
    return cell if len(cell) <= _LONGEST_CELL else f"{cell[: _LONGEST_CELL - 1]}…"


def _without_outer_marks(text: str) -> str:
    """The rows of a text that stand in quotation marks as a whole, as a table saved twice has them, without these."""
    lines = text.splitlines()
    first = [line.strip() for line in lines[:_SAMPLED_LINES] if line.strip()]
    inside = [line[1:-1].replace('""', "") for line in first if len(line) > 1 and line[0] == line[-1] == '"']
    if not first or len(inside) < len(first) or any('"' in row or not _BETWEEN.search(row) for row in inside):
        return text
    return "\n".join(line.strip()[1:-1].replace('""', '"') for line in lines)


def _latin_digits(text: str) -> str:
    """Arabic, Persian, Indian, Thai and full-width digits as the ones that they stand for; signs of decimals too."""
    if text.isascii():
        return text
    others = {sign for sign in {*text} if not sign.isascii()}
    latin = {ord(sign): str(int(sign)) for sign in others if sign.isdecimal()}
    latin |= {ord(sign): _SIGNS[sign] for sign in others & _SIGNS.keys()}
    return text.translate(latin) if latin else text


def _delimiter_of(text: str) -> tuple[str, int]:
    """What stands between cells, and how many lines at the top say only that."""
    start = islice(io.StringIO(text, newline=""), _SAMPLED_LINES * 4)
    lines = [line[:_SAMPLED_SIGNS] for line in start if line.strip()]
    # Excel's own way to say it.
    if lines and (stated := _SEPARATOR_LINE.fullmatch(lines[0])):
        before = text[: text.find(lines[0])]
        return stated[1], len(before.splitlines()) + 1
    sample = [_latin_digits(line) for line in lines[:_SAMPLED_LINES]]
    signs = {delimiter: _fit(sample, delimiter) for delimiter in DELIMITERS if delimiter not in _SPACES}
    # A blank is more often part of a cell, so it is looked at where nothing else makes a table.
    fits = (
        signs
        if any(fit > 1 for fit, _, _ in signs.values())
        else signs | {space: _fit(sample, space) for space in _SPACES}
    )
    return max(fits, key=fits.__getitem__), 0


def _fit(sample: list[str], delimiter: str) -> tuple[float, int, int]:
    """How many names of columns and cells of a row are found with this delimiter; how many numbers in all, and how
    many of it the first line has.
    """
    spaces = _SPACES.get(delimiter)
    split = [spaces.sub("\t", line.strip()) if spaces else line for line in sample]
    reader = csv.reader(split, delimiter="\t" if spaces else delimiter, skipinitialspace=True)
    named = typed = rows = counted = 0
    try:
        for record in reader:
            cells = [cell.strip() for cell in record]
            numbers = sum(map(is_number, cells)) if len(cells) > 1 else 0
            counted += numbers
            if numbers and (dated := sum(map(may_be_day, cells))):
                typed, rows = typed + numbers + dated, rows + 1
            elif not numbers:
                named = max(named, len({role for cell in cells for role in roles_of(cell)[:1]}) * (len(cells) > 1))
    except csv.Error:
        pass
    return named + typed / max(rows, 1), counted, sample[0].count(delimiter) if sample and not spaces else 0


def _inside(cells: tuple[str, ...]) -> tuple[str, ...]:
    """A row of a table drawn with bars has nothing before its first bar and after its last one."""
    if all(_RULER.fullmatch(cell) for cell in cells):
        return ()
    return cells[1:-1] if len(cells) > 2 and not cells[0] and not cells[-1] else cells


def _records_of(text: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    sign = "\t" if delimiter in _SPACES else delimiter
    reader = csv.reader(_lines_of(text, delimiter), delimiter=sign, skipinitialspace=True, strict=True)
    # A spreadsheet marks a cell as text by an apostrophe before it, and some programs quote with apostrophes.
    marks, line = "'" if "'" in text else "", 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _unreadable(text, line, sign, str(error)) from None
        if cells is None:
            return
        if len(cells) > _MOST_CELLS and any(cells):
            raise BadFileError(line, str(MOST_COLUMNS + 1), f"{len(cells):,} columns", f"at most {MOST_COLUMNS}")
        bare = [bare_cell(cell) for cell in cells]
        yield line, tuple([cell.strip(marks) for cell in bare] if marks else bare)
        line = reader.line_num + 1


def _lines_of(text: str, delimiter: str) -> Iterator[str]:
    """The lines with Latin digits, and tabs for blanks that stand between cells; only those that are looked at."""
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if len(line) > _LONGEST_LINE and line.strip(f"{delimiter}\r\n"):
            raise _too_long(line, number, delimiter)
        latin = _latin_digits(line)
        yield _SPACES[delimiter].sub("\t", latin) if delimiter in _SPACES else latin


def _too_long(line: str, number: int, delimiter: str) -> BadFileError:
    lengths = [len(cell) for cell in line.split(delimiter)]
    if len(lengths) > MOST_COLUMNS:
        return BadFileError(number, str(MOST_COLUMNS + 1), f"{len(lengths):,} columns", f"at most {MOST_COLUMNS}")
    found = f"a line of more than {_LONGEST_LINE:,} characters"
    return BadFileError(number, str(lengths.index(max(lengths)) + 1), found, "a table of dates and prices")


def _unreadable(text: str, line: int, delimiter: str, why: str) -> BadFileError:
    written = next(islice(io.StringIO(text, newline=""), line - 1, None))
    cells = written.split(delimiter)
    column = next((number for number, cell in enumerate(cells, 1) if '"' in cell or len(cell) > 1000), 1)
    found, needed = "a quotation mark that is not closed", "quotation marks in pairs"
    if "limit" in why:
        found, needed = f"a cell of more than {csv.field_size_limit():,} characters", "a table of dates and prices"
    elif "expected after" in why:
        found, needed = "text after a closing quotation mark", "the end of the cell there"
    return BadFileError(line, str(column), found, needed)

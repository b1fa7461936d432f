"""From a workbook, or a page or XML saved as one, to rows of cells as text, within bounds that are checked before."""

import html
import io
import re
import threading
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, load_workbook

from app.market.upload.faults import UnreadableFileError
from app.market.upload.kinds.archives import Kind, read_member
from app.market.upload.kinds.text import Grid, bare_cell, unmistakable
from app.market.upload.values.days import may_be_day
from app.market.upload.values.numbers import is_number

_TITLES: dict[Kind, str] = {
    "xlsx": "an Excel workbook",
    "ods": "an OpenDocument workbook",
    "xls": "an old Excel workbook",
}
_TOO_WIDE = "a workbook whose table is larger than 20,000 rows or 200 columns"
_HINT = "Keep the table of prices alone in it, or save that as CSV."
# Calamine makes room for all cells up to the last one, also where only that one is filled.
_FAR_CELL = re.compile(
    rb"""r(?<=\sr)\s*=\s*["'](?:[A-Za-z]*(?:[0-9]{6}|[3-9][0-9]{4})|[A-Za-z]{3}|[H-Zh-z][A-Za-z]|[^"']*&)"""
)
_ROW = re.compile(rb"row(?<=[<:]row)[\s/>]")
_ODS_ROW, _ODS_CELL = re.compile(rb"<table:table-row\b"), re.compile(rb"<table:(?:covered-)?table-cell\b")
_ROWS_REPEATED, _CELLS_REPEATED = (
    re.compile(rb"""%s-repeated\s*=\s*["']([^"']*)""" % what) for what in (b"rows", b"columns")
)
_MOST_ROWS, _MOST_IN_A_ROW, _MOST_TEXT = 25_000, 200, 64 * 2**20
_ONE_AT_A_TIME = threading.Lock()
# Tags of HTML, and of the XML in which Excel of 2003 wrote; none of the patterns looks further than the next tag.
_TABLE, _TABLE_END = re.compile(r"<(?:ss:)?table\b", re.IGNORECASE), re.compile(r"</(?:ss:)?table\b", re.IGNORECASE)
_TABLE_ROW = re.compile(r"<(?:tr|(?:ss:)?row)\b", re.IGNORECASE)
_TABLE_CELL = re.compile(r"<(?:t[dh]|(?:ss:)?cell)\b([^<>]*)>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>?")
_INDEX, _SPAN = (
    re.compile(rf"""\b{name}\s*=\s*["']?([0-9]{{1,3}})\b""", re.IGNORECASE) for name in ("index", "colspan")
)

Value = int | float | str | bool | time | date | datetime | timedelta


def grids_of(content: bytes, kind: Kind) -> list[Grid]:
    """The visible sheets with anything in them; raises ``UnreadableFileError`` for what is too large or damaged."""
    if kind != "xls":
        _check(zipfile.ZipFile(io.BytesIO(content)), kind)
    try:
        # An old workbook may be sparse without saying so, at 400 MB; two at once would be too much.
        with _ONE_AT_A_TIME:
            sheets = _sheets(content)
    except (CalamineError, OSError, ValueError) as error:
        hint = "Take its password away, or save the table as CSV." if "assword" in str(error) else _HINT
        raise UnreadableFileError("a workbook that cannot be opened", hint) from None
    return [_grid(name, rows, kind) for name, rows in sheets.items() if any(any(_texts(row)) for row in rows[:500])]


def grids_of_page(text: str, encoding: str) -> list[Grid]:
    """The tables of a web page, or of XML as Excel writes it, that have a row with a day and a number in it."""
    grids = []
    for place, part in enumerate(_TABLE.split(text)[1:], 1):
        rows = _TABLE_ROW.split(_TABLE_END.split(part, 1)[0])[1 : _MOST_ROWS + 1]
        records = [(number, _cells(row)) for number, row in enumerate(rows, 1)]
        if any(any(map(may_be_day, cells)) and any(map(is_number, cells)) for _, cells in records[:500]):
            grids.append(Grid(records, unit="Row", encoding=f"{encoding}, HTML or XML", part=f"table {place}"))
    return grids


def _cells(row: str) -> tuple[str, ...]:
    """The cells of a row of a page; a cell may say at which place it stands, or how many it spans."""
    cells: list[str] = []
    parts = _TABLE_CELL.split(row)[1:]
    for marks, content in zip(parts[::2], parts[1::2], strict=True):
        if len(cells) > _MOST_IN_A_ROW:
            break
        if marks and (index := _INDEX.search(marks)):
            cells += [""] * min(int(index[1]) - 1 - len(cells), _MOST_IN_A_ROW)
        bare = _TAG.sub("", content)
        cells.append((html.unescape(bare) if "&" in bare else bare).strip())
        if marks and (span := _SPAN.search(marks)):
            cells += [""] * min(int(span[1]) - 1, _MOST_IN_A_ROW)
    return tuple(cells)


def _sheets(content: bytes) -> dict[str, list[list[Value]]]:
    book = load_workbook(io.BytesIO(content))
    visible = [sheet for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    names = [sheet.name for sheet in visible if sheet.typ == SheetTypeEnum.WorkSheet]
    sheets = [book.get_sheet_by_name(name) for name in names]
    if any(sheet.total_width > _MOST_IN_A_ROW or sheet.total_height > 4 * _MOST_ROWS for sheet in sheets):
        raise UnreadableFileError(_TOO_WIDE, _HINT)
    return {sheet.name: sheet.to_python(skip_empty_area=False, nrows=_MOST_ROWS) for sheet in sheets}


def _grid(name: str, rows: list[list[Value]], kind: Kind) -> Grid:
    typed = not any(type(cell) is str and is_number(cell.strip()) for row in rows[:500] for cell in row)
    records = [(number, _texts(row)) for number, row in enumerate(rows, 1)]
    return Grid(records, unit="Row", sheet=name, typed=typed, encoding=_TITLES[kind], part=f"sheet “{name}”")


def _texts(row: list[Value]) -> tuple[str, ...]:
    return tuple([_TEXT_OF.get(type(value), str)(value) for value in row])


def _of_float(value: float) -> str:
    written = repr(value)
    return written[:-2] if written[-2:] == ".0" else unmistakable(written)


def _of_moment(value: datetime) -> str:
    return value.isoformat(" ").removesuffix(" 00:00:00")


_TEXT_OF: dict[type, Callable[[Any], str]] = {
    str: bare_cell,
    float: _of_float,
    datetime: _of_moment,
    date: date.isoformat,
}


def _check(archive: zipfile.ZipFile, kind: Kind) -> None:
    if _too_large(read_member(archive, "content.xml")) if kind == "ods" else _too_sparse(archive):
        raise UnreadableFileError(_TOO_WIDE, _HINT)


def _too_sparse(archive: zipfile.ZipFile) -> bool:
    """Whether a sheet of an Excel workbook has a cell far out, or long texts in many cells, which share them."""
    longest = 0
    if "xl/sharedStrings.xml" in archive.namelist():
        longest = max(map(len, read_member(archive, "xl/sharedStrings.xml").split(b"</")))
    for name in archive.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            sheet = read_member(archive, name)
            rows = _ROW.split(sheet)
            tags = max((row.count(b"<") for row in rows[1:]), default=0)
            texts = sheet.count(b'"s"') + sheet.count(b"'s'") + sheet.count(b"&#")
            far = len(rows) > _MOST_ROWS or tags > 8 * _MOST_IN_A_ROW or _FAR_CELL.search(sheet) is not None
            if far or texts * longest > _MOST_TEXT:
                return True
    return False


def _too_large(content: bytes) -> bool:
    """Whether a sheet of an OpenDocument workbook is large once its repeated rows and cells are written out."""
    height = filled = width = text = 0
    for row in _ODS_ROW.split(content)[1:]:
        times = _times(row, _ROWS_REPEATED)
        height += times
        if b"value" in row or b"<text" in row:
            reached, most = _reach(row)
            filled, width, text = height, max(width, reached), text + len(row) * times * most
    return filled > _MOST_ROWS or width > _MOST_IN_A_ROW or text > _MOST_TEXT


def _reach(row: bytes) -> tuple[int, int]:
    """The column of the last cell with anything in it, and how often the most repeated of them stands there."""
    if b"columns-repeated" not in row:
        return row.count(b"table-cell"), 1
    column = reached = most = 0
    for cell in _ODS_CELL.split(row)[1:]:
        times = _times(cell, _CELLS_REPEATED)
        column += times
        if b"value" in cell or b"<text" in cell:
            reached, most = column, max(most, times)
    return reached, most


def _times(part: bytes, repeated: re.Pattern[bytes]) -> int:
    match = repeated.search(part)
    return 1 if match is None else int(match[1]) if match[1].isdigit() and len(match[1]) < 8 else 2**30

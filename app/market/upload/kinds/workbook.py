"""From a workbook to rows of cells as text, read by calamine within bounds that are checked before."""

import io
import re
import threading
import zipfile
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, load_workbook

from app.market.upload.faults import UnreadableFileError
from app.market.upload.kinds.archives import Kind, read_member
from app.market.upload.kinds.text import Grid, bare_cell
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
    rb"""\sr\s*=\s*["'](?:[A-Za-z]*(?:[0-9]{6}|[3-9][0-9]{4})|[A-Za-z]{3}|[H-Zh-z][A-Za-z]|[^"']*&)"""
)
_ROW = re.compile(rb"<(?:[A-Za-z]+:)?row[\s/>]")
_ODS_ROW, _ODS_CELL = re.compile(rb"<table:table-row\b"), re.compile(rb"<table:(?:covered-)?table-cell\b")
_ROWS_REPEATED, _CELLS_REPEATED = (
    re.compile(rb"""%s-repeated\s*=\s*["']([^"']*)""" % what) for what in (b"rows", b"columns")
)
_MOST_ROWS, _MOST_IN_A_ROW, _MOST_TEXT = 25_000, 200, 64 * 2**20
_ONE_AT_A_TIME = threading.Lock()

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
    return [_grid(name, rows, kind) for name, rows in sheets.items() if any(any(map(_text, row)) for row in rows[:500])]


def _sheets(content: bytes) -> dict[str, list[list[Value]]]:
    book = load_workbook(io.BytesIO(content))
    visible = [sheet for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    names = [sheet.name for sheet in visible if sheet.typ == SheetTypeEnum.WorkSheet]
    sheets = [book.get_sheet_by_name(name) for name in names]
    if any(sheet.total_width > _MOST_IN_A_ROW or sheet.total_height > 4 * _MOST_ROWS for sheet in sheets):
        raise UnreadableFileError(_TOO_WIDE, _HINT)
    return {sheet.name: sheet.to_python(skip_empty_area=False, nrows=_MOST_ROWS) for sheet in sheets}


def _grid(name: str, rows: list[list[Value]], kind: Kind) -> Grid:
    texts = (cell for row in rows[:500] for cell in row if type(cell) is str)
    typed = not any(cell[-1:].isdigit() and is_number(cell.strip()) for cell in texts)
    records = [(number, tuple(map(_text, row))) for number, row in enumerate(rows, 1)]
    return Grid(records, unit="Row", sheet=name, typed=typed, encoding=_TITLES[kind], part=f"sheet “{name}”")


def _text(value: Value) -> str:
    if type(value) is float:
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if type(value) is str:
        return bare_cell(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return str(value)


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
    found = repeated.search(part)
    return 1 if found is None else int(found[1]) if found[1].isdigit() and len(found[1]) < 8 else 2**30

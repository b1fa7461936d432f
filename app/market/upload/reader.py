"""A visitor's file from its bytes to rows of prices: kind of file, table, ticker, columns, values."""

import re
from collections.abc import Sequence
from dataclasses import replace

from app.errors import AppError, BadFileError
from app.market.passport import FileReading
from app.market.raw_history import Listing, RawHistory
from app.market.upload.columns import NOTHING_CHOSEN, Chosen, Columns, check_currency, find_columns
from app.market.upload.faults import ChoiceNeededError, UnreadableFileError, listed, shown
from app.market.upload.kinds.archives import Unpacked, unpacked
from app.market.upload.kinds.encodings import decoded
from app.market.upload.kinds.json_rows import json_grid
from app.market.upload.kinds.text import DELIMITERS, Grid, grid_of
from app.market.upload.kinds.workbook import grids_of, grids_of_page
from app.market.upload.rows import PRICES, DailyRows, daily_rows
from app.market.upload.table import Table, table_of
from app.market.upload.words import roles_of

SOURCE = "upload"
UNKNOWN_CURRENCY = "your file's currency"
_LONGEST_TICKER = 15
_FIRST_BYTES = 2048
_PAGE = re.compile(
    r"\s*<(?:!doctype|html|head|body|table|div|script|style|meta|link|title|!--|\?xml|\?mso|svg|rss|p>|h[1-6]>)",
    re.IGNORECASE,
)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{0,200})", re.IGNORECASE)
_SAVE_A_TABLE = "Download the prices themselves, or paste them into a spreadsheet and save that as CSV."


def read_quotes(content: bytes, ticker: str, name: str, chosen: Chosen = NOTHING_CHOSEN) -> RawHistory:
    """The rows of a file in its own order, under the name of ``ticker``; raises ``BadFileError``.

    How a file writes dates and numbers is told from the whole of it, before anything is cut off at an as-of date.
    """
    file = unpacked(content)
    table, symbol, columns = _one_table(_grids(file), chosen)
    if not table.rows:
        needed = "a row for each day below the header"
        raise table.fault_at(table.header_line + 1, columns.taken["date"], "nothing", needed)
    check_currency(table)
    rows = daily_rows(table, columns.taken, columns.sign)
    return RawHistory(
        _listing(symbol or ticker, name, columns),
        rows.splits,
        rows.dates,
        *(rows.values[role] for role in (*PRICES, "volume")),
        left_out=rows.left_out,
        mended=rows.mended,
        dividends=rows.dividends,
        reading=_reading(file, table, columns, rows),
    )


def _grids(file: Unpacked) -> list[Grid]:
    if file.kind != "text":
        grids = grids_of(file.content, file.kind)
        if not grids:
            raise UnreadableFileError("a workbook with nothing in it", "Send one with a table of daily prices.")
        return grids
    text, encoding = decoded(file.content)
    if _PAGE.match(text):
        if grids := grids_of_page(text, encoding):
            return grids
        title = match[1].strip() if (match := _TITLE.search(text[:20_000])) else ""
        raise UnreadableFileError(f"a web page ({shown(title)})" if title else "a web page or XML", _SAVE_A_TABLE)
    if grid := json_grid(text, encoding):
        return [grid]
    return [grid_of(text, encoding)]


def _one_table(grids: Sequence[Grid], chosen: Chosen) -> tuple[Table, str, Columns]:
    """The table of prices among those of a file, cut down to one ticker; raises where none or several are one."""
    fitting, faults = [], []
    for grid in grids:
        try:
            fitting.append(_of_ticker(table_of(grid), chosen))
        except ChoiceNeededError:
            raise
        except BadFileError as fault:
            faults.append(fault)
    if len(fitting) > 1:
        parts = listed([table.grid.sheet or table.grid.part for table, _, _ in fitting])
        what = "a workbook with several sheets" if fitting[0][0].grid.sheet else "a page with several tables"
        raise UnreadableFileError(f"{what} of prices ({parts})", "Keep one of them.")
    if not fitting:
        raise faults[0]
    return fitting[0]


def _of_ticker(table: Table, chosen: Chosen) -> tuple[Table, str, Columns]:
    table, labels = _below_labels(table)
    if len({*labels.values()}) > 1:
        symbol = _chosen_symbol([*dict.fromkeys(labels.values())], chosen.symbol)
        header = tuple(name if labels.get(column, symbol) == symbol else "" for column, name in enumerate(table.header))
        table = replace(table, header=header)
        return table, as_ticker(symbol), find_columns(table, chosen)
    columns = find_columns(table, chosen)
    if "ticker" not in columns.taken:
        return table, "", columns
    cells = table.column(columns.taken["ticker"])
    symbols = [symbol for symbol in dict.fromkeys(cells) if symbol]
    if len(symbols) < 2:
        return table, "", columns
    symbol = _chosen_symbol(symbols, chosen.symbol)
    kept = [row for row, cell in enumerate(cells) if cell == symbol]
    rows, lines = [table.rows[row] for row in kept], [table.lines[row] for row in kept]
    return replace(table, rows=rows, lines=lines, blank={}, ragged=_ragged(table, kept)), as_ticker(symbol), columns


def first_symbol(content: bytes) -> str:
    """The ticker in the first rows of a text file, empty where none is told or the file is no text."""
    try:
        file = unpacked(content[:_FIRST_BYTES])
        text = decoded(file.content)[0] if file.kind == "text" else ""
        table, labels = _below_labels(table_of(grid_of(text.rpartition("\n")[0], "")))
        columns = find_columns(table, NOTHING_CHOSEN).taken if not labels else {}
    except AppError:
        return ""
    cells = labels.values() if labels else table.column(columns["ticker"]) if "ticker" in columns else ()
    symbols = {cell for cell in cells if cell}
    return as_ticker(symbols.pop()) if len(symbols) == 1 else ""


def _ragged(table: Table, kept: Sequence[int]) -> dict[int, int]:
    return {new: table.ragged[old] for new, old in enumerate(kept) if old in table.ragged}


def _below_labels(table: Table) -> tuple[Table, dict[int, str]]:
    """As yfinance writes: the symbol of each column in a second header line, the word Date alone in a third."""
    labels: dict[int, str] = {}
    dropped = 0
    first, header = table.header[0] if table.header else "", table.header
    for cells in table.rows[:2]:
        if roles_of(cells[0]) == ("ticker",) and all(cells[1:]):
            labels = dict(enumerate(cells[1:], 1))
        elif roles_of(first) == ("ticker",) and all(map(roles_of, cells[1:])):
            labels, header = dict(enumerate(table.header[1:], 1)), ("Date", *cells[1:])
        elif not (labels and roles_of(cells[0])[:1] == ("date",) and not any(cells[1:])):
            break
        dropped += 1
    if not labels:
        return table, {}
    moved = (
        {row - dropped: count for row, count in old.items() if row >= dropped} for old in (table.blank, table.ragged)
    )
    blank, ragged = moved
    rows, lines = table.rows[dropped:], table.lines[dropped:]
    return replace(table, header=("Date", *header[1:]), rows=rows, lines=lines, blank=blank, ragged=ragged), labels


def _chosen_symbol(symbols: Sequence[str], ticker: str) -> str:
    matching = [symbol for symbol in symbols if symbol.upper() == ticker.upper() or as_ticker(symbol) == ticker.upper()]
    if len(matching) == 1:
        return matching[0]
    tickers = [as_ticker(symbol) for symbol in symbols]
    raise ChoiceNeededError("ticker", f"prices of {len(symbols):,} tickers", tickers)


def as_ticker(text: str) -> str:
    """A text as a ticker can be written: at most 15 of A–Z, digits and a few signs; empty where nothing is left."""
    return re.sub(r"[^A-Z0-9.\-=^&_]+", "-", text.upper())[:_LONGEST_TICKER].strip("-.")


def _listing(ticker: str, name: str, columns: Columns) -> Listing:
    taken = columns.taken
    if "adj_close" not in taken:
        adjustment = "your file has no adjusted close, so its closes count as adjusted"
    elif taken["adj_close"] == taken["close"]:
        adjustment = "your file has adjusted closes only, which count as its closes too"
    else:
        adjustment = "adjusted closes as your file has them"
    return Listing(
        ticker=ticker,
        name=name,
        source=SOURCE,
        currency=UNKNOWN_CURRENCY,
        exchange="not known from a file",
        time_zone="dates as your file has them",
        calendar="",
        adjustment=adjustment,
    )


def _reading(file: Unpacked, table: Table, columns: Columns, rows: DailyRows) -> FileReading:
    taken = {role: table.name(column) for role, column in columns.taken.items()}
    others = [column for column in range(len(table.header)) if column not in columns.taken.values()]
    return FileReading(
        encoding=table.grid.encoding,
        delimiter=DELIMITERS.get(table.grid.delimiter, ""),
        date_order=rows.order,
        columns=taken,
        ignored=tuple(table.name(column) for column in others),
        part=", ".join(filter(None, (file.member, table.grid.part))),
    )

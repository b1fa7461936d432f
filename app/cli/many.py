"""python -m app analyse --tickers or --prices: a row for each of many tickers, on all workers there are."""

import argparse
import asyncio
import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from app.cli.table import ENDINGS, GrowingTable
from app.compute.engine import Card, LazyEngine, working_for
from app.compute.errors import ComputeError
from app.errors import AppError, QueryError, SourceRefusedError, TooLargeError
from app.main import engine_of, running_parts
from app.market.upload.source import MAXIMUM_BYTES, Upload, upload_of
from app.panels.panel import Query
from app.services.receipts.provenance import code_digest
from app.services.results import QueryResult, cell, query_result
from app.services.table_rows import CARDS, Row, columns_of, row_of
from app.settings import OFF, Settings
from app.web.context import AppContext
from app.web.failures import failure_of
from app.web.http.query import parse_query, query_string

LEVELS = "-10%;-5%;5%;10%"
_SECONDS = 4.0
_BEYOND_WORKERS = 2
_TRIES, _PAUSE_SECONDS = 6, 2.0


@dataclass(frozen=True, slots=True)
class Item:
    """A ticker of a list, or a file of prices, that has a row of its own."""

    name: str
    path: Path | None = None


def items_of(arguments: argparse.Namespace) -> list[Item]:
    """What the command names, each once; raises ``OSError``, and ``QueryError`` where that is nothing."""
    if arguments.tickers:
        lines = arguments.tickers.read_text(encoding="utf-8-sig").splitlines()
        names = " ".join(line.partition("#")[0] for line in lines).replace(",", " ").replace(";", " ").split()
        items = [Item(name) for name in dict.fromkeys(name.upper() if name.isascii() else name for name in names)]
        where, needed = "tickers", f"a ticker on each line of {arguments.tickers}"
    else:
        found = arguments.prices.iterdir() if arguments.prices.is_dir() else [arguments.prices]
        own = {arguments.out.name, f"{arguments.out.name}.rows.csv", f"{arguments.out.name}.part"}
        files = sorted(path for path in found if not path.name.startswith(".") and path.name not in own)
        items = [Item(path.name, path) for path in files if not path.is_dir()]
        where, needed = "prices", f"a file of daily prices in {arguments.prices}"
    if not items:
        raise QueryError(where, "", needed)
    return items


async def make_table(settings: Settings, arguments: argparse.Namespace, fields: Mapping[str, str]) -> int:
    """Fill the table at ``--out`` and return the exit status, which is 0 where any row came out.

    Progress, and what is wrong with a ticker, go to standard error. Raises where no further row can be made for the
    present; those that are there stay, and the next run goes on from them.
    """
    if arguments.out.suffix not in ENDINGS:
        raise QueryError("out", arguments.out.name, f"a name that ends in {' or '.join(ENDINGS)}")
    # Limits keep strangers from one another; here is one owner with one list.
    engine = LazyEngine(engine_of(settings))
    app = running_parts(settings.model_copy(update={"rate_limit": OFF}), engine=engine)
    texts = {**fields, "level": fields["level"] or LEVELS}
    try:
        return await TableRun(app, texts).fill(items_of(arguments), arguments.out)
    finally:
        await app.engine.stop()


class TableRun:
    """Rows for one question, ``texts`` by the names of a query's fields, asked of many tickers."""

    def __init__(self, app: AppContext, texts: Mapping[str, str], pause: float = _PAUSE_SECONDS) -> None:
        self._app, self._texts, self._pause = app, texts, pause
        # What a source says changes with the day; a run that goes past midnight is still one.
        self._day = app.today()

    async def fill(self, items: Sequence[Item], out: Path) -> int:
        """Make the rows that the table at ``out`` does not have yet."""
        levels = self._query("A").levels
        table, keys = GrowingTable(out, columns_of(levels)), [await self._key(item) for item in items]
        table.begin(keys)
        missing = [(item, key) for item, key in zip(items, keys, strict=True) if key not in table.rows]
        done = len(items) - len(missing)
        with tqdm(total=len(items), initial=done, unit="ticker", file=sys.stderr) as bar:
            await self._fill(table, missing, bar)
        table.finish(keys)
        rows = [table.rows[key] for key in keys]
        bad = sum(bool(row["error"]) for row in rows)
        remark = f"; {bad} have an error in place of numbers, and are tried again by the same command" if bad else ""
        print(f"{out}: {len(rows)} rows, {done} of them from an earlier run{remark}.", file=sys.stderr)
        return 0 if bad < len(rows) else 1

    async def _fill(self, table: GrowingTable, missing: Sequence[tuple[Item, str]], bar: "tqdm[NoReturn]") -> None:
        left, working = list(reversed(missing)), dict[asyncio.Task[Row], tuple[Item, str]]()
        try:
            while left or working:
                while left and len(working) < self._app.engine.status().expected + _BEYOND_WORKERS:
                    item, key = left.pop()
                    working[asyncio.create_task(self._row(item, key))] = item, key
                ended, _ = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
                for task in ended:
                    row = self._made(task, *working.pop(task))
                    table.add(row)
                    if row["error"]:
                        bar.write(f"{row['file'] or row['ticker']}: {row['error']}", file=sys.stderr)
                bar.update(len(ended))
        finally:
            for task in working:
                task.cancel()

    async def _row(self, item: Item, key: str) -> Row:
        result = await self._result(await asyncio.to_thread(self._query, item.name, item.path))
        age = (await self._app.analyses.loader.prepare(result.query)).age_sessions
        file = cell(item.name) if item.path else ""
        return {**row_of(result), "file": file, "age_sessions": str(age), "key": key, "error": ""}

    def _made(self, ended: asyncio.Task[Row], item: Item, key: str) -> Row:
        """The row, or one with an error in place of numbers; raises what would stop all the others too."""
        if (error := ended.exception()) is None:
            return ended.result()
        idle = isinstance(error, ComputeError) and not self._app.engine.status().ready
        if idle or isinstance(error, SourceRefusedError) or not isinstance(error, Exception):
            raise error
        file, ticker = (cell(item.name), "") if item.path else ("", cell(item.name))
        return {"ticker": ticker, "file": file, "key": key, "error": sentence_of(error)}

    async def _result(self, query: Query) -> QueryResult:
        """What the cards say; what may pass is waited for, for as long as it says itself."""
        for tries in range(1, _TRIES + 1):
            try:
                with working_for(Card(seconds=_SECONDS)):
                    return (await query_result(self._app.analyses, query, CARDS)).settled()
            except AppError as error:
                if not error.transient or tries == _TRIES:
                    raise
                await asyncio.sleep(getattr(error, "retry_after", self._pause))
        raise AssertionError("the last try returns or raises")

    def _query(self, name: str, path: Path | None = None) -> Query:
        upload = upload_at(path) if path else None
        texts = self._texts if upload else {**self._texts, "ticker": name}
        return parse_query(texts, self._app.site.sources, self._app.site.default_source, self._app.today(), upload)

    async def _key(self, item: Item) -> str:
        """What tells a row from others: the question, the code that answers it, and the file's bytes or the day."""
        try:
            query = await asyncio.to_thread(self._query, item.name, item.path)
        except (AppError, OSError):
            return f"{item.name}:"
        seen = query.upload.digest if query.upload else str(query.as_of or self._day)
        parts = (query_string(replace(query, upload=None)), item.name, seen, code_digest())
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def upload_at(path: Path) -> Upload:
    """The file of prices there; raises ``OSError`` or ``TooLargeError``."""
    content = path.read_bytes()
    if len(content) > MAXIMUM_BYTES:
        raise TooLargeError("The file", MAXIMUM_BYTES)
    return upload_of(path.name, content)


def sentence_of(error: Exception) -> str:
    """What stood in the way, and what can be done."""
    if isinstance(error, OSError) and error.filename:
        return f"The file {error.filename} cannot be read: {error.strerror}."
    failure = failure_of(error)
    kind = "" if isinstance(error, AppError) else f" ({type(error).__name__})"
    return f"{failure.sentence}{kind} {failure.hint}".strip()

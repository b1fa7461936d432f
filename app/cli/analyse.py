"""python -m app analyse: what the page says about one ticker, on standard output, or a table of many."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Mapping
from pathlib import Path

from app.cli.many import make_table, sentence_of, upload_at
from app.compute.engine import LazyEngine
from app.errors import QueryError
from app.main import engine_of, running_parts
from app.panels import PANELS
from app.panels.panel import Query
from app.services.results import FORECASTING, query_result
from app.settings import Settings, settings_or_exit
from app.web.context import AppContext
from app.web.http.form import COLUMNS
from app.web.http.query import parse_query
from app.web.pages import documents
from app.web.pages import report as printed

FORMATS = ("text", "json", "csv", "html")
_FIELDS = ("ticker", "source", "horizon", "as_of", "by", "level", "amount")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The fields of the page's form, checked as there, and what to print."""
    parser.add_argument("ticker", nargs="?", default="", help="a symbol such as AAPL; a file may do without")
    parser.add_argument("--source", default="", help="yahoo or sample (default: SOURCE)")
    parser.add_argument("--file", type=Path, help="a file of daily prices (CSV, workbook, JSON), instead of a source")
    for role in ("date", "close", "ticker"):
        parser.add_argument(
            f"--column-{role}", default="", help=f"the name or number of the file's column of the {role}"
        )
    parser.add_argument("--horizon", default="", help="trading days ahead (default: 22)")
    parser.add_argument("--by", default="", help="the last day to ask about, such as 2026-12-18, instead of --horizon")
    parser.add_argument("--level", default="", help="up to four prices or changes to ask about, such as '380;-5%%'")
    parser.add_argument("--amount", default="", help="money in the ticker's currency, to be told what becomes of it")
    parser.add_argument("--as-of", default="", help="the last date to look at, such as 2018-06-29 (default: all)")
    parser.add_argument("--format", choices=FORMATS, default="text", help="what to print (default: text)")
    many = parser.add_argument_group("a table of many tickers")
    many.add_argument("--tickers", type=Path, help="a text file with a ticker on each line, remarks after a #")
    many.add_argument("--prices", type=Path, help="a folder with a file of daily prices for each ticker")
    many.add_argument("--out", type=Path, help="the table, .csv or .parquet; the same command goes on where it stopped")


def run(arguments: argparse.Namespace) -> int:
    """Print the document, or fill the table; the status is 0 only where there is one."""
    # Whatever is worth saying is said in one sentence below.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        return asyncio.run(_answer(settings_or_exit(), arguments))
    except KeyboardInterrupt:
        print("Stopped; of a table, the rows that were made are kept.", file=sys.stderr)
        return 130
    except Exception as error:
        # Whatever went wrong, a command tells its user in a sentence and with its status, not with a traceback.
        print(sentence_of(error), file=sys.stderr)
        return 1


async def _answer(settings: Settings, arguments: argparse.Namespace) -> int:
    fields = {name: getattr(arguments, name.replace(".", "_")) for name in (*_FIELDS, *COLUMNS)}
    if arguments.tickers or arguments.prices or arguments.out:
        _check_table(arguments)
        return await make_table(settings, arguments, fields)
    sys.stdout.buffer.write((await _document(settings, arguments, fields)).encode())
    return 0


def _check_table(arguments: argparse.Namespace) -> None:
    """Raises ``QueryError`` where a table is asked for with too little, or with what only one ticker can have."""
    if arguments.out is None:
        raise QueryError("out", "", "a file for the table, such as table.csv")
    if (arguments.tickers is None) == (arguments.prices is None):
        raise QueryError("tickers", "", "either a list of tickers or, as “prices”, a folder of files")
    alone = {"ticker": arguments.ticker, "file": arguments.file, "amount": arguments.amount}
    for name, given in alone.items():
        if given:
            raise QueryError(name, str(given), "to be left out, as a table is of many tickers")


async def _document(settings: Settings, arguments: argparse.Namespace, fields: Mapping[str, str]) -> str:
    app = running_parts(settings, engine=LazyEngine(engine_of(settings)))
    upload = upload_at(arguments.file) if arguments.file else None
    query = parse_query(fields, app.site.sources, app.site.default_source, app.today(), upload)
    try:
        return await document_of(app, query, arguments.format)
    finally:
        await app.engine.stop()


async def document_of(app: AppContext, query: Query, form: str) -> str:
    """The document of one of the formats, as the page gives it; raises what stands in its way."""
    cards = {"csv": FORECASTING, "text": documents.IN_SUMMARY}.get(form, PANELS)
    result = await query_result(app.analyses, query, cards)
    if form == "html":
        return await printed.report(app, result, "")
    if form == "json":
        return documents.cards_json(result.settled())
    make = documents.forecast_csv if form == "csv" else documents.summary
    return make(result.settled(), app.signer)

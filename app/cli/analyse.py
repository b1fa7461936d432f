"""python -m app analyse: what the page says about one ticker, on standard output."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from app.compute.engine import LazyEngine
from app.errors import TooLargeError
from app.main import engine_of, running_parts
from app.market.upload.source import MAXIMUM_BYTES, Upload, upload_of
from app.panels import PANELS
from app.panels.panel import Query
from app.services.results import FORECASTING, query_result
from app.settings import Settings, settings_or_exit
from app.web.context import AppContext
from app.web.failures import failure_of
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


def run(arguments: argparse.Namespace) -> int:
    """Print the document; the status is 0 only where there is one."""
    # Whatever is worth saying is said in one sentence below.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        document = asyncio.run(_document(settings_or_exit(), arguments))
    except Exception as error:
        # Whatever went wrong, a command tells its user in a sentence and with its status, not with a traceback.
        print(_sentence(error), file=sys.stderr)
        return 1
    sys.stdout.buffer.write(document.encode())
    return 0


async def _document(settings: Settings, arguments: argparse.Namespace) -> str:
    app = running_parts(settings, engine=LazyEngine(engine_of(settings)))
    fields = {name: getattr(arguments, name.replace(".", "_")) for name in (*_FIELDS, *COLUMNS)}
    upload = _upload(arguments.file) if arguments.file else None
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


def _upload(path: Path) -> Upload:
    content = path.read_bytes()
    if len(content) > MAXIMUM_BYTES:
        raise TooLargeError("The file", MAXIMUM_BYTES)
    return upload_of(path.name, content)


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"The file {error.filename} cannot be read: {error.strerror}."
    failure = failure_of(error)
    return f"{failure.sentence} {failure.hint}".strip()

"""The command line: ``python -m app evaluate --prices PATH --from DATE``, also for ``odds`` and for ``patterns``."""

import argparse
import os
import sys
from pathlib import Path

import numpy as np

from app.evaluation import odds, pattern_report
from app.evaluation.price_files import read_prices
from app.evaluation.result import Plan
from app.evaluation.run import evaluate, workers
from app.evaluation.table import as_json, markdown
from app.forecasting.registry import BASELINE, FORECASTERS

_FORECASTERS = "forecasters"
_PATTERNS = "patterns"
_ODDS = "odds"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what an evaluation needs to know; that of patterns needs the prices alone."""
    parser.add_argument(
        "what",
        nargs="?",
        choices=[_FORECASTERS, _PATTERNS, _ODDS],
        default=_FORECASTERS,
        help="what to score (forecasters)",
    )
    parser.set_defaults(refuse=parser.error)
    parser.add_argument(
        "--prices", type=Path, required=True, help="a price table (.parquet, .csv, .csv.gz) or a folder"
    )
    parser.add_argument("--from", dest="start", type=_date, help="first origin, as 2019-01-02; forecasters need it")
    parser.add_argument("--one-in", type=_count, default=1, help="score about one ticker in so many, by its CRC-32 (1)")
    parser.add_argument("--every", type=_count, default=20, help="bars between two origins (default 20)")
    parser.add_argument("--horizon", type=_count, default=22, help="trading days ahead (default 22)")
    parser.add_argument("--members", type=_members, default=tuple(FORECASTERS), help=f"some of {','.join(FORECASTERS)}")
    cores = os.cpu_count() or 1
    parser.add_argument("--workers", type=_count, default=cores, help="processes (default: one for each core)")
    parser.add_argument("--json", type=Path, help="write everything measured to this file")
    parser.add_argument("--markdown", action="store_true", help="print the table (the default without --json)")


def run(args: argparse.Namespace) -> int:
    """Evaluate and print; the exit status is 1 only where nothing at all could be scored."""
    if args.what == _PATTERNS:
        return pattern_report.run(args)
    if args.start is None:
        args.refuse("found no --from; needed the first origin, as --from 2019-01-02")
    try:
        files = read_prices(args.prices, args.one_in)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    for failure in files.failures:
        print(f"{failure.ticker}: {failure.reason}", file=sys.stderr)
    if args.what == _ODDS:
        return odds.run(files.prices, args)
    plan = Plan(args.start, args.every, args.horizon, args.members)
    with workers(min(args.workers, max(len(files.prices), 1))) as executor:
        evaluation = evaluate(files.prices, plan, executor, files.failures, files.groups)
    if args.json:
        args.json.write_text(as_json(evaluation), encoding="utf-8")
    if args.markdown or not args.json:
        print(markdown(evaluation), end="")
    return 0 if evaluation.rows else 1


def main(argv: list[str] | None = None) -> int:
    """The evaluation on its own, without the rest of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(argv))


def _date(text: str) -> np.datetime64:
    try:
        return np.datetime64(text, "D")
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"found {text}; needed a date such as 2019-01-02") from error


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"found {text}; needed a whole number from 1 on")
    return int(text)


def _members(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    unknown = [name for name in names if name not in FORECASTERS]
    if unknown or not names:
        raise argparse.ArgumentTypeError(
            f"found {', '.join(unknown) or 'none'}; needed some of {', '.join(FORECASTERS)}"
        )
    return tuple(dict.fromkeys((BASELINE, *names)))


if __name__ == "__main__":
    sys.exit(main())

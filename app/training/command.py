"""python -m app train lstm: rebuild shipped weights from price files."""

import argparse
import sys
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter

from app.evaluation.price_files import read_prices
from app.forecasting.lstm.weights import FOLDER, ModelCard, write
from app.training.lstm import Recipe, train


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to train, on which prices, and the last day that may be seen."""
    parser.add_argument("model", choices=["lstm"])
    parser.add_argument("--prices", type=Path, required=True, help="a price file (CSV or Parquet) or a folder of them")
    parser.add_argument("--until", type=date.fromisoformat, required=True, help="the cut-off; nothing later is seen")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the weights (default: where the app reads)")


def run(arguments: argparse.Namespace) -> int:
    """Train, store and print the model card; the status is 1 where the prices are not enough."""
    found = read_prices(arguments.prices)
    for failure in found.failures:
        print(f"{failure.ticker}: {failure.reason}", file=sys.stderr)
    try:
        weights = train(found.prices, arguments.until, Recipe())
    except ValueError as error:
        print(f"Nothing trained: {error}", file=sys.stderr)
        return 1
    print(TypeAdapter(ModelCard).dump_json(weights.card, indent=2).decode())
    file = write(weights, arguments.out)
    print(f"{file}: {file.stat().st_size / 1000:.0f} kB", file=sys.stderr)
    return 0

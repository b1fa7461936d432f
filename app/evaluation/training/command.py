"""python -m app train lstm|patterns: rebuild shipped weights from price files."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from app.evaluation.price_files import Failure, read_candles, read_prices
from app.evaluation.training import lstm, patterns
from app.forecasting.models.lstm import network as lstm_network
from app.patterns import network as pattern_network


@dataclass(frozen=True, slots=True)
class Model:
    """How one of the shipped networks is made: the prices it reads, its training, its card, and where it is stored."""

    read: Callable[[Path], tuple[Any, tuple[Failure, ...]]]
    train: Callable[[Any, date], Any]
    card: Any
    write: Callable[[Any, Path], Path]
    home: Path


def _prices(path: Path) -> tuple[Any, tuple[Failure, ...]]:
    files = read_prices(path)
    return files.prices, files.failures


def _candles(path: Path) -> tuple[Any, tuple[Failure, ...]]:
    files = read_candles(path)
    return files.candles, files.failures


MODELS = {
    "lstm": Model(
        read=_prices,
        train=lambda prices, until: lstm.train(prices, until, lstm.Recipe()),
        card=lstm_network.ModelCard,
        write=lstm_network.write,
        home=lstm_network.FOLDER,
    ),
    "patterns": Model(
        read=_candles,
        train=lambda candles, until: patterns.train(candles, until, patterns.Recipe()),
        card=pattern_network.ModelCard,
        write=pattern_network.write,
        home=pattern_network.FOLDER,
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to train, on which prices, and the last day that may be seen."""
    parser.add_argument("model", choices=list(MODELS))
    parser.add_argument("--prices", type=Path, required=True, help="a price file (CSV or Parquet) or a folder of them")
    parser.add_argument("--until", type=date.fromisoformat, required=True, help="the cut-off; nothing later is seen")
    parser.add_argument("--out", type=Path, help="folder of the weights (default: where the app reads)")


def run(arguments: argparse.Namespace) -> int:
    """Train, store and print the model card; the status is 1 where the prices are not enough."""
    model = MODELS[arguments.model]
    prices, failures = model.read(arguments.prices)
    for failure in failures:
        print(f"{failure.ticker}: {failure.reason}", file=sys.stderr)
    try:
        weights = model.train(prices, arguments.until)
    except ValueError as error:
        print(f"Nothing trained: {error}", file=sys.stderr)
        return 1
    print(TypeAdapter(model.card).dump_json(weights.card, indent=2).decode())
    file = model.write(weights, arguments.out or model.home)
    print(f"{file}: {file.stat().st_size / 1000:.0f} kB", file=sys.stderr)
    return 0

"""python -m app train lstm|patterns: rebuild shipped weights from price files."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from app.evaluation.price_files import Failure, read_candles
from app.evaluation.training import lstm, patterns
from app.evaluation.training.samples import read_pool
from app.forecasting.models.lstm import network as lstm_network
from app.patterns import network as pattern_network


@dataclass(frozen=True, slots=True)
class Model:
    """How one of the shipped networks is made: the prices it reads, its training, its card, and where it is stored."""

    read: Callable[[list[Path]], tuple[Any, tuple[Failure, ...]]]
    train: Callable[[Any, date, Path | None], Any]
    card: Any
    write: Callable[[Any, Path], Path]
    home: Path


MODELS = {
    "lstm": Model(
        read=read_pool,
        train=lambda prices, until, unfinished: lstm.train(prices, until, lstm.Recipe(), unfinished),
        card=lstm_network.ModelCard,
        write=lstm_network.write,
        home=lstm_network.FOLDER,
    ),
    "patterns": Model(
        read=lambda paths: read_candles(paths[0]),
        train=lambda candles, until, _: patterns.train(candles, until, patterns.Recipe()),
        card=pattern_network.ModelCard,
        write=pattern_network.write,
        home=pattern_network.FOLDER,
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to train, on which prices, and the last day that may be seen."""
    parser.add_argument("model", choices=list(MODELS))
    parser.add_argument(
        "--prices", type=Path, required=True, nargs="+", help="price files (CSV or Parquet) or folders of them"
    )
    parser.add_argument("--until", type=date.fromisoformat, required=True, help="the cut-off; nothing later is seen")
    parser.add_argument(
        "--unfinished", type=Path, help="an existing folder to keep finished networks in and go on from"
    )
    parser.add_argument("--out", type=Path, help="folder of the weights (default: where the app reads)")


def run(arguments: argparse.Namespace) -> int:
    """Train, store and print the model card; the status is 1 where the prices are not enough."""
    model = MODELS[arguments.model]
    prices, failures = model.read(arguments.prices)
    for failure in failures:
        print(f"{failure.ticker}: {failure.reason}", file=sys.stderr)
    try:
        weights = model.train(prices, arguments.until, arguments.unfinished)
    except ValueError as error:
        print(f"Nothing trained: {error}", file=sys.stderr)
        return 1
    print(TypeAdapter(model.card).dump_json(weights.card, indent=2).decode())
    file = model.write(weights, arguments.out or model.home)
    print(f"{file}: {file.stat().st_size / 1000:.0f} kB", file=sys.stderr)
    return 0

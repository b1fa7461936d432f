"""python -m app evaluate patterns: the network's names against those of the rules, at their natural frequency."""

import argparse
import importlib
import json
import sys
from dataclasses import asdict

import numpy as np
from tqdm import tqdm

from app.evaluation.pattern_outcomes import PatternOutcomes, pattern_outcomes, together
from app.evaluation.price_files import Candles, read_candles
from app.evaluation.run import workers
from app.patterns.candlesticks import SHAPES, Floats
from app.patterns.recognition import Classes, Recognition, recognition

_SWITCHES = {"NUMBA_DISABLE_JIT": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}
_SHORT = ("none", "m star", "e star", "bull eng", "bear eng", "bull har", "bear har", "sh star", "inv ham")


def run(arguments: argparse.Namespace) -> int:
    """Look at every window of every ticker and print two tables; the status is 1 where there is none."""
    try:
        files = read_candles(arguments.prices)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    for failure in files.failures:
        print(f"{failure.ticker}: {failure.reason}", file=sys.stderr)
    if not files.candles:
        return 1
    with workers(min(arguments.workers, len(files.candles)), _SWITCHES) as executor:
        judging = executor.map(judged, files.candles.values())
        seen = list(tqdm(judging, total=len(files.candles), unit="ticker", file=sys.stderr))
    rules, network, after = zip(*seen, strict=True)
    found, sum_of_all = recognition(np.concatenate(rules), np.concatenate(network)), together(after)
    if arguments.json:
        arguments.json.write_text(as_json(found, sum_of_all), encoding="utf-8")
    if arguments.markdown or not arguments.json:
        print(markdown(", ".join(files.candles) if len(seen) < 4 else f"{len(seen)} tickers", found, sum_of_all))
    return 0


def judged(candles: Candles) -> tuple[Classes, Floats, PatternOutcomes]:
    """Rules and network on every window of one ticker, and what followed.

    Only a worker imports what looks at fields, because pyts has to be told before it is.
    """
    rules, network = importlib.import_module("app.evaluation.pattern_outcomes").pattern_predictions(candles.bars)
    return rules, network, pattern_outcomes(candles)


def as_json(found: Recognition, after: PatternOutcomes) -> str:
    """The same numbers to compute with; classes are none and then the shapes in the order of the rules."""
    scores = ("precision", "recall", "recalls", "balanced_accuracy", "calibration_error", "calibration_error_named")
    numbers = {"confusion": found.confusion.tolist(), **{name: getattr(found, name) for name in scores}}
    return json.dumps({**numbers, "followed": asdict(after)}, indent=2, allow_nan=False) + "\n"


def markdown(prices: str, found: Recognition, after: PatternOutcomes) -> str:
    """A row of scores, the confusion of rules (rows) and network (columns), and what followed."""
    return "\n".join([*_scores(prices, found), "", *_confusion(found), "", *_followed(prices, after)])


def _scores(prices: str, found: Recognition) -> list[str]:
    known = [recall for recall in found.recalls[1:] if recall is not None]
    cells = [
        prices,
        f"{found.confusion.sum():,}",
        f"{found.confusion[1:].sum():,}",
        f"{found.precision:.3f}",
        f"{found.recall:.3f}",
        f"{min(known):.3f}" if known else "–",
        f"{found.balanced_accuracy:.3f}",
        f"{found.calibration_error:.3f}",
        f"{found.calibration_error_named:.3f}",
    ]
    head = ["prices", "windows", "shapes", "precision", "recall", "lowest recall of a shape", "balanced accuracy"]
    head += ["calibration error", "where it names a shape"]
    return _table(head, [cells])


def _confusion(found: Recognition) -> list[str]:
    names = ("none", *(shape.name for shape in SHAPES))
    precisions = np.diag(found.confusion) / np.maximum(found.confusion.sum(axis=0), 1)
    rows = [
        [name, *(f"{count:,}" for count in row), "–" if recall is None else f"{recall:.3f}"]
        for name, row, recall in zip(names, found.confusion.tolist(), found.recalls, strict=True)
    ]
    last = ["precision", *(f"{share:.3f}" for share in precisions), ""]
    return _table(["rules \\ network", *_SHORT, "recall"], [*rows, last])


def _followed(prices: str, after: PatternOutcomes) -> list[str]:
    head = ["prices", "tests of shapes", "p < 0.05", "q < 0.05", "origins", "MAE after lookalikes", "MAE after any day"]
    counts = [str(after.tests), str(after.low_p), str(after.low_q), f"{after.origins:,}"]
    errors = (after.lookalikes, after.any_day)
    ratios = [f"{error / after.last_price:.3f}" if after.last_price else "–" for error in errors]
    return _table(head, [[prices, *counts, *ratios]])


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]

"""python -m app evaluate patterns: the network's names against those of the rules, at their natural frequency."""

import argparse
import importlib
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass

import numpy as np
from tqdm import tqdm

from app.evaluation.price_files import Candles, read_candles
from app.evaluation.run import workers
from app.forecasting.forecast import Floats
from app.patterns.candlesticks import SHAPES
from app.patterns.recognition import Classes, Recognition, recognition

_SWITCHES = {"NUMBA_DISABLE_JIT": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}
_OUTCOMES_MODULE = "app.evaluation.pattern_outcomes"
_SHORT_NAMES = ("none", "m star", "e star", "bull eng", "bear eng", "bull har", "bear har", "sh star", "inv ham")


@dataclass(frozen=True, slots=True)
class PatternOutcomes:
    """Tests with enough hits, how many had p and q below 0.05; and at ``origins``, sums of errors in log price.

    The errors are those of the median after lookalikes, of that after any day, and of the last price.
    """

    tests: int = 0
    low_p: int = 0
    low_q: int = 0
    origins: int = 0
    lookalikes: float = 0.0
    any_day: float = 0.0
    last_price: float = 0.0


def total(parts: Iterable[PatternOutcomes]) -> PatternOutcomes:
    """The sums over all tickers."""
    return PatternOutcomes(*(sum(numbers) for numbers in zip(*(astuple(part) for part in parts), strict=True)))


def run(arguments: argparse.Namespace) -> int:
    """Look at every window of every ticker and print two tables; the status is 1 where there is none."""
    try:
        candles, failures = read_candles(arguments.prices, arguments.one_in)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    for failure in failures:
        print(f"{failure.ticker}: {failure.reason}", file=sys.stderr)
    if not candles:
        return 1
    with workers(min(arguments.workers, len(candles)), _SWITCHES) as executor:
        judging = executor.map(judged, candles.values())
        results = list(tqdm(judging, total=len(candles), unit="ticker", file=sys.stderr))
    rules, network, outcomes = zip(*results, strict=True)
    recognised, sums = recognition(np.concatenate(rules), np.concatenate(network)), total(outcomes)
    if arguments.json:
        arguments.json.write_text(as_json(recognised, sums), encoding="utf-8")
    if arguments.markdown or not arguments.json:
        print(markdown(", ".join(candles) if len(results) < 4 else f"{len(results)} tickers", recognised, sums))
    return 0


def judged(candles: Candles) -> tuple[Classes, Floats, PatternOutcomes]:
    """Rules and network on every window of one ticker, and what followed.

    Only a worker imports what looks at fields: it has the switches that pyts reads when it is imported.
    """
    outcomes = importlib.import_module(_OUTCOMES_MODULE)
    rules, network = outcomes.pattern_predictions(candles.bars)
    return rules, network, outcomes.pattern_outcomes(candles)


def as_json(recognised: Recognition, outcomes: PatternOutcomes) -> str:
    """What was measured, as JSON; classes are none and then the shapes in the order of the rules."""
    scores = ("precision", "recall", "recalls", "balanced_accuracy", "calibration_error", "calibration_error_named")
    numbers = {"confusion": recognised.confusion.tolist(), **{name: getattr(recognised, name) for name in scores}}
    return json.dumps({**numbers, "followed": asdict(outcomes)}, indent=2, allow_nan=False) + "\n"


def markdown(prices: str, recognised: Recognition, outcomes: PatternOutcomes) -> str:
    """A row of scores, the confusion of rules (rows) and network (columns), and what followed."""
    return "\n".join([*_scores(prices, recognised), "", *_confusion(recognised), "", *_followed(prices, outcomes)])


def _scores(prices: str, recognised: Recognition) -> list[str]:
    known = [recall for recall in recognised.recalls[1:] if recall is not None]
    cells = [
        prices,
        f"{recognised.confusion.sum():,}",
        f"{recognised.confusion[1:].sum():,}",
        f"{recognised.precision:.3f}",
        f"{recognised.recall:.3f}",
        f"{min(known):.3f}" if known else "–",
        f"{recognised.balanced_accuracy:.3f}",
        f"{recognised.calibration_error:.3f}",
        f"{recognised.calibration_error_named:.3f}",
    ]
    head = ["prices", "windows", "shapes", "precision", "recall", "lowest recall of a shape", "balanced accuracy"]
    head += ["calibration error", "where it names a shape"]
    return _table(head, [cells])


def _confusion(recognised: Recognition) -> list[str]:
    names = ("none", *(shape.name for shape in SHAPES))
    precisions = np.diag(recognised.confusion) / np.maximum(recognised.confusion.sum(axis=0), 1)
    rows = [
        [name, *(f"{count:,}" for count in row), "–" if recall is None else f"{recall:.3f}"]
        for name, row, recall in zip(names, recognised.confusion.tolist(), recognised.recalls, strict=True)
    ]
    last = ["precision", *(f"{share:.3f}" for share in precisions), ""]
    return _table(["rules \\ network", *_SHORT_NAMES, "recall"], [*rows, last])


def _followed(prices: str, outcomes: PatternOutcomes) -> list[str]:
    head = ["prices", "tests of shapes", "p < 0.05", "q < 0.05", "origins", "MAE after lookalikes", "MAE after any day"]
    counts = [str(outcomes.tests), str(outcomes.low_p), str(outcomes.low_q), f"{outcomes.origins:,}"]
    errors = (outcomes.lookalikes, outcomes.any_day)
    ratios = [f"{error / outcomes.last_price:.3f}" if outcomes.last_price else "–" for error in errors]
    return _table(head, [[prices, *counts, *ratios]])


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]

"""python -m app evaluate odds: are the chances of prices kept, and better than simpler means give them?"""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from tqdm import tqdm

from app.evaluation.price_files import MIN_BARS
from app.evaluation.run import workers
from app.evaluation.table import finite
from app.forecasting import volatility
from app.forecasting.forecast import Floats, LogPrices
from app.forecasting.past_questions import chances_by_past, chances_by_rule, extremes, happened, stacked
from app.forecasting.paths import shuffled, windows_of
from app.forecasting.questions import chances
from app.forecasting.registry import BASELINE, FORECASTERS
from app.forecasting.scoring.backtest import origins_since
from app.forecasting.scoring.reliability import reliability

LEVELS: Floats = np.log1p(np.array([-20, -15, -10, -7, -5, -3, -2, 2, 3, 5, 7, 10, 15, 20]) / 100)
DAYS = (5, 10, 22, 44)
POOLED = DAYS[:3]
"""The days that are scored together; the last one is reported beside them."""

EVENTS = ("to end beyond", "to close beyond on the way", "to trade there")
METHODS = ("own past windows", "own past windows, rescaled", "twice the tail, 252 days")


@dataclass(frozen=True, slots=True)
class OddsPlan:
    """Which forecaster's paths are asked, at which origins."""

    member: str
    start: np.datetime64
    every: int


def run(prices: Mapping[str, LogPrices], arguments: argparse.Namespace) -> int:
    """Ask of each ticker's prices and print; the status is 1 where nothing could be asked."""
    every_member = len(arguments.members) == len(FORECASTERS)
    member = "combined" if every_member else next((name for name in arguments.members if name != BASELINE), BASELINE)
    plan = OddsPlan(member, arguments.start, arguments.every)
    with workers(min(arguments.workers, max(len(prices), 1))) as executor:
        tasks = [executor.submit(answers_of_ticker, y, plan) for y in prices.values()]
        answers = [task.result() for task in tqdm(tasks, unit="ticker", file=sys.stderr)]
    scored = [part for part in answers if part.shape[3]]
    if not scored:
        return 1
    together, title = np.concatenate(scored, axis=3), FORECASTERS[plan.member].title
    if arguments.json:
        arguments.json.write_text(as_json(together, title, plan, len(scored)), encoding="utf-8")
    if arguments.markdown or not arguments.json:
        print(markdown(together, title, len(scored)), end="")
    return 0


def answers_of_ticker(y: LogPrices, plan: OddsPlan) -> Floats:
    """Chances by paths and by each of ``METHODS``, then what happened: (days, methods, events, origins, levels)."""
    horizon = DAYS[-1]
    origins = origins_since(y, plan.start, plan.every, horizon)
    origins = origins[origins >= MIN_BARS + horizon]
    levels = np.tile(LEVELS, (len(origins), 1))
    if not len(origins):
        return np.empty((len(DAYS), len(METHODS) + 2, len(EVENTS), 0, len(LEVELS)))
    quantiles = FORECASTERS[plan.member].forecaster(y, origins, horizon).quantiles
    windows, outlook = windows_of(y, horizon), volatility.heterogeneous(y)
    paths = [shuffled(windows, quantiles[place], int(origin)) for place, origin in enumerate(origins)]
    answers = []
    for days in DAYS:
        seen = extremes(y, days)
        by_paths = np.stack([stacked(chances(path.until(days), LEVELS)) for path in paths], axis=1)
        by_past = chances_by_past(seen, origins, levels)
        rescaled = chances_by_past(seen, origins, levels, np.sqrt(outlook.over(days)))
        by_rule = chances_by_rule(y, origins, days, levels)
        answers.append(np.stack([by_paths, by_past, rescaled, by_rule, happened(seen, origins, levels)]))
    return np.stack(answers)


def markdown(answers: Floats, title: str, tickers: int) -> str:
    """Calibration error in points and Brier score by event and method, pooled over the first three of the days."""
    spans = {f"{', '.join(map(str, POOLED))} days": list(range(len(POOLED)))}
    spans |= {f"{days} days": [place] for place, days in enumerate(DAYS)}
    lines = [f"{tickers} tickers, {answers.shape[3]:,} origins, {len(LEVELS)} levels from −20 to +20%.", ""]
    headings = [f"{event}, happened" for event in EVENTS]
    lines += [f"| days | chances by | {' | '.join(headings)} |", f"| --- | --- |{' ---: |' * len(EVENTS)}"]
    for span, places in spans.items():
        for method, name in enumerate((f"paths of {title}", *METHODS)):
            cells = (_cell(answers[places][:, :, event], method) for event in range(len(EVENTS)))
            lines.append(f"| {span} | {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def as_json(answers: Floats, title: str, plan: OddsPlan, tickers: int) -> str:
    """How the chances were kept, by event, over the first three of the days together: the paths', and each method's."""
    pooled = answers[: len(POOLED)]
    events = {}
    for place, event in enumerate(EVENTS):
        outcomes = pooled[:, -1, place]
        known = np.isfinite(outcomes)
        kept = [reliability(pooled[:, method, place][known], outcomes[known]) for method in range(len(METHODS) + 1)]
        events[event] = {
            "happened": float(outcomes[known].mean()),
            "table": [asdict(row) for row in kept[0].table],
            "methods": {
                name: {"brier": each.brier, "calibration_error": each.calibration_error}
                for name, each in zip((f"paths of {title}", *METHODS), kept, strict=True)
            },
        }
    measured = {
        "from": str(plan.start),
        "every": plan.every,
        "days": POOLED,
        "levels": len(LEVELS),
        "tickers": tickers,
        "origins": answers.shape[3],
        "events": events,
    }
    return json.dumps(finite(measured), ensure_ascii=False, separators=(",", ":")) + "\n"


def _cell(answers: Floats, method: int) -> str:
    """From answers (days, methods, origins, levels) of one event."""
    outcomes = answers[:, -1]
    known = np.isfinite(outcomes)
    if not known.any():
        return "–"
    kept = reliability(answers[:, method][known], outcomes[known])
    return f"{100 * kept.calibration_error:.2f} / {kept.brier:.4f} ({100 * outcomes[known].mean():.1f}%)"

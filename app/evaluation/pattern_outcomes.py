"""What the network says of past bars, and what followed each shape and each lookalike; only workers import this."""

import numpy as np

from app.evaluation.pattern_report import PatternOutcomes
from app.evaluation.price_files import Candles
from app.forecasting.forecast import Floats
from app.patterns.analogues import DAYS, FIRST_ORIGIN, MIN_WINDOWS, ORIGIN_SPACING, aftermath, analogues
from app.patterns.candlesticks import WINDOW, Bars, names_of, shapes, windows
from app.patterns.evidence import MIN_HITS, SIGNIFICANCE, evidence
from app.patterns.field import fields
from app.patterns.network import recognise
from app.patterns.recognition import Classes

_BATCH = 2000


def pattern_predictions(bars: Bars) -> tuple[Classes, Floats]:
    """Classes (k,) by the rules and probabilities (k, 9) by the network for every window that moves at all."""
    ends = np.arange(WINDOW - 1, len(bars))
    parts = [recognise(fields(windows(bars, part))) for part in np.array_split(ends, -(-len(ends) // _BATCH))]
    probabilities = np.concatenate(parts)
    moves = np.isfinite(probabilities[:, 0])
    return names_of(shapes(bars))[ends][moves], probabilities[moves]


CARD_BARS = 2520
"""The last ten years of each ticker, as a card sees them."""


def pattern_outcomes(candles: Candles) -> PatternOutcomes:
    """The outcomes of one ticker's last ten years."""
    candles = candles.newest(CARD_BARS)
    tests = [test for test in evidence(shapes(candles.bars), candles.adj_close) if test.n >= MIN_HITS]
    y = np.log(candles.adj_close)
    past = np.arange(len(y) - 1 - DAYS, FIRST_ORIGIN - 1, -ORIGIN_SPACING, dtype=np.intp)
    sets = [nearest for nearest in analogues(y, past) if len(nearest.ends) >= MIN_WINDOWS]
    origins = [nearest.origin for nearest in sets]
    actual = np.array([y[origin + DAYS] - y[origin] for origin in origins])
    alike = np.array([np.median(aftermath(y, nearest.ends)[:, -1]) for nearest in sets])
    any_day = np.array([np.median(y[DAYS : origin + 1] - y[: origin + 1 - DAYS]) for origin in origins])
    return PatternOutcomes(
        tests=len(tests),
        low_p=sum(test.p is not None and test.p < SIGNIFICANCE for test in tests),
        low_q=sum(test.q is not None and test.q < SIGNIFICANCE for test in tests),
        origins=len(origins),
        lookalikes=float(np.abs(actual - alike).sum()),
        any_day=float(np.abs(actual - any_day).sum()),
        last_price=float(np.abs(actual).sum()),
    )

"""What the network says of past bars, and what followed each pattern."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass

import numpy as np

from app.evaluation.price_files import Candles
from app.patterns.analogues import DAYS, FEWEST, aftermath, analogues
from app.patterns.candlesticks import WINDOW, Bars, Floats, names_of, shapes, windows
from app.patterns.evidence import ENOUGH, SIGNIFICANT, evidence
from app.patterns.field import fields
from app.patterns.network import recognise
from app.patterns.recognition import Classes

_AT_ONCE = 2000


def pattern_predictions(bars: Bars) -> tuple[Classes, Floats]:
    """Classes (k,) by the rules and probabilities (k, 9) by the network for every window that moves at all."""
    ends = np.arange(WINDOW - 1, len(bars))
    parts = [recognise(fields(windows(bars, part))) for part in np.array_split(ends, -(-len(ends) // _AT_ONCE))]
    probabilities = np.concatenate(parts)
    moves = np.isfinite(probabilities[:, 0])
    return names_of(shapes(bars))[ends][moves], probabilities[moves]


BARS, EVERY, FIRST = 2520, 10, 200
"""Of each ticker the last ten years, as a card sees them, and where its past origins stand."""


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


def pattern_outcomes(candles: Candles) -> PatternOutcomes:
    """One ticker's part."""
    candles = candles.newest(BARS)
    tested = [one for one in evidence(shapes(candles.bars), candles.adj_close) if one.n >= ENOUGH]
    y = np.log(candles.adj_close)
    past = np.arange(len(y) - 1 - DAYS, FIRST - 1, -EVERY, dtype=np.intp)
    found = [one for one in analogues(y, past) if len(one.ends) >= FEWEST]
    actual = np.array([y[one.origin + DAYS] - y[one.origin] for one in found])
    alike = np.array([np.median(aftermath(y, one.ends)[:, -1]) for one in found])
    any_day = np.array([np.median(y[DAYS : one.origin + 1] - y[: one.origin + 1 - DAYS]) for one in found])
    return PatternOutcomes(
        tests=len(tested),
        low_p=sum(one.p is not None and one.p < SIGNIFICANT for one in tested),
        low_q=sum(one.q is not None and one.q < SIGNIFICANT for one in tested),
        origins=len(found),
        lookalikes=float(np.abs(actual - alike).sum()),
        any_day=float(np.abs(actual - any_day).sum()),
        last_price=float(np.abs(actual).sum()),
    )


def together(parts: Iterable[PatternOutcomes]) -> PatternOutcomes:
    """The sum of all tickers' parts."""
    return PatternOutcomes(*(sum(numbers) for numbers in zip(*(astuple(part) for part in parts), strict=True)))

"""The shapes of the last year: what the rules found, and what the network thinks of the same windows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.forecasting.forecast import Floats
from app.market.history import PriceHistory
from app.panels.patterns.model import Agreement, FoundShape, NetworkSays
from app.patterns.candlesticks import (
    SHAPES,
    WINDOW,
    Bars,
    Days,
    names_of,
    stands_in_its_trend,
    trends_before,
    windows,
)
from app.patterns.field import fields
from app.patterns.network import recognise

LATEST = 250
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Look:
    """Probabilities (k, 9) of none and of each shape for windows that end in ``rows`` (k,); NaN where one is flat."""

    rows: NDArray[np.intp]
    probabilities: Floats

    @property
    def classes(self) -> NDArray[np.intp]:
        """The most probable class of each window, 0 for none and for flat ones."""
        return np.asarray(np.nan_to_num(self.probabilities).argmax(axis=1))


def candles_of(history: PriceHistory) -> Bars:
    """The bars as they were traded: adjusted for splits, not for dividends."""
    return Bars(history.open, history.high, history.low, history.close)


def look(bars: Bars) -> Look:
    """What the network sees in the last 250 windows."""
    rows = np.arange(max(WINDOW - 1, len(bars) - LATEST), len(bars))
    # Six digits say all that half-precision weights can know.
    return Look(rows, np.round(recognise(fields(windows(bars, rows))), _DIGITS))


def found_shapes(history: PriceHistory, hits: Days, looked: Look) -> tuple[FoundShape, ...]:
    """Every one of the ``hits`` (n, 8) on the bars that were looked at, oldest first."""
    before, wanted = trends_before(history.close), stands_in_its_trend(history.close)
    rows, which = np.nonzero(hits[looked.rows])
    return tuple(
        FoundShape(
            date=history.dates[row].item(),
            name=SHAPES[shape].name,
            direction=SHAPES[shape].direction,
            trend=str(before[row, shape]),
            in_trend=bool(wanted[row, shape]),
            agreed=bool(looked.classes[at] == shape + 1),
            probability=_number(looked.probabilities[at, shape + 1]),
        )
        for at, row, shape in zip(rows, looked.rows[rows], which, strict=True)
    )


def newest_of_each(patterns: tuple[FoundShape, ...]) -> tuple[FoundShape, ...]:
    """The last hit of each shape, newest first."""
    last: dict[str, FoundShape] = {}
    for shape in reversed(patterns):
        last.setdefault(shape.name, shape)
    return tuple(last.values())


def network_opinions(history: PriceHistory, looked: Look) -> tuple[NetworkSays, ...]:
    """The network's most probable class for each window, oldest first."""
    best = zip(looked.rows, looked.classes, looked.probabilities, strict=True)
    return tuple(
        NetworkSays(history.dates[row].item(), SHAPES[name - 1].name if name else None, _number(probabilities[name]))
        for row, name, probabilities in best
    )


def agreement(hits: Days, looked: Look) -> Agreement:
    """Rules and network side by side, one name each for a bar."""
    rule, network = names_of(hits[looked.rows]), looked.classes
    both = (rule == network) & (rule > 0)
    return Agreement(
        bars=len(looked.rows),
        both=int(both.sum()),
        only_rule=int(((rule > 0) & ~both).sum()),
        only_network=int(((network > 0) & ~both).sum()),
    )


def _number(probability: float) -> float | None:
    return None if np.isnan(probability) else float(probability)

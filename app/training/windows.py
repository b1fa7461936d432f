"""Training windows of the pattern network: what thirteen bars look like, and what the rules call them."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from app.evaluation.candle_files import Candles
from app.market.digits import to_digits
from app.patterns.candlesticks import Bars, Floats, names_of, shapes
from app.patterns.recognition import Classes
from app.patterns.windows import WINDOW, windows

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Windows:
    """Prices (k, 52) scaled to −1 … 1 within each window, and the class (k,) that the rules give its last bar."""

    scaled: Floats
    classes: Classes

    def __len__(self) -> int:
        return len(self.classes)

    def and_then(self, others: "Windows") -> "Windows":
        """These and then those."""
        scaled, classes = (self.scaled, others.scaled), (self.classes, others.classes)
        return Windows(np.concatenate(scaled), np.concatenate(classes))

    def repeated(self, repeats: tuple[int, ...]) -> "Windows":
        """Each window as often as its class is to be shown."""
        rows = np.repeat(np.arange(len(self)), np.array(repeats)[self.classes])
        return Windows(self.scaled[rows], self.classes[rows])


def windows_of(series: Iterable[Bars]) -> Windows:
    """Every window of every series that moves at all; raises ``ValueError`` where there is none."""
    found = [_of(bars) for bars in series if len(bars) >= WINDOW]
    if not found:
        raise ValueError(f"found no series of {WINDOW} bars; needed some")
    return Windows(np.concatenate([one.scaled for one in found]), np.concatenate([one.classes for one in found]))


def quoted(bars: Bars) -> Bars:
    """Prices as they were printed: single precision leaves noise behind the sixth digit that breaks ties by chance."""
    return Bars(*(to_digits(prices, _DIGITS) for prices in (bars.open, bars.high, bars.low, bars.close)))


def fingerprint(known: Mapping[str, Candles]) -> str:
    """SHA-256 of tickers, dates and prices, in order."""
    content = hashlib.sha256()
    for ticker, candles in known.items():
        content.update(ticker.encode())
        bars = candles.bars
        for column in (candles.dates, bars.open, bars.high, bars.low, bars.close):
            content.update(np.ascontiguousarray(column).tobytes())
    return content.hexdigest()


def _of(bars: Bars) -> Windows:
    ends = np.arange(WINDOW - 1, len(bars))
    seen, classes = windows(bars, ends), names_of(shapes(bars))[ends]
    low, high = seen.min(axis=1, keepdims=True), seen.max(axis=1, keepdims=True)
    moves = (high > low)[:, 0]
    scaled = 2 * (seen[moves] - low[moves]) / (high - low)[moves] - 1
    # Single precision is what the network trains in; two million windows in double would not fit.
    return Windows(scaled.astype(np.float32), classes[moves])

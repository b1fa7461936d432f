"""Training windows of the pattern network: what thirteen bars look like, and what the rules call them."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from app.evaluation.price_files import Candles
from app.forecasting.forecast import Floats
from app.market.cleaning.scales import to_digits
from app.patterns.candlesticks import WINDOW, Bars, names_of, shapes, windows
from app.patterns.recognition import Classes

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Windows:
    """Prices (k, 52) scaled to −1 … 1 within each window, and the class (k,) that the rules give its last bar."""

    scaled: Floats
    classes: Classes

    def __len__(self) -> int:
        return len(self.classes)

    def and_then(self, others: "Windows") -> "Windows":
        """These windows (k,) followed by ``others`` (m,), (k + m,)."""
        scaled, classes = (self.scaled, others.scaled), (self.classes, others.classes)
        return Windows(np.concatenate(scaled), np.concatenate(classes))

    def repeated(self, repeats: tuple[int, ...]) -> "Windows":
        """Each window as often as its class is to be shown."""
        rows = np.repeat(np.arange(len(self)), np.array(repeats)[self.classes])
        return Windows(self.scaled[rows], self.classes[rows])


def windows_of(series: Iterable[Bars]) -> Windows:
    """Every window of every series that moves at all; raises ``ValueError`` where there is none."""
    parts = [_of(bars) for bars in series if len(bars) >= WINDOW]
    if not parts:
        raise ValueError(f"found no series of {WINDOW} bars; needed some")
    return Windows(np.concatenate([part.scaled for part in parts]), np.concatenate([part.classes for part in parts]))


def as_printed(bars: Bars) -> Bars:
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
    prices, classes = windows(bars, ends), names_of(shapes(bars))[ends]
    low, high = prices.min(axis=1, keepdims=True), prices.max(axis=1, keepdims=True)
    moves = (high > low)[:, 0]
    scaled = 2 * (prices[moves] - low[moves]) / (high - low)[moves] - 1
    # Single precision is what the network trains in; two million windows in double would not fit.
    return Windows(scaled.astype(np.float32), classes[moves])


_MOMENTS = (8, 16, 32, 64, 128)
_GAPS = (0.02, 0.06, 0.4)
"""Typical jumps between two bars in units of a bar's own move: those of currencies, of futures, of stocks."""


def simulated(bars: int, seed: int) -> Bars:
    """A simulated series of ``bars`` bars, another one for each seed."""
    rng = np.random.default_rng(seed)
    moments = int(rng.choice(_MOMENTS))
    scale = _relative_moves(rng, bars)
    steps = rng.standard_t(5, (bars, moments)) * scale[:, None] / np.sqrt(moments)
    gaps = rng.normal(0, rng.choice(_GAPS) * np.exp(rng.normal(0, 0.5)), bars) * scale
    gaps *= rng.random(bars) < rng.choice([0.5, 1.0])
    unit = 0.01 * np.exp(rng.normal(0, 0.4))
    path = unit * np.cumsum(np.column_stack([gaps, steps]).ravel())
    # A path that wandered off by more than e⁸ is squeezed: what matters is the shape of neighbours.
    prices = np.exp((path - path.mean()) * min(1.0, 8 / np.ptp(path))).reshape(bars, moments + 1)
    tick = unit / np.exp(rng.uniform(np.log(8), np.log(2000)))
    prices = np.round(prices / prices[0, 0] / tick) * tick
    return Bars(prices[:, 0], prices.max(axis=1), prices.min(axis=1), prices[:, -1])


def _relative_moves(rng: np.random.Generator, bars: int) -> Floats:
    """How large each bar's move is beside the typical one (bars,): slow tides, times noise of its own."""
    tide = np.exp(np.cumsum(rng.normal(0, 0.03, bars)))
    return np.asarray(np.clip(tide / np.median(tide), 0.2, 5) * np.exp(rng.normal(0, 0.35, bars)))

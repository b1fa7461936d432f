"""The classic indicators of a history, each known at the close of the bar it belongs to.

Arrays are (n,), one value per bar, NaN for the bars before an indicator has seen enough. How each one starts is
TA-Lib's convention, so that a reader who checks a number elsewhere finds the same one.
"""

from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from app.market.history import PriceHistory
from app.panels.technicals.model import Indicators, LeftOut

Floats = NDArray[np.float64]
_BARS_NEEDED = (
    ("rsi_14", "RSI 14", 15),
    ("macd", "MACD 12-26-9", 34),
    ("bollinger", "Bollinger bands 20-2", 20),
    ("vwap_20", "VWAP 20", 20),
    ("sma_50", "SMA 50", 50),
    ("sma_200", "SMA 200", 200),
)


@dataclass(frozen=True, slots=True)
class Macd:
    """The gap between a fast and a slow average, that gap's own average, and the difference of the two."""

    line: Floats
    signal: Floats
    histogram: Floats


@dataclass(frozen=True, slots=True)
class Bands:
    """A moving average, and the lines so many deviations above and below it."""

    upper: Floats
    middle: Floats
    lower: Floats


@dataclass(frozen=True, slots=True)
class IndicatorSeries:
    """Arrays (n,) of split-adjusted prices and what follows from them; NaN where there is nothing yet."""

    close: Floats
    rsi: Floats
    macd: Macd
    bands: Bands
    vwap: Floats
    sma_50: Floats
    sma_200: Floats
    range: Floats


def indicator_series(history: PriceHistory) -> IndicatorSeries:
    """Every indicator on ``history.close``, which dividends leave alone: the prices that were really paid."""
    high, low, close = history.high, history.low, history.close
    return IndicatorSeries(
        close=close,
        rsi=rsi(close),
        macd=macd(close),
        bands=bollinger(close),
        vwap=vwap(high, low, close, history.volume),
        sma_50=sma(close, 50),
        sma_200=sma(close, 200),
        range=average_true_range(high, low, close),
    )


def latest(series: IndicatorSeries) -> Indicators:
    """What stands at the last bar."""
    return Indicators(
        rsi_14=_last(series.rsi),
        macd=_last(series.macd.line),
        macd_signal=_last(series.macd.signal),
        macd_histogram=_last(series.macd.histogram),
        bollinger_upper=_last(series.bands.upper),
        bollinger_middle=_last(series.bands.middle),
        bollinger_lower=_last(series.bands.lower),
        vwap_20=_last(series.vwap),
        sma_50=_last(series.sma_50),
        sma_200=_last(series.sma_200),
    )


def left_out(history: PriceHistory) -> tuple[LeftOut, ...]:
    """The indicators for which the history is too short, or has no volume lately."""
    bars = len(history)
    short = [LeftOut(name, title, needs, bars, "bars") for name, title, needs in _BARS_NEEDED if bars < needs]
    if bars >= 20 and not (history.volume[-20:] > 0).any():
        short.append(LeftOut("vwap_20", "VWAP 20", 1, 0, "bars with volume among the last 20"))
    return tuple(short)


def _last(values: Floats) -> float | None:
    return None if np.isnan(values[-1]) else float(values[-1])


def rsi(close: Floats, bars: int = 14) -> Floats:
    """Relative strength index (Wilder 1978), 0–100; 0 where the price never moved, which is no weakness."""
    change = np.diff(close)
    rises, falls = _wilder(np.maximum(change, 0), bars), _wilder(np.maximum(-change, 0), bars)
    total = rises + falls
    ratio = np.divide(rises, total, out=np.zeros_like(total), where=total > 0)
    return _after(len(close), 100 * ratio)


def macd(close: Floats, fast: int = 12, slow: int = 26, signal: int = 9) -> Macd:
    """Moving average convergence/divergence (Appel); the three lines start together."""
    gap = ema(close[slow - fast :], fast) - ema(close, slow)[slow - fast :]
    average = ema(gap[fast - 1 :], signal)[signal - 1 :]
    line = gap[fast + signal - 2 :]
    return Macd(*(_after(len(close), values) for values in (line, average, line - average)))


def bollinger(close: Floats, bars: int = 20, deviations: float = 2) -> Bands:
    """Bollinger bands: the average of the last ``bars``, and ``deviations`` population deviations around it."""
    middle = sma(close, bars)
    reach = deviations * _after(len(close), _windows(close, bars).std(axis=1))
    return Bands(middle + reach, middle, middle - reach)


def vwap(high: Floats, low: Floats, close: Floats, volume: Floats, bars: int = 20) -> Floats:
    """The average of the typical price, weighted by volume; NaN too where none of the last ``bars`` has volume."""
    typical = (high + low + close) / 3
    paid, traded = (_windows(values, bars).sum(axis=1) for values in (typical * volume, volume))
    return _after(len(close), np.divide(paid, traded, out=np.full_like(paid, np.nan), where=traded > 0))


def sma(values: Floats, bars: int) -> Floats:
    """The plain average of the last ``bars``."""
    return _after(len(values), _windows(values, bars).mean(axis=1))


def ema(values: Floats, bars: int) -> Floats:
    """The average in which each new value weighs 2 / (bars + 1), started at the mean of the first ``bars``."""
    if len(values) < bars:
        return np.full(len(values), np.nan)
    weight, start = 2 / (bars + 1), sum(values[:bars].tolist()) / bars
    later = accumulate(values[bars:].tolist(), lambda mean, new: (new - mean) * weight + mean, initial=start)
    return _after(len(values), np.array(list(later)))


def average_true_range(high: Floats, low: Floats, close: Floats, bars: int = 14) -> Floats:
    """Wilder's average of a bar's reach, the gap from the close before included."""
    before = close[:-1]
    reach = np.maximum(high[1:], before) - np.minimum(low[1:], before)
    return _after(len(close), _wilder(reach, bars))


def _windows(values: Floats, bars: int) -> Floats:
    """Every stretch of ``bars`` values in a row (n − bars + 1, bars), none where there are too few."""
    return sliding_window_view(values, bars) if len(values) >= bars else np.empty((0, bars))


def _wilder(values: Floats, bars: int) -> Floats:
    """Wilder's averages: first the mean of the first ``bars``, from then on each new value weighs 1 / bars."""
    if len(values) < bars:
        return np.empty(0)
    start = sum(values[:bars].tolist()) / bars
    later = accumulate(values[bars:].tolist(), lambda mean, new: (mean * (bars - 1) + new) / bars, initial=start)
    return np.array(list(later))


def _after(count: int, known: Floats) -> Floats:
    """``known`` as the last of ``count`` values, NaN before."""
    return np.concatenate([np.full(count - len(known), np.nan), known])

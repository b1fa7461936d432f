"""The indicators of a whole history, bar by bar: what the readings read and the picture draws."""

from dataclasses import dataclass

import numpy as np

from app.market.history import PriceHistory
from app.panels.technicals import formulas
from app.panels.technicals.formulas import Bands, Floats, Macd
from app.panels.technicals.model import Indicators, LeftOut

_BARS_NEEDED = (
    ("rsi_14", "RSI 14", 15),
    ("macd", "MACD 12-26-9", 34),
    ("bollinger", "Bollinger bands 20-2", 20),
    ("vwap_20", "VWAP 20", 20),
    ("sma_50", "SMA 50", 50),
    ("sma_200", "SMA 200", 200),
)


@dataclass(frozen=True, slots=True)
class Studies:
    """Arrays (n,) of split-adjusted prices and what follows from them; NaN where there is nothing yet."""

    close: Floats
    rsi: Floats
    macd: Macd
    bands: Bands
    vwap: Floats
    sma_50: Floats
    sma_200: Floats
    range: Floats


def studies(history: PriceHistory) -> Studies:
    """Every indicator on ``history.close``, which dividends leave alone: the prices that were really paid."""
    high, low, close = history.high, history.low, history.close
    return Studies(
        close=close,
        rsi=formulas.rsi(close),
        macd=formulas.macd(close),
        bands=formulas.bollinger(close),
        vwap=formulas.vwap(high, low, close, history.volume),
        sma_50=formulas.sma(close, 50),
        sma_200=formulas.sma(close, 200),
        range=formulas.average_true_range(high, low, close),
    )


def latest(seen: Studies) -> Indicators:
    """What stands at the last bar."""
    return Indicators(
        rsi_14=_last(seen.rsi),
        macd=_last(seen.macd.line),
        macd_signal=_last(seen.macd.signal),
        macd_histogram=_last(seen.macd.histogram),
        bollinger_upper=_last(seen.bands.upper),
        bollinger_middle=_last(seen.bands.middle),
        bollinger_lower=_last(seen.bands.lower),
        vwap_20=_last(seen.vwap),
        sma_50=_last(seen.sma_50),
        sma_200=_last(seen.sma_200),
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

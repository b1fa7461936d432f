"""Each indicator in one plain sentence, and what followed when it read like this before."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.forecasting.forecast import LogPrices
from app.forecasting.scoring.metrics import coverage, moves_over
from app.panels.technicals.indicators import Floats, IndicatorSeries
from app.panels.technicals.model import Reading, Record
from app.text.compact_numbers import percent_text, price_text, signed

# Below this share of the price, a deviation or a gap between averages is nothing but rounding.
_ROUNDING = 1e-9
_RSI_ZONES = {
    -1: ("RSI below 30", "many call below 30 oversold, yet a price can stay there for weeks"),
    0: ("RSI from 30 to 70", "between 30 and 70: neutral"),
    1: ("RSI above 70", "many call above 70 overbought, yet a price can stay there for weeks"),
}
_PACE = {
    (True, True): "the rise has quickened",
    (True, False): "the rise has slowed",
    (False, True): "the fall has slowed",
    (False, False): "the fall has quickened",
}
_BAND_ZONES = {
    -1: (
        "a close below the bands",
        "below the bands by {} of their width: unusual, but no promise of a turn",
    ),
    0: ("a close between the bands", "between its bands, {} of the way up"),
    1: (
        "a close above the bands",
        "above the bands by {} of their width: unusual, but no promise of a turn",
    ),
}
_FOLLOWS = "but an average only follows the price"
_AVERAGES = {
    "vwap_20": (
        "VWAP 20",
        "its volume-weighted average: on average, buyers of the last 20 days are {}",
        "in profit",
        "at a loss",
    ),
    "sma_50": ("SMA 50", "its average of 50 days; many call that {}, " + _FOLLOWS, "an uptrend", "a downtrend"),
    "sma_200": ("SMA 200", "its average of 200 days; many call that a long {}, " + _FOLLOWS, "uptrend", "downtrend"),
}

Days = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Past:
    """The prices that followed: ``y`` (n,), looked at ``days`` bars ahead."""

    y: LogPrices
    days: int

    def after(self, condition: str, alike: Days, known: Days) -> Record | None:
        """How often the price stood higher after the days ``alike`` (n,), and after all that are ``known`` (n,).

        None where fewer than five windows stand apart, or where every day was alike.
        """
        up = moves_over(self.y, self.days) > 0
        known = known[: len(up)]
        alike = alike[: len(up)] & known
        apart = _apart(np.flatnonzero(alike), self.days)
        if apart < _MIN_APART or alike.sum() == known.sum():
            return None
        share, base_rate = float(up[alike].mean()), float(up[known].mean())
        plausible = coverage(share * apart, apart)
        return Record(
            condition=condition,
            days=self.days,
            windows=int(alike.sum()),
            apart=apart,
            share_up=share,
            interval=(plausible.low, plausible.high),
            base_rate=base_rate,
            beyond_chance=not plausible.low <= base_rate <= plausible.high,
        )


def readings(series: IndicatorSeries, past: Past) -> tuple[Reading, ...]:
    """What can be read at the last of at least 60 bars."""
    averages = {"vwap_20": series.vwap, "sma_50": series.sma_50, "sma_200": series.sma_200}
    return (
        _rsi(series, past),
        _macd(series, past),
        _bollinger(series, past),
        *(_average(name, line, series.close, past) for name, line in averages.items() if np.isfinite(line[-1])),
    )


def percent_words(share: float) -> str:
    """A share without its sign, never rounded to nothing."""
    return percent_text(100 * abs(share)) if abs(share) >= 0.0005 else "less than 0.1%"


def price_words(price: float) -> str:
    """A price with the digits by which it moves: four decimals for a currency pair, two for a share."""
    return signed(price, 4) if 1 <= abs(price) < 10 else price_text(price)


def _rsi(series: IndicatorSeries, past: Past) -> Reading:
    value, zones = float(series.rsi[-1]), (series.rsi > 70).astype(int) - (series.rsi < 30)
    condition, call = _RSI_ZONES[int(zones[-1])]
    balance = "stronger rises than falls" if value > 50 else "stronger falls than rises"
    balance = balance if abs(value - 50) >= 1 else "rises and falls about even"
    sentence = f"RSI {value:.0f}: {balance} over 14 days; {call}."
    followed = past.after(condition, zones == zones[-1], np.isfinite(series.rsi))
    if np.ptp(series.close[-15:]) == 0:
        sentence, followed = "The price has not moved for 14 days, so RSI says nothing.", None
    return Reading("rsi_14", "RSI 14", value, f"{value:.1f}", sentence, followed)


def _macd(series: IndicatorSeries, past: Past) -> Reading:
    value, over = float(series.macd.line[-1]), series.macd.histogram > 0
    side, gap = ("above", "below")[value < 0], percent_words(value / float(series.close[-1]))
    pace = _PACE[value > 0, bool(over[-1])]
    sentence = f"The 12-day average is {side} the 26-day one by {gap} of the price: {pace}."
    shown = ("+" if value > 0 else "") + price_words(value)
    condition = f"MACD {'above' if over[-1] else 'not above'} its signal"
    followed = past.after(condition, over == over[-1], np.isfinite(series.macd.line))
    if abs(value) < _ROUNDING * series.close[-1]:
        shown, followed = "0", None
        sentence = "The 12-day and the 26-day average are equal: there is no momentum to read."
    return Reading("macd", "MACD 12-26-9", value, shown, sentence, followed)


def _bollinger(series: IndicatorSeries, past: Past) -> Reading:
    """The value is the place of the close in the bands: 0 at the lower one, 1 at the upper."""
    close, bands = series.close, series.bands
    width = float(bands.upper[-1] - bands.lower[-1])
    if width < _ROUNDING * close[-1]:
        sentence = "The bands have closed: the price has not moved for 20 days."
        return Reading("bollinger", "Bollinger 20-2", 0.5, "closed", sentence, None)
    zones = (close > bands.upper).astype(int) - (close < bands.lower)
    condition, where = _BAND_ZONES[int(zones[-1])]
    place = float(close[-1] - bands.lower[-1]) / width
    outside = place - 1 if place > 1 else abs(place)
    sentence = f"The close is {where.format(percent_text(100 * outside, 0))}."
    followed = past.after(condition, zones == zones[-1], np.isfinite(bands.middle))
    return Reading("bollinger", "Bollinger 20-2", place, percent_text(100 * place, 0), sentence, followed)


def _average(name: str, line: Floats, close: Floats, past: Past) -> Reading:
    title, meaning, *calls = _AVERAGES[name]
    value, over = float(line[-1]), close > line
    away = float(close[-1]) / value - 1
    side = "above" if over[-1] else "below"
    sentence = f"The close is {percent_words(away)} {side} {meaning.format(calls[not over[-1]])}."
    followed = past.after(f"a close {side} {title}", over == over[-1], np.isfinite(line))
    if abs(away) < _ROUNDING:
        sentence, followed = f"The close is just at its {title}: it stands neither above nor below.", None
    return Reading(name, title, value, price_words(value), sentence, followed)


_MIN_APART = 5


def _apart(rows: NDArray[np.intp], days: int) -> int:
    """How many windows of ``days`` that start at some of the rising ``rows`` fit one after the other."""
    count, free = 0, -1
    for row in rows.tolist():
        if row >= free:
            count, free = count + 1, row + days
    return count

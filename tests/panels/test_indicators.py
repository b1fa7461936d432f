from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as some

from app.panels.technicals import indicators
from tests.support.paths import ROOT
from tests.support.series import index_bars, random_bars, still

PRICES = ROOT.parent / "shared" / "data"
FILES = ("us_stocks.csv.gz", "non_us_stock.csv.gz", "mit_repo_us_stocks_2013_2018.csv.gz")


@dataclass(frozen=True)
class Bars:
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    volume: np.ndarray


def bars_of(y) -> Bars:
    return Bars(np.exp(y.high), np.exp(y.low), np.exp(y.close), y.volume)


def bollinger(bars):
    bands = indicators.bollinger(bars.close)
    return bands.upper, bands.middle, bands.lower


def macd(bars):
    lines = indicators.macd(bars.close)
    return lines.line, lines.signal, lines.histogram


def talib_vwap(bars):
    paid = talib.SUM(talib.TYPPRICE(bars.high, bars.low, bars.close) * bars.volume, 20)
    with np.errstate(invalid="ignore"):
        return paid / talib.SUM(bars.volume, 20)


JUDGED = {
    "rsi": (lambda bars: indicators.rsi(bars.close), lambda bars: talib.RSI(bars.close, 14)),
    "macd": (macd, lambda bars: talib.MACD(bars.close, 12, 26, 9)),
    "bollinger": (bollinger, lambda bars: talib.BBANDS(bars.close, 20, 2.0, 2.0, 0)),
    "sma 50": (lambda bars: indicators.sma(bars.close, 50), lambda bars: talib.SMA(bars.close, 50)),
    "sma 200": (lambda bars: indicators.sma(bars.close, 200), lambda bars: talib.SMA(bars.close, 200)),
    "ema": (lambda bars: indicators.ema(bars.close, 26), lambda bars: talib.EMA(bars.close, 26)),
    "range": (
        lambda bars: indicators.average_true_range(bars.high, bars.low, bars.close),
        lambda bars: talib.ATR(bars.high, bars.low, bars.close, 14),
    ),
    "vwap": (lambda bars: indicators.vwap(bars.high, bars.low, bars.close, bars.volume), talib_vwap),
}
EVERY_INDICATOR = pytest.mark.parametrize("name", JUDGED)


def assert_agreement(name, bars):
    """NaN where TA-Lib has NaN, and 1e-8 of it elsewhere: of a price above 1, of the price itself."""
    ours, judge = (np.atleast_2d(indicator(bars)) for indicator in JUDGED[name])
    scale = 1.0 if name == "rsi" else max(1.0, float(bars.close.max()))
    np.testing.assert_allclose(ours, judge, rtol=0, atol=1e-8 * scale)


@EVERY_INDICATOR
@pytest.mark.parametrize("rows", [1, 14, 15, 19, 20, 33, 34, 60, 199, 200, 1500])
def test_an_indicator_agrees_with_talib_on_real_index_bars(name, rows):
    assert_agreement(name, bars_of(index_bars(rows)))


@EVERY_INDICATOR
@pytest.mark.parametrize("stretch", [slice(0, 80), slice(100, 400), slice(450, 500), slice(0, 500)])
def test_an_indicator_agrees_with_talib_where_the_price_stands_still(name, stretch):
    assert_agreement(name, bars_of(still(random_bars(500), stretch)))


STEPS = some.lists(some.integers(-400, 400).map(lambda step: step if abs(step) > 100 else 0), max_size=300)


@EVERY_INDICATOR
@settings(deadline=None, max_examples=60)
@given(steps=STEPS, start=some.sampled_from([1e-6, 0.01, 1.0, 250.0, 60_000.0]))
def test_an_indicator_agrees_with_talib_on_made_up_prices(name, steps, start):
    close = start * np.cumprod(1 + np.array([0, *steps]) / 10_000)
    assert_agreement(name, Bars(close * 1.01, close * 0.98, close, 1000.0 + np.arange(len(close)) % 7))


@EVERY_INDICATOR
@pytest.mark.parametrize("file", FILES)
def test_an_indicator_agrees_with_talib_on_every_ticker_at_hand(name, file):
    if not (PRICES / file).exists():
        pytest.skip("real prices are not in the repository")
    for _, table in pd.read_csv(PRICES / file).dropna(subset=["close"]).groupby("ticker"):
        bars = Bars(*(table[column].to_numpy(float) for column in ("high", "low", "close", "volume")))
        if name != "vwap" or bars.volume.all():
            assert_agreement(name, bars)


@EVERY_INDICATOR
def test_an_indicator_knows_nothing_of_later_bars(name):
    bars = bars_of(random_bars(400))
    cut = Bars(*(values[:300] for values in (bars.high, bars.low, bars.close, bars.volume)))
    all_bars, fewer = (np.atleast_2d(JUDGED[name][0](some_bars)) for some_bars in (bars, cut))
    np.testing.assert_array_equal(all_bars[:, :300], fewer)


def test_a_volume_weighted_price_is_unknown_for_as_long_as_nothing_was_traded():
    bars = bars_of(random_bars(100))
    volume = np.where((np.arange(100) >= 30) & (np.arange(100) < 60), 0, 1e6 / 3)
    known = np.isfinite(indicators.vwap(bars.high, bars.low, bars.close, volume))
    assert np.flatnonzero(~known).tolist() == [*range(19), *range(49, 60)]


def test_a_volume_weighted_price_leans_to_the_days_of_much_trade():
    close, volume = np.array([10.0] * 19 + [20.0]), np.array([1.0] * 19 + [19.0])
    assert indicators.vwap(close, close, close, volume)[-1] == pytest.approx(15)

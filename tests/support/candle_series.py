"""Candles that tests share: real ones where they are at hand, made ones with ties, and TA-Lib's opinion of either."""

from functools import cache
from importlib.metadata import distribution

import numpy as np
import pandas as pd
import talib

from app.patterns.candlesticks import Bars
from tests.support.paths import ROOT

SHARED = ROOT.parent / "shared" / "data"
DAILY = ("us_stocks", "non_us_stock", "us_left_index_2013_2018", "mit_repo_us_stocks_2013_2018")
INTRADAY = ("fx_eurusd_h4_2012_2018", "fx_usdchf_h1_2012_2018")
_COLUMNS = ("open", "high", "low", "close")
_JUDGES = (
    ("CDLMORNINGSTAR", 1), ("CDLEVENINGSTAR", -1), ("CDLENGULFING", 1), ("CDLENGULFING", -1), ("CDLHARAMI", 1),
    ("CDLHARAMI", -1), ("CDLSHOOTINGSTAR", -1), ("CDLINVERTEDHAMMER", 1),
)  # fmt: skip


def talib_shapes(bars):
    """The same eight columns as ours, from TA-Lib, whose sign is the direction of a shape."""
    prices = [np.ascontiguousarray(getattr(bars, name)) for name in _COLUMNS]
    return np.column_stack([np.sign(getattr(talib, name)(*prices)) == sign for name, sign in _JUDGES])


@cache
def index_candles(name="sp500", rows=None):
    """Daily bars of an index in the arch package."""
    table = pd.read_csv(distribution("arch").locate_file(f"arch/data/{name}/{name}.csv.gz"))
    return Bars(
        *(table[column].to_numpy(float)[-(rows or len(table)) :] for column in ("Open", "High", "Low", "Close"))
    )


def shared_candles(name):
    """Every ticker of one of the files."""
    table = pd.read_csv(SHARED / f"{name}.csv.gz").dropna(subset=list(_COLUMNS))
    return {ticker: Bars(*bars[list(_COLUMNS)].to_numpy(float).T.copy()) for ticker, bars in table.groupby("ticker")}


def tied_candles(rows, seed, tick=0.5):
    """Bars so coarse that bodies, opens and closes often just equal each other, with dojis among them."""
    rng = np.random.default_rng(seed)
    opened, moved = rng.normal(20, 1, rows), rng.normal(0, 1, rows)
    start, end = np.round(opened / tick) * tick, np.round((opened + moved) / tick) * tick
    above, below = np.round(np.abs(rng.normal(0, 0.5, (2, rows))) / tick) * tick
    return Bars(start, np.maximum(start, end) + above, np.minimum(start, end) - below, end)


def until(bars, rows):
    return Bars(*(getattr(bars, name)[:rows] for name in _COLUMNS))


def last_bars(bars, rows):
    return Bars(*(getattr(bars, name)[-rows:] for name in _COLUMNS))

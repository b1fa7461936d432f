"""Price tables that the evaluation's tests read."""

from dataclasses import fields, replace
from functools import cache
from importlib.metadata import distribution

import numpy as np
import pandas as pd

from app.forecasting.forecast import LogPrices


def table(ticker: str, rows: int = 300, seed: int = 0) -> pd.DataFrame:
    """Bars in the columns of a price file; the adjusted close is half the close, as before a 2:1 split."""
    y = random_bars(rows, seed)
    prices = {name: np.exp(getattr(y, name)) for name in ("open", "high", "low", "close")}
    dates = pd.Series(y.dates).dt.strftime("%Y-%m-%d")
    return pd.DataFrame(
        {"ticker": ticker, "date": dates, **prices, "volume": y.volume, "adj_close": prices["close"] / 2}
    )


@cache
def index_bars(rows: int = 1500) -> LogPrices:
    """The last ``rows`` daily bars of the S&P 500 in the arch package, read without importing it."""
    table = pd.read_csv(distribution("arch").locate_file("arch/data/sp500/sp500.csv.gz"), parse_dates=["Date"]).tail(
        rows
    )
    prices = (np.log(table[name].to_numpy(float)) for name in ("Open", "High", "Low", "Close"))
    return LogPrices(table["Date"].to_numpy().astype("datetime64[D]"), *prices, table["Volume"].to_numpy(float))


def random_bars(rows: int, seed: int = 0, volatility: float = 0.02) -> LogPrices:
    """A Gaussian random walk seen at 128 moments of each day, without overnight gaps."""
    steps = np.random.default_rng(seed).normal(0, volatility / np.sqrt(128), (rows, 128))
    path = 4 + np.cumsum(steps).reshape(rows, 128)
    start = np.concatenate([[4.0], path[:-1, -1]])
    seen = np.concatenate([start[:, None], path], axis=1)
    return LogPrices(days(rows), start, seen.max(axis=1), seen.min(axis=1), path[:, -1], np.full(rows, 1e6))


def bars_of(returns: np.ndarray, seed: int = 0, last: str = "2023-12-29") -> LogPrices:
    """Bars with these log returns, each day a bridge seen at 32 moments without a gap, up to a ``last`` weekday."""
    rows = len(returns)
    steps = np.random.default_rng([seed, 1]).normal(0, returns.std() / np.sqrt(32), (rows, 32)).cumsum(axis=1)
    path = steps + (returns - steps[:, -1])[:, None] * np.arange(1, 33) / 32
    close = 4 + np.cumsum(returns)
    start = np.concatenate([[4.0], close[:-1]])
    seen = np.concatenate([start[:, None], start[:, None] + path], axis=1)
    dates = np.busday_offset(np.datetime64(last), np.arange(1 - rows, 1))
    return LogPrices(dates, start, seen.max(axis=1), seen.min(axis=1), close, np.full(rows, 1e6))


def days(rows: int) -> np.ndarray:
    """Weekdays from 2010 on."""
    return np.busday_offset(np.datetime64("2010-01-04"), np.arange(rows))


def still(y: LogPrices, rows: slice) -> LogPrices:
    """The same bars with a stretch in which the price does not move at all."""
    stretch = np.arange(len(y))[rows]
    level = y.close[stretch[0]]
    changed = {name: getattr(y, name).copy() for name in ("open", "high", "low", "close")}
    for prices in changed.values():
        prices[stretch] = level
    return replace(y, **changed)


def altered(y: LogPrices, origin: int, how: str) -> LogPrices:
    """The same bars up to ``origin``; those after it deleted, reversed or tripled."""
    if how == "deleted":
        return y.until(origin)
    after = slice(origin + 1, None)
    changed = {field.name: getattr(y, field.name).copy() for field in fields(y) if field.name != "dates"}
    for values in changed.values():
        values[after] = values[after][::-1] if how == "reversed" else 3 * values[after]
    return replace(y, **changed)

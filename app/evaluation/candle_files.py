"""Price tables on disk as candles: adjusted for splits only, of days or of hours."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.evaluation.price_files import PRICES, BadPricesError, Failure, read_each
from app.patterns.candlesticks import Bars, Floats

SHORTEST = 13
"""Bars of one window."""


@dataclass(frozen=True, slots=True)
class Candles:
    """One ticker's bars with the dates they belong to, and closes that count dividends, (n,)."""

    dates: NDArray[np.datetime64]
    bars: Bars
    adj_close: Floats

    def newest(self, count: int) -> "Candles":
        """The last so many bars."""
        return self._rows(slice(-count, None))

    def until(self, last: np.datetime64) -> "Candles":
        """The bars up to that day, later ones never being looked at."""
        return self._rows(slice(0, int(np.searchsorted(self.dates, last, side="right"))))

    def _rows(self, kept: slice) -> "Candles":
        bars = self.bars
        prices = (bars.open[kept], bars.high[kept], bars.low[kept], bars.close[kept])
        return Candles(self.dates[kept], Bars(*prices), self.adj_close[kept])


@dataclass(frozen=True, slots=True)
class CandleFiles:
    """What could be read, in order of ticker, and what could not."""

    candles: dict[str, Candles]
    failures: tuple[Failure, ...]


def read_candles(path: Path) -> CandleFiles:
    """Read every price table at ``path`` as ``read_prices`` does; a column ``datetime`` stands in for ``date``."""
    return CandleFiles(*read_each(path, _candles))


def _candles(table: pd.DataFrame) -> Candles:
    """Checked bars of one ticker, oldest first."""
    table = table.dropna(subset=list(PRICES), how="all").sort_values("moment", kind="stable")
    prices = table[list(PRICES)].to_numpy(dtype=np.float64)
    bad = ~(np.isfinite(prices) & (prices > 0)).all(axis=1)
    if bad.any():
        raise BadPricesError(f"found {int(bad.sum())} bars without four positive prices; needed none")
    if table["date"].isna().any():
        raise BadPricesError(f"found {int(table['date'].isna().sum())} dates that are none; needed ISO dates")
    if table["moment"].duplicated().any():
        raise BadPricesError(f"found {table['moment'][table['moment'].duplicated()].iloc[0]} twice; needed one bar")
    if len(table) < SHORTEST:
        raise BadPricesError(f"found {len(table)} bars; needed {SHORTEST}")
    bars = Bars(*np.ascontiguousarray(prices.T))
    adjusted = table["adj_close"].to_numpy(dtype=np.float64)
    # Where dividends are not told, there are none to count.
    usable = np.isfinite(adjusted).all() and (adjusted > 0).all()
    return Candles(table["date"].to_numpy().astype("datetime64[D]"), bars, adjusted if usable else bars.close)

"""A file of made-up prices that shows how a visitor's own may look."""

from functools import cache

import numpy as np

FILE_NAME = "made-up-prices.csv"
_HEADER = "Date,Open,High,Low,Close,Adj Close,Volume,Note"
_ROWS = 400
_FIRST = np.datetime64("2022-01-03")
_SEED = 20220103
_START, _DAILY = 50.0, 0.012


@cache
def example_csv() -> bytes:
    """A random walk on weekdays with the highs, lows and volumes of no market; each row says that it is made up."""
    rng = np.random.default_rng(_SEED)
    close = _START * np.exp(np.cumsum(rng.normal(0, _DAILY, _ROWS)))
    start = np.r_[_START, close[:-1]] * np.exp(rng.normal(0, _DAILY / 4, _ROWS))
    reach = np.exp(np.abs(rng.normal(0, _DAILY / 2, (2, _ROWS))))
    high, low = np.maximum(start, close) * reach[0], np.minimum(start, close) / reach[1]
    days, volume = np.busday_offset(_FIRST, np.arange(_ROWS)), rng.integers(100, 900, _ROWS) * 1000
    rows = zip(days, start, high, low, close, close, volume, strict=True)
    lines = (f"{day},{','.join(f'{price:.2f}' for price in prices)},{count},made up" for day, *prices, count in rows)
    return "\n".join((_HEADER, *lines, "")).encode()

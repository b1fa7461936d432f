"""The border between market and forecasting: a history's bars as log prices."""

import numpy as np

from app.forecasting.forecast import LogPrices
from app.market.history import PriceHistory


def log_prices(history: PriceHistory) -> LogPrices:
    """Open to close, adjusted for dividends as the close is."""
    adjustment = np.log(history.adj_close / history.close)
    return LogPrices(
        dates=history.dates,
        open=np.log(history.open) + adjustment,
        high=np.log(history.high) + adjustment,
        low=np.log(history.low) + adjustment,
        close=np.log(history.adj_close),
        volume=history.volume,
    )

"""Price tables that the evaluation's tests read."""

import numpy as np
import pandas as pd

from tests.forecasting.series import random_bars


def table(ticker: str, rows: int = 300, seed: int = 0) -> pd.DataFrame:
    """Bars in the columns of a price file; the adjusted close is half the close, as before a 2:1 split."""
    y = random_bars(rows, seed)
    prices = {name: np.exp(getattr(y, name)) for name in ("open", "high", "low", "close")}
    dates = pd.Series(y.dates).dt.strftime("%Y-%m-%d")
    return pd.DataFrame(
        {"ticker": ticker, "date": dates, **prices, "volume": y.volume, "adj_close": prices["close"] / 2}
    )

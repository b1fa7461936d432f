"""Quantiles of log returns as the prices and dates that a card publishes."""

import numpy as np

from app.forecasting.forecast import QUANTILES, Floats
from app.market.calendar import sessions_after
from app.market.history import PriceHistory
from app.panels.analysis import PublishedForecast


def published_forecast(history: PriceHistory, quantiles: Floats) -> PublishedForecast:
    """The forecast made at the last bar from its ``quantiles`` (horizon, 7) of log returns."""
    prices = history.adj_close[-1] * np.exp(quantiles)
    return PublishedForecast(
        last=float(history.adj_close[-1]),
        dates=sessions_after(history.passport.calendar, history.passport.last_bar, len(quantiles)),
        quantiles={str(level): tuple(column) for level, column in zip(QUANTILES, prices.T.tolist(), strict=True)},
    )

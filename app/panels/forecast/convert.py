"""What a worker makes of a history for any card: the head of its analysis, and a forecast in prices and dates."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypedDict

import numpy as np

from app.forecasting.forecast import QUANTILES, Band, Floats, LogPrices, band_of, median_of
from app.market.calendar import sessions_after
from app.market.history import PriceHistory
from app.market.passport import Passport


class Head(TypedDict):
    """The fields that every analysis begins with."""

    ticker: str
    as_of: date
    horizon: int
    data: Passport


@dataclass(frozen=True, slots=True)
class PublishedForecast:
    """Price quantiles for each of the next ``horizon`` trading days; ``quantiles`` is keyed by level, as "0.025"."""

    last: float
    dates: tuple[date, ...]
    quantiles: dict[str, tuple[float, ...]]

    def band(self, level: int) -> Band:
        """The band of ``level`` percent (80 or 95)."""
        return band_of(self.quantiles, level)

    @property
    def median(self) -> tuple[float, ...]:
        """For each day the price that half of the cases exceed."""
        return median_of(self.quantiles)

    def change(self, price: float) -> float:
        """How far ``price`` lies from the last one, as a share of that."""
        return price / self.last - 1


def head(history: PriceHistory, horizon: int) -> Head:
    """Whose analysis it is and from which bars, as keyword arguments."""
    passport = history.passport
    return {"ticker": history.ticker, "as_of": passport.last_bar, "horizon": horizon, "data": passport}


def published_forecast(history: PriceHistory, quantiles: Floats) -> PublishedForecast:
    """The forecast made at the last bar from its ``quantiles`` (horizon, 7) of log returns."""
    prices = history.adj_close[-1] * np.exp(quantiles)
    return PublishedForecast(
        last=float(history.adj_close[-1]),
        dates=sessions_after(history.passport.calendar, history.passport.last_bar, len(quantiles)),
        quantiles={str(level): tuple(column) for level, column in zip(QUANTILES, prices.T.tolist(), strict=True)},
    )


@lru_cache(maxsize=4)
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

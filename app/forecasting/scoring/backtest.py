"""The past as a judge: which origins to look at, what happened after them, and what a forecast lost there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.forecasting.forecast import QUANTILES, Floats, Forecast, LogPrices, Origins
from app.forecasting.scoring.metrics import BANDS, absolute_error, inside, pinball_loss, winkler_score

RECEIPT_ORIGINS = 96
"""Past forecasts that a receipt holds at most, and by which the members of the verdict are judged."""

FIRST_ORIGIN = 150
"""The first row that a receipt may hold."""


@dataclass(frozen=True, slots=True)
class Losses:
    """What a forecast lost at each origin on each day ahead, (k, horizon); NaN where the future is not there yet.

    ``dates`` (k,) are those of the origins, ``pinball`` is the mean over the seven quantiles, and ``inside_80`` is 1
    where the 80 % band held and 0 where it did not. All losses are in log price.
    """

    dates: NDArray[np.datetime64]
    error: Floats
    pinball: Floats
    inside_80: Floats
    inside_95: Floats
    winkler_80: Floats
    winkler_95: Floats


def origins_since(y: LogPrices, start: np.datetime64, every: int, horizon: int) -> Origins:
    """Rows from the first bar on or after ``start``, ``every`` bars apart, each with ``horizon`` bars after it."""
    return np.arange(np.searchsorted(y.dates, start), len(y) - horizon, every, dtype=np.intp)


def latest_origins(y: LogPrices, count: int, every: int, horizon: int, first: int = 0) -> Origins:
    """The last ``count`` rows not before ``first``, ``every`` bars apart; the newest has ``horizon`` bars after it."""
    rows = np.arange(len(y) - 1 - horizon, first - 1, -every, dtype=np.intp)[:count]
    return rows[::-1].copy()


def receipt_origins(y: LogPrices, horizon: int, since: int | None = None) -> Origins:
    """Past rows, ten or five bars apart, the newest with just ``horizon`` bars after it; at most 96.

    There are more where that many do not reach back to the row ``since``.
    """
    newest = len(y) - 1 - horizon
    every = 10 if newest + 1 - FIRST_ORIGIN >= 10 * RECEIPT_ORIGINS else 5
    count = RECEIPT_ORIGINS if since is None else max(RECEIPT_ORIGINS, 1 - (since - newest) // every)
    return latest_origins(y, count, every, horizon, first=FIRST_ORIGIN)


def realised(y: LogPrices, origins: Origins, horizon: int) -> Floats:
    """log(price[origin + h] / price[origin]) for h = 1 … horizon, (k, horizon); NaN where that bar is not there yet."""
    rows = origins[:, None] + np.arange(1, horizon + 1)
    known = rows < len(y)
    return np.where(known, y.close[np.where(known, rows, 0)] - y.close[origins][:, None], np.nan)


def losses(forecast: Forecast, actual: Floats, dates: NDArray[np.datetime64]) -> Losses:
    """Score every origin and day of ``forecast`` against ``actual`` (k, horizon); ``dates`` (k,) are the origins'."""
    known = np.isfinite(actual)
    bands = {
        level: (forecast.quantiles[..., low], forecast.quantiles[..., high]) for level, (low, high) in BANDS.items()
    }
    return Losses(
        dates=dates,
        error=absolute_error(forecast.quantiles, actual),
        pinball=pinball_loss(forecast.quantiles, actual).sum(axis=-1) / len(QUANTILES),
        inside_80=np.where(known, inside(*bands[80], actual), np.nan),
        inside_95=np.where(known, inside(*bands[95], actual), np.nan),
        winkler_80=winkler_score(*bands[80], actual, 0.20),
        winkler_95=winkler_score(*bands[95], actual, 0.05),
    )

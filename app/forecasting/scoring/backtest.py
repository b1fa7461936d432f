"""The past as a judge: which origins to look at, what happened after them, and what a forecast lost there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.forecasting.forecast import QUANTILES, Floats, Forecast, LogPrices, Origins
from app.forecasting.scoring.metrics import BANDS, absolute_error, inside, pinball_loss, probability_up, winkler_score

RECEIPT_ORIGINS = 192
"""Past forecasts, almost four years of weeks, that Prophet is tested at and the verdict's members are judged by."""

FIRST_ORIGIN = 150
"""The first row that a receipt may hold."""

WEEKS_A_FIT = 39
"""Weeks, three quarters of a year, whose past forecasts share a fit: a receipt's need six at most."""


@dataclass(frozen=True, slots=True)
class Losses:
    """What a forecast lost at each origin on each day ahead, (k, horizon); NaN where the future is not there yet.

    ``dates`` (k,) are those of the origins, ``pinball`` is the mean over the seven quantiles, and ``inside_80`` is 1
    where the 80% band held and 0 where it did not. ``brier`` is the squared miss of the chance of rising. The other
    losses are in log price.
    """

    dates: NDArray[np.datetime64]
    error: Floats
    pinball: Floats
    inside_80: Floats
    inside_95: Floats
    winkler_80: Floats
    winkler_95: Floats
    brier: Floats


def origins_since(y: LogPrices, start: np.datetime64, every: int, horizon: int) -> Origins:
    """Rows from the first bar on or after ``start``, ``every`` bars apart, each with ``horizon`` bars after it."""
    return np.arange(np.searchsorted(y.dates, start), len(y) - horizon, every, dtype=np.intp)


NEAR = 10
"""Days ahead from which one test a week is as many as are worth making; nearer ones are tested twice a week."""


def weekly(y: LogPrices, first: int = 0, starts: Sequence[int] = (0,)) -> Origins:
    """The row of the first session of each week, Monday to Sunday, from the row ``first`` on.

    A grid fixed by date: no later bar moves it, so tomorrow's tests are today's and one day's more. ``starts`` are the
    days, 0 for Monday, that parts of a week begin on: each part then has its first session.
    """
    days = _since_a_monday(y.dates) % 7
    parts = _week(y.dates) * len(starts) + np.searchsorted(np.array(starts), days, side="right") - 1
    rows = np.flatnonzero(np.diff(parts, prepend=parts[:1] - 1))
    return np.asarray(rows[rows >= first], dtype=np.intp)


def _week(dates: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """The number of the week, Monday to Sunday, that each of the ``dates`` lies in; zero had 1 January 1970."""
    return np.asarray(_since_a_monday(dates) // 7)


def _since_a_monday(dates: NDArray[np.datetime64]) -> NDArray[np.int64]:
    # The first of January 1970 was a Thursday.
    return np.asarray(dates.astype("datetime64[D]").astype(np.int64) + 3)


def finished_origins(y: LogPrices, horizon: int, first: int = FIRST_ORIGIN) -> Origins:
    """The rows of the weekly grid from ``first`` on with ``horizon`` bars after them."""
    rows = weekly(y, first)
    return rows[rows + horizon < len(y)]


def edge_origins(y: LogPrices, horizon: int) -> Origins:
    """The rows that an edge is tested at: those of the weekly grid, and each Thursday's where the horizon is short."""
    rows = weekly(y, FIRST_ORIGIN, (0, 3) if horizon < NEAR else (0,))
    return rows[rows + horizon < len(y)]


def receipt_origins(y: LogPrices, horizon: int) -> Origins:
    """The newest 192 finished rows of the weekly grid."""
    return finished_origins(y, horizon)[-RECEIPT_ORIGINS:]


def refit_origins(y: LogPrices, horizon: int) -> Origins:
    """The rows (m,) at which Prophet is fitted for all that is said of it at the last bar: the last one, and past ones.

    The past ones begin 39 weeks each, counted by date, so that no later bar moves them; the first is at or before the
    first row of a receipt.
    """
    rows, past = weekly(y, FIRST_ORIGIN), receipt_origins(y, horizon)
    blocks = _week(y.dates[rows]) // WEEKS_A_FIT
    starts = rows[np.flatnonzero(np.diff(blocks, prepend=blocks[:1] - 1))]
    first = int(np.searchsorted(starts, past[:1], side="right").sum()) - 1
    needed = starts[max(first, 0) :]
    return np.append(needed[needed <= past.max(initial=-1)], len(y) - 1).astype(np.intp)


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
        brier=np.where(known, (probability_up(forecast.quantiles) - (actual > 0)) ** 2, np.nan),
    )

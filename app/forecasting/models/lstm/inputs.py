"""What the network looks at: the last 60 bars, a summary of the past, and the same weeks of past quarters and years.

Every value is measured in what the origin knew, and nothing is fitted, so no scaler can carry a later bar back.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.forecasting import volatility
from app.forecasting.forecast import Floats, LogPrices, Origins
from app.forecasting.models.range_regression import YEAR, features

STEPS = 60
"""Bars of the window that the recurrent layer reads."""

YEAR_LAGS = (252, 504, 756, 1008)
"""Bars back to the same weeks of past years."""

QUARTER_LAGS = (63, 126, 189, 315, 378, 441)
"""Bars back to the same weeks of other past quarters, when companies report."""

DAYS_BEFORE = 4
DAYS_AFTER = 24
"""Bars before and after the one that lies a whole lag back."""

SEQUENCE = (STEPS, 4)
SEASON = (DAYS_BEFORE + 1 + DAYS_AFTER, 9)
LEVELS = 36
"""Columns of the context that measure the past."""

CALENDAR = 6
"""Columns after them that say where in the week and the quarter it ends."""

CONTEXT = LEVELS + CALENDAR
_MAX_DEVIATIONS = 6.0
_TRIANGLE = np.array([1, 2, 3, 2, 1]) / 9
_MONTH = 22


@dataclass(frozen=True, slots=True)
class Inputs:
    """``sequence`` (k, 60, 4), ``context`` (k, 42), ``season`` (k, 29, 9) and the daily volatility ``sigma`` (k,).

    A step of the sequence has the return, the range volatility, the overnight gap and the volume; a day of the season
    has how unusual range, volume and gap were a year before it, around that day in past years, and in other quarters.
    """

    sequence: Floats
    context: Floats
    season: Floats
    sigma: Floats

    @property
    def arrays(self) -> tuple[Floats, Floats, Floats]:
        """The three arrays that the network is called with, in its order."""
        return self.sequence, self.context, self.season


def inputs(y: LogPrices, origins: Origins) -> Inputs:
    """The network's view of ``y`` at each of ``origins`` (k,); what lies before the first bar counts as usual."""
    year, daily = _year(y), sigma(y, origins)
    return Inputs(_sequence(y, origins, daily), _context(y, origins, year), _season(y, origins), daily)


def sigma(y: LogPrices, origins: Origins) -> Floats:
    """The daily volatility (k,) of the year up to each of ``origins``."""
    return np.asarray(np.sqrt(_year(y))[origins])


def _year(y: LogPrices) -> Floats:
    return volatility.rolling(volatility.squared_returns(y), YEAR)


def _sequence(y: LogPrices, origins: Origins, sigma: Floats) -> Floats:
    daily = np.diff(y.close, prepend=y.close[0])
    rows = origins[:, None] - np.arange(STEPS)[::-1]
    known, at = rows > 0, np.maximum(rows, 0)
    scale = sigma[:, None]
    steps = [
        np.clip(daily[at] / scale, -_MAX_DEVIATIONS, _MAX_DEVIATIONS),
        _share(np.nan_to_num(volatility.range_variance(y))[at], scale**2),
        np.clip(_overnight(y)[at] / scale, -_MAX_DEVIATIONS, _MAX_DEVIATIONS),
        np.clip(_busy(y, 1, STEPS)[at], -3, 3),
    ]
    return np.where(known[..., None], np.stack(steps, axis=-1), 0.0)


def _context(y: LogPrices, origins: Origins, year: Floats) -> Floats:
    """Volatilities and volumes of the past as logarithms, then moves in units of volatility and the calendar."""
    moves = [_moved(y, origins, bars) / np.sqrt(year[origins] * bars) for bars in (1, 2, 5, 10, _MONTH, 66, YEAR)]
    moves.append(_drawdown(y)[origins] / np.sqrt(year[origins] * YEAR))
    past = np.stack([*_volatilities(y, origins, year), *_volumes(y, origins), *moves], axis=1)
    past = np.clip(past, -_MAX_DEVIATIONS, _MAX_DEVIATIONS)
    return np.concatenate([features(y)[origins], past, _calendar(y.dates[origins])], 1)


def _volatilities(y: LogPrices, origins: Origins, year: Floats) -> list[Floats]:
    """Against the last year's, each (k,): root mean squares, then means that one day's jump moves little."""
    squares, ranges = volatility.squared_returns(y), volatility.range_variance(y)
    overnight = np.nan_to_num((y.open - np.concatenate([[np.nan], y.close[:-1]])) ** 2)
    quadratic = [(ranges, 10), (ranges, YEAR), (squares, 10), (squares, 66), (squares, volatility.LONG_RUN)]
    falls = np.where(np.diff(y.close, prepend=y.close[0]) < 0, np.nan_to_num(squares), 0.0)
    quadratic += [(overnight, _MONTH), (overnight, YEAR), (falls, 5), (falls, _MONTH), (falls, 66)]
    shares = [_share(volatility.rolling(daily, bars)[origins], year[origins]) for daily, bars in quadratic]
    shares.append(_share(volatility.ewma(squares)[origins], year[origins]))
    daily = _share(np.nan_to_num(ranges), year)
    # Back to the origin's own measure: what is averaged was taken against the year's volatility of its day.
    level = np.log(year) / 2
    geometric = [_mean(daily + level, bars)[origins] - level[origins] for bars in (3, 5, 10, _MONTH, 66, YEAR, 750)]
    absolute = np.sqrt(np.nan_to_num(squares))
    return shares + geometric + [_share(_mean(absolute, bars)[origins] ** 2, year[origins]) for bars in (_MONTH, YEAR)]


def _volumes(y: LogPrices, origins: Origins) -> list[Floats]:
    return [_busy(y, near, far)[origins] for near, far in ((1, _MONTH), (5, 66), (_MONTH, YEAR))]


def _calendar(dates: NDArray[np.datetime64]) -> Floats:
    """Where the quarter stands, as a point on a circle, and four that tell the weekdays apart."""
    quarter = 8 * np.pi * ((dates - dates.astype("datetime64[Y]")).astype("timedelta64[D]").astype(int) / 365.25)
    week = (dates.astype("datetime64[D]").astype(int) + 3) % 7
    return np.stack([np.sin(quarter), np.cos(quarter), *(week == day for day in (0, 3, 4)), week > 4], axis=1)


def _season(y: LogPrices, origins: Origins) -> Floats:
    """What was unusual a year ago, then over several past years, then over other past quarters, (k, 29, 9)."""
    signs = _unusual(y)
    smooth = np.stack([np.convolve(sign, _TRIANGLE, "same") for sign in signs])
    days = origins[:, None] + np.arange(-DAYS_BEFORE, DAYS_AFTER + 1)
    parts = [
        _mean_at(signs, days, YEAR_LAGS[:1]),
        _mean_at(smooth, days, YEAR_LAGS),
        _mean_at(smooth, days, QUARTER_LAGS),
    ]
    return np.moveaxis(np.concatenate(parts), 0, -1)


def _unusual(y: LogPrices) -> Floats:
    """Range volatility, volume and overnight gap of each bar against those of the bars before it, (3, n)."""
    ranges = np.nan_to_num(volatility.range_variance(y))
    overnight = _overnight(y) ** 2
    return np.stack(
        [
            _share(ranges, volatility.rolling(ranges, _MONTH)),
            np.clip(_busy(y, 1, _MONTH), -3, 3),
            _share(overnight, volatility.rolling(overnight, 66)),
        ]
    )


def _mean_at(series: Floats, days: NDArray[np.intp], lags: tuple[int, ...]) -> Floats:
    """Mean (s, k, days) of each series (s, n) over the bars ``lags`` before; those before the first are left out."""
    rows = days[..., None] - np.array(lags)
    known = rows > _MONTH
    total: Floats = np.where(known, series[:, np.maximum(rows, 0)], 0.0).sum(axis=-1)
    return np.asarray(total / np.maximum(known.sum(axis=-1), 1))


def _share(variance: Floats, of: Floats) -> Floats:
    """Half the logarithm of a ratio of variances, which is that of volatilities, cut where prices stood still."""
    return np.asarray(np.clip(np.log(np.maximum(variance / of, 1e-3)) / 2, -2.5, 2.5))


def _busy(y: LogPrices, near: int, far: int) -> Floats:
    """How much more was traded in the last ``near`` bars than in ``far``, as a logarithm; 0 where nothing was."""
    traded = y.volume > 0
    volume = np.log(np.where(traded, y.volume, 1.0))
    counts = [_mean(traded.astype(float), bars) for bars in (near, far)]
    means = [
        _mean(volume, bars) / np.where(count > 0, count, 1.0) for bars, count in zip((near, far), counts, strict=True)
    ]
    return np.where(counts[0] > 0, means[0] - means[1], 0.0)


def _mean(series: Floats, bars: int) -> Floats:
    """Mean of the last ``bars`` values, or of as many as there are."""
    return pd.Series(series).rolling(bars, min_periods=1).mean().to_numpy()


def _overnight(y: LogPrices) -> Floats:
    """Log return from the last close to the open; the first bar has none (0)."""
    return np.asarray(y.open - np.concatenate([y.open[:1], y.close[:-1]]))


def _moved(y: LogPrices, origins: Origins, bars: int) -> Floats:
    return np.asarray(y.close[origins] - y.close[np.maximum(origins - bars, 0)])


def _drawdown(y: LogPrices) -> Floats:
    """How far the close stands below the highest of the last year."""
    rows = np.arange(len(y))[:, None] - np.arange(0, YEAR, 4)
    return np.asarray(y.close - np.maximum(y.close, y.close[np.maximum(rows, 0)].max(axis=1)))

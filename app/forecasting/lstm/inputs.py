"""What the network looks at: the last 60 bars, a summary of the past, and the same weeks of past quarters and years.

Every value is measured in what the origin knew, and nothing is fitted, so no scaler can carry a later bar back.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.forecasting import volatility
from app.forecasting.forecast import Floats, LogPrices, Origins
from app.forecasting.linear import YEAR, features

STEPS = 60
"""Bars of the window that the recurrent layer reads."""

LAGS = (63, 126, 189, 252, 504)
"""Bars back: the same weeks one, two and three quarters and one and two years ago, when companies report."""

BEFORE, AFTER = 4, 24
"""Bars around each lag: days from four before to 24 after the day that lies a whole lag back."""

SEQUENCE, SEASON = (STEPS, 4), (BEFORE + 1 + AFTER, 2 * len(LAGS))
LEVELS, CALENDAR = 36, 6
"""Columns of the context: what was measured of the past, then where in the week and the quarter it ends."""

CONTEXT = LEVELS + CALENDAR
_LARGEST = 6.0
_MONTH = 22


@dataclass(frozen=True, slots=True)
class Inputs:
    """``sequence`` (k, 60, 4), ``context`` (k, 42), ``season`` (k, 29, 10) and the daily volatility ``sigma`` (k,).

    A step of the sequence has the return, the range volatility, the overnight gap and the volume; a day of the season
    has the range volatility and the volume of each lag, both against their own month.
    """

    sequence: Floats
    context: Floats
    season: Floats
    sigma: Floats

    @property
    def arrays(self) -> tuple[Floats, Floats, Floats]:
        """What the network is called with."""
        return self.sequence, self.context, self.season


def inputs(y: LogPrices, origins: Origins) -> Inputs:
    """The network's view of ``y`` at each of ``origins`` (k,); what lies before the first bar counts as usual."""
    year = volatility.rolling(volatility.squared_returns(y), YEAR)
    sigma = np.sqrt(year)[origins]
    return Inputs(_sequence(y, origins, sigma), _context(y, origins, year), _season(y, origins), sigma)


def _sequence(y: LogPrices, origins: Origins, sigma: Floats) -> Floats:
    daily = np.diff(y.close, prepend=y.close[0])
    overnight = y.open - np.concatenate([y.close[:1], y.close[:-1]])
    rows = origins[:, None] - np.arange(STEPS)[::-1]
    known, at = rows > 0, np.maximum(rows, 0)
    scale = sigma[:, None]
    volume = _log_volume(y)
    steps = [
        np.clip(daily[at] / scale, -_LARGEST, _LARGEST),
        _share(np.nan_to_num(volatility.range_variance(y))[at], scale**2),
        np.clip(overnight[at] / scale, -_LARGEST, _LARGEST),
        np.clip(volume[at] - volume[at].mean(axis=1, keepdims=True), -3, 3),
    ]
    return np.where(known[..., None], np.stack(steps, axis=-1), 0.0)


def _context(y: LogPrices, origins: Origins, year: Floats) -> Floats:
    """Volatilities and volumes of the past as logarithms, then moves in units of volatility and the calendar."""
    moves = [_moved(y, origins, bars) / np.sqrt(year[origins] * bars) for bars in (1, 2, 5, 10, _MONTH, 66, YEAR)]
    moves.append(_drawdown(y)[origins] / np.sqrt(year[origins] * YEAR))
    past = np.stack([*_volatilities(y, origins, year), *_volumes(y, origins), *moves], axis=1)
    return np.concatenate([features(y)[origins], np.clip(past, -_LARGEST, _LARGEST), _calendar(y.dates[origins])], 1)


def _volatilities(y: LogPrices, origins: Origins, year: Floats) -> list[Floats]:
    """Against the last year's, each (k,): root mean squares, then means that one day's jump moves little."""
    squares, ranges = volatility.squared_returns(y), volatility.range_variance(y)
    overnight = np.nan_to_num((y.open - np.concatenate([[np.nan], y.close[:-1]])) ** 2)
    quadratic = [(ranges, 10), (ranges, YEAR), (squares, 10), (squares, 66), (squares, volatility.LONG_RUN)]
    falls = np.where(np.diff(y.close, prepend=y.close[0]) < 0, np.nan_to_num(squares), 0.0)
    quadratic += [(overnight, _MONTH), (overnight, YEAR), (falls, 5), (falls, _MONTH), (falls, 66)]
    found = [_share(volatility.rolling(daily, bars)[origins], year[origins]) for daily, bars in quadratic]
    found.append(_share(volatility.ewma(squares)[origins], year[origins]))
    daily = _share(np.nan_to_num(ranges), year)
    # Back to the origin's own measure: what is averaged was taken against the year's volatility of its day.
    level = np.log(year) / 2
    geometric = [_mean(daily + level, bars)[origins] - level[origins] for bars in (3, 5, 10, _MONTH, 66, YEAR, 750)]
    absolute = np.sqrt(np.nan_to_num(squares))
    return found + geometric + [_share(_mean(absolute, bars)[origins] ** 2, year[origins]) for bars in (_MONTH, YEAR)]


def _volumes(y: LogPrices, origins: Origins) -> list[Floats]:
    volume = _log_volume(y)
    return [(_mean(volume, near) - _mean(volume, far))[origins] for near, far in ((1, _MONTH), (5, 66), (_MONTH, YEAR))]


def _calendar(dates: NDArray[np.datetime64]) -> Floats:
    """Where the quarter stands, as a point on a circle, and four that tell the weekdays apart."""
    quarter = 8 * np.pi * ((dates - dates.astype("datetime64[Y]")).astype("timedelta64[D]").astype(int) / 365.25)
    week = (dates.astype("datetime64[D]").astype(int) + 3) % 7
    return np.stack([np.sin(quarter), np.cos(quarter), *(week == day for day in (0, 3, 4)), week > 4], axis=1)


def _season(y: LogPrices, origins: Origins) -> Floats:
    ranges = np.nan_to_num(volatility.range_variance(y))
    volume = _log_volume(y)
    unusual = _share(ranges, volatility.rolling(ranges, _MONTH))
    busy = np.clip(volume - _mean(volume, _MONTH), -3, 3)
    days = origins[:, None] + np.arange(-BEFORE, AFTER + 1)
    found = []
    for lag in LAGS:
        rows = days - lag
        known, at = rows > _MONTH, np.maximum(rows, 0)
        found += [np.where(known, series[at], 0.0) for series in (unusual, busy)]
    return np.stack(found, axis=-1)


def _share(variance: Floats, of: Floats) -> Floats:
    """Half the logarithm of a ratio of variances, which is that of volatilities, cut where prices stood still."""
    return np.asarray(np.clip(np.log(np.maximum(variance / of, 1e-3)) / 2, -2.5, 2.5))


def _log_volume(y: LogPrices) -> Floats:
    """Logarithm of the volume; a bar without any has that of the bar before it."""
    traded = y.volume > 0
    if not traded.any():
        return np.zeros(len(y))
    newest = np.maximum.accumulate(np.where(traded, np.arange(len(y)), int(traded.argmax())))
    return np.log(y.volume[newest])


def _mean(series: Floats, bars: int) -> Floats:
    running = np.concatenate([[0.0], np.cumsum(series)])
    rows = np.arange(1, len(series) + 1)
    start = np.maximum(rows - bars, 0)
    return np.asarray((running[rows] - running[start]) / (rows - start))


def _moved(y: LogPrices, origins: Origins, bars: int) -> Floats:
    return np.asarray(y.close[origins] - y.close[np.maximum(origins - bars, 0)])


def _drawdown(y: LogPrices) -> Floats:
    """How far the close stands below the highest of the last year."""
    rows = np.arange(len(y))[:, None] - np.arange(0, YEAR, 4)
    return np.asarray(y.close - np.maximum(y.close, y.close[np.maximum(rows, 0)].max(axis=1)))

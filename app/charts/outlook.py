"""What a fan shows: a stretch of history, the quantiles that start where it ends, and paths to compare them with."""

from dataclasses import dataclass

import numpy as np

from app.charts.chart import Canvas
from app.charts.ticks import Dates, Floats

_MOST_HISTORY = 120


@dataclass(frozen=True, slots=True)
class Track:
    """One path of prices (k,) over dates (k,), its name, and perhaps the edges of a band around it."""

    dates: Dates
    values: Floats
    label: str
    low: Floats | None = None
    high: Floats | None = None

    def since(self, first: np.datetime64) -> "Track":
        """The part of it from a date on."""
        seen = self.dates >= first
        low, high = (None if edge is None else edge[seen] for edge in (self.low, self.high))
        return Track(self.dates[seen], self.values[seen], self.label, low, high)

    def prices(self) -> Floats:
        """Every price of it, edges included."""
        return np.concatenate([line for line in (self.values, self.low, self.high) if line is not None])


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is drawn: days are counted from the last close, which is day 0 and where every quantile starts."""

    dates: Dates
    close: Floats
    quantiles: Floats
    faint: Track | None
    actual: Track | None

    @property
    def first(self) -> int:
        """The day of the oldest close shown, zero or below."""
        return 1 - len(self.close)

    @property
    def horizon(self) -> int:
        """The last day of the fan."""
        return len(self.quantiles) - 1

    def days(self, dates: Dates) -> Floats:
        """Dates as days; those without trading fall in between."""
        known = np.arange(self.first, self.horizon + 1.0)
        return np.asarray(np.interp(dates.astype(float), self.dates.astype(float), known))

    def range(self) -> tuple[float, float]:
        """The lowest and highest price to be seen."""
        tracks = [track.prices() for track in (self.faint, self.actual) if track is not None]
        prices = np.concatenate([self.close, self.quantiles.ravel(), *tracks])
        return float(prices.min()), float(prices.max())


def most_history(horizon: int, canvas: Canvas) -> int:
    """How many closes leave the fan a fair share of the width: a day ahead is shown after a month, not half a year."""
    return min(_MOST_HISTORY, 12 + (2 if canvas.narrow else 4) * horizon)


def open_at_last_close(
    dates: Dates, close: Floats, future: Dates, quantiles: Floats, faint: Track | None, actual: Track | None
) -> Outlook:
    """Quantiles (horizon, 7) with the last close put before them; tracks where they can be seen."""
    opened = np.vstack([np.full(quantiles.shape[1], close[-1]), quantiles])
    faint, actual = (
        None if track is None or not (track.dates >= dates[0]).any() else track.since(dates[0])
        for track in (faint, actual)
    )
    return Outlook(np.concatenate([dates, future]), close, opened, faint, actual)

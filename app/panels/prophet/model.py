"""The Prophet card's analysis: numbers only."""

from dataclasses import dataclass
from datetime import date

from app.panels.analysis import ForecastAnalysis


@dataclass(frozen=True, slots=True)
class StockStandard:
    """Prophet as people usually configure it, on prices: its line, its 80% band and how they did at past refits."""

    origins: int
    mae_ratio: float | None
    coverage_80: float | None
    line: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Components:
    """What Prophet sees in the past, descriptive only: the fitted trend (prices) and a year's season (shares).

    ``trend`` belongs to ``trend_dates`` and may bend at ``bends``; ``season`` has a value for each day from 1 January.
    """

    trend_dates: tuple[date, ...]
    trend: tuple[float, ...]
    bends: tuple[date, ...]
    season: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TrendFit:
    """A fit on the three years up to ``day``: the log price's trend grew by ``slope`` a bar at its end."""

    day: date
    slope: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProphetAnalysis(ForecastAnalysis):
    """The anchored Prophet forecast; ``trend_weight`` (0–1) is what the trend earned on this ticker's own past.

    ``trend_per_year`` is the fitted trend's growth at the end, before weighing;
    ``refits`` is the number of past fits behind the receipt, ``fits`` are they and today's, oldest first.
    """

    trend_weight: float
    trend_per_year: float
    refits: int
    fits: tuple[TrendFit, ...]
    stock_standard: StockStandard
    components: Components

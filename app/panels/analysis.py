"""What the cards publish: finished numbers, the same in JSON, in a fragment and between processes.

Shares are 0–1, prices are in the ticker's currency, returns are shares of the price they start from.
"""

from dataclasses import dataclass
from datetime import date

from app.forecasting.receipt import Receipt
from app.market.passport import Passport
from app.panels.published import PublishedForecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What every card publishes; ``as_of`` is the date of the last bar it saw, ``data`` the passport of its prices."""

    ticker: str
    as_of: date
    horizon: int
    data: Passport


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastAnalysis(Analysis):
    """What every forecast card publishes."""

    forecast: PublishedForecast
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class TypicalMove:
    """Half of all past moves over ``days`` trading days were smaller than ``median``, nine in ten than ``large``."""

    days: int
    median: float
    large: float


@dataclass(frozen=True, slots=True)
class FallChance:
    """The chance that a close within the horizon lies ``fall`` or more below the last one.

    ``base_rate`` counts the ``windows`` of the past (they overlap); ``now`` scales each to today's volatility first.
    """

    fall: float
    now: float
    base_rate: float
    windows: int


@dataclass(frozen=True, slots=True)
class TailRisk:
    """Over ``days``: one move in twenty was worse than ``value_at_risk``; those averaged ``expected_shortfall``."""

    days: int
    value_at_risk: float
    expected_shortfall: float
    windows: int


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall from a high; ``recovered`` is the day that high was seen again, if it was."""

    depth: float
    peak: date
    trough: date
    recovered: date | None
    now: float


@dataclass(frozen=True, slots=True)
class Volatility:
    """Annualised volatility (EWMA 0.94) today, the median of its past, and the share of past days that were calmer."""

    now: float
    median: float
    percentile: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewAnalysis(Analysis):
    """Where the price stands and how far it moves; ``change`` is against the bar before.

    What a short history cannot say about the horizon is left out: the typical move, tail risk and chance of a fall.
    """

    last_close: float
    previous_close: float
    change: float
    year_low: float
    year_high: float
    typical_moves: tuple[TypicalMove, ...]
    fall: FallChance | None
    tail_risk: tuple[TailRisk, ...]
    drawdown: Drawdown
    volatility: Volatility

    @property
    def usual_move(self) -> TypicalMove | None:
        """The typical move over the horizon."""
        return next((move for move in self.typical_moves if move.days == self.horizon), None)


@dataclass(frozen=True, slots=True)
class StockStandard:
    """Prophet as people usually configure it, on prices: its line, its 80 % band and how they did at past refits."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProphetAnalysis(ForecastAnalysis):
    """The anchored Prophet forecast; ``trend_weight`` (0–1) is what the trend earned on this ticker's own past.

    ``trend_per_year`` is the fitted trend's growth at the end, before weighing;
    ``refits`` is the number of past fits behind the receipt.
    """

    trend_weight: float
    trend_per_year: float
    refits: int
    stock_standard: StockStandard
    components: Components


@dataclass(frozen=True, slots=True)
class TrainedOn:
    """What the network has learned from: ``rows`` samples of other ``tickers``, nothing after ``cut_off``.

    Its forecast is the mean over ``networks`` trained from different seeds; ``sha256`` is of the training prices.
    """

    cut_off: date
    tickers: int
    rows: int
    networks: int
    versions: dict[str, str]
    sha256: str


@dataclass(frozen=True, slots=True)
class LookedAt:
    """The largest part of what the network was shown: volatilities as a share of the last year's.

    ``today`` is the last day's range, ``week`` and ``month`` those of 5 and 22 bars; ``year`` is a year's, annualised.
    ``volume`` is the last 5 bars' against the last 66, None without volume; ``since`` is the first bar that counts.
    """

    today: float
    week: float
    month: float
    year: float
    volume: float | None
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LstmAnalysis(ForecastAnalysis):
    """The network's forecast; its receipt holds only origins after ``trained_on.cut_off``."""

    trained_on: TrainedOn
    looked_at: LookedAt

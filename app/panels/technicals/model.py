"""What the technicals card publishes: indicators, levels and readings at the last bar, in split-adjusted prices."""

from dataclasses import dataclass
from datetime import date

from app.panels.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Indicators:
    """The classic indicators at the last bar, on split-adjusted closes; None where they need more than there is."""

    rsi_14: float | None
    macd: float | None
    macd_signal: float | None
    macd_histogram: float | None
    bollinger_upper: float | None
    bollinger_middle: float | None
    bollinger_lower: float | None
    vwap_20: float | None
    sma_50: float | None
    sma_200: float | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An indicator that needs more than there is: so many of ``unit`` needed, so many found."""

    name: str
    title: str
    needs: int
    found: int
    unit: str


@dataclass(frozen=True, slots=True)
class PriceLevel:
    """The mean price of ``touches`` past swings that turned near each other, on ``turned``; ``distance`` is a share."""

    price: float
    distance: float
    touches: int
    last_touch: date
    turned: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class PriceLevels:
    """The nearest levels below and above the last close, nearest first, from the swings of the last ``bars`` bars."""

    support: tuple[PriceLevel, ...]
    resistance: tuple[PriceLevel, ...]
    bars: int


@dataclass(frozen=True, slots=True)
class Record:
    """What followed past days that read as today does: the share that stood higher after ``days``, and of all days.

    The ``windows`` overlap; ``apart`` of them do not, and ``interval`` is the 95% one for so many. A difference is
    ``beyond_chance`` where the base rate lies outside it.
    """

    condition: str
    days: int
    windows: int
    apart: int
    share_up: float
    interval: tuple[float, float]
    base_rate: float
    beyond_chance: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """One indicator in words; ``shown`` is its ``value`` as a reader sees it, None where there is none."""

    name: str
    title: str
    value: float | None
    shown: str
    sentence: str
    record: Record | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicalsAnalysis(Analysis):
    """What the classic indicators read at the last bar, each in one sentence."""

    last_close: float
    indicators: Indicators
    left_out: tuple[LeftOut, ...]
    levels: PriceLevels
    readings: tuple[Reading, ...]

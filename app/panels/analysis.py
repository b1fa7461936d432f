"""What every card publishes: its analysis, its facts and its tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.forecasting.scoring.receipt import Receipt
from app.market.passport import Passport
from app.panels.forecast.convert import PublishedForecast

NONE = "–"
"""What stands where there is no value."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a card says, under its own ``key``; ``note`` says what stands behind the value."""

    key: str
    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of finished words under ``headings``; the first cell of each names it."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def by_key(facts: Iterable[Fact]) -> Mapping[str, Fact]:
    """The facts in their order, each under its key."""
    return {fact.key: fact for fact in facts}


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What every card publishes; ``as_of`` is the date of the last bar it saw, ``data`` the passport of its prices."""

    ticker: str
    as_of: date
    horizon: int
    data: Passport

    @property
    def asked_prices(self) -> tuple[float, ...]:
        """Prices that are asked about, of which an outcome tells whether they were reached."""
        return ()

    @property
    def trades_known(self) -> bool:
        """Whether highs and lows are known, or nothing between closes."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastAnalysis(Analysis):
    """What every forecast card publishes."""

    forecast: PublishedForecast
    receipt: Receipt

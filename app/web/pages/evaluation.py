"""What ``evaluate --json`` measured over many tickers, as the repository ships it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

_FOLDER = Path(__file__).parent / "measured"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with the 95% interval around it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Span:
    """Scores over some days ahead; the loss is a ratio to that of the last price with a constant volatility."""

    n: int
    pinball_ratio: Estimate
    coverage_80: Estimate
    coverage_95: Estimate


@dataclass(frozen=True, slots=True)
class Ticker:
    """Scores of one ticker at ``n`` past days."""

    n: int
    pinball_ratio: float
    coverage_80: float


@dataclass(frozen=True, slots=True)
class Member:
    """What was measured of one forecaster; ``below`` is how often prices ended below each of its quantiles."""

    title: str
    scores: Mapping[str, Span]
    below: Mapping[str, float]
    by_ticker: Mapping[str, Ticker]


@dataclass(frozen=True, slots=True)
class Measured:
    """A file of ``evaluate --json``."""

    origins: int
    tickers: tuple[str, ...]
    members: Mapping[str, Member]


@dataclass(frozen=True, slots=True)
class Kept:
    """``n`` questions whose stated chances were about the same, and the share that came true."""

    said: float
    happened: float
    n: int


@dataclass(frozen=True, slots=True)
class Event:
    """How the chances of one kind of question were kept."""

    table: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Odds:
    """A file of ``evaluate odds --json``."""

    origins: int
    tickers: int
    events: Mapping[str, Event]


@cache
def measured() -> tuple[Measured, Measured, Odds]:
    """The three files that the repository ships: US stocks, the markets of the world, and the odds."""
    us, world, odds = (_FOLDER.joinpath(f"{name}.json").read_bytes() for name in ("us_stocks", "world", "odds"))
    tables = TypeAdapter(Measured)
    return tables.validate_json(us), tables.validate_json(world), TypeAdapter(Odds).validate_json(odds)

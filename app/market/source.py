"""The protocol of a market source: a ticker in, everything it knows of that ticker out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from app.market.instruments import Instrument
from app.market.raw_history import RawHistory


class MarketSource(Protocol):
    """A place that prices come from; ``title`` names it in sentences, ``tickers`` lists a short stock."""

    title: str
    tickers: tuple[str, ...]

    async def load(self, ticker: str) -> RawHistory:
        """All daily rows of ``ticker``, ten years or more where there are.

        Raises an ``AppError`` that tells an unknown ticker, a refusal, a silence and an unreadable answer apart.
        """
        ...


@runtime_checkable
class SearchableSource(Protocol):
    """A source that also finds its tickers by a part of a symbol or of a name."""

    async def search(self, words: str) -> tuple[Instrument, ...]:
        """What ``words`` can mean, the likeliest first, ``MOST_FOUND`` at most; raises like ``MarketSource.load``."""
        ...


@dataclass(frozen=True, slots=True)
class LatestPrice:
    """A ``price`` in ``currency`` as it was traded ``at``, and the close before that day where it is known.

    The session of that day, or the next one, ``opens`` and ``closes``; all moments are in the exchange's time zone.
    """

    ticker: str
    price: float
    at: datetime
    currency: str
    close_before: float | None
    opens: datetime
    closes: datetime

    def open_at(self, moment: datetime) -> bool:
        """Whether its market is open at ``moment``, as far as the source told."""
        return self.opens <= moment < self.closes


@runtime_checkable
class QuotingSource(Protocol):
    """A source that also tells prices between two closes."""

    async def newest(self, ticker: str) -> LatestPrice:
        """The last price that was traded; raises like ``MarketSource.load``."""
        ...

"""The protocol of a market source: a ticker in, everything it knows of that ticker out."""

from typing import Protocol, runtime_checkable

from app.market.found import Found
from app.market.quote import Quote
from app.market.quotes import Quotes


class MarketSource(Protocol):
    """A place that prices come from; ``title`` names it in sentences, ``tickers`` lists a short stock."""

    title: str
    tickers: tuple[str, ...]

    async def load(self, ticker: str) -> Quotes:
        """All daily rows of ``ticker``, ten years or more where there are.

        Raises an ``AppError`` that tells an unknown ticker, a refusal, a silence and an unreadable answer apart.
        """
        ...


@runtime_checkable
class SearchableSource(Protocol):
    """A source that also finds its tickers by a part of a symbol or of a name."""

    async def search(self, words: str) -> tuple[Found, ...]:
        """What ``words`` can mean, the likeliest first, ``MOST_FOUND`` at most; raises like ``MarketSource.load``."""
        ...


@runtime_checkable
class QuotingSource(Protocol):
    """A source that also tells prices between two closes."""

    async def newest(self, ticker: str) -> Quote:
        """The last price that was traded; raises like ``MarketSource.load``."""
        ...

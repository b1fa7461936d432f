"""The protocols of a market source, the latest price it tells, and the instruments it finds by symbol or name."""

import re
import time
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Protocol, runtime_checkable

from app.errors import SourceSilentError
from app.market.raw_history import RawHistory

MOST_FOUND = 10


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument that a source has; ``exchange`` may be empty where nobody says."""

    ticker: str
    name: str
    exchange: str


def matching(known: Iterable[Instrument], query: str) -> tuple[Instrument, ...]:
    """Those of ``known`` that ``query`` can mean, the likeliest first, ``MOST_FOUND`` at most.

    A symbol comes before its own beginnings, those before words of names, and those before what stands in the middle.
    """
    sought = _folded(query)
    if not sought:
        return ()
    ranked = [(rank, instrument) for instrument in known if (rank := _rank(instrument, sought)) is not None]
    return tuple(instrument for _, instrument in sorted(ranked, key=lambda pair: pair[0])[:MOST_FOUND])


def _rank(instrument: Instrument, sought: str) -> int | None:
    ticker, name = _folded(instrument.ticker), _folded(instrument.name)
    fits = (
        ticker == sought,
        # An index is typed without its caret by most.
        ticker.lstrip("^").startswith(sought) or ticker.startswith(sought),
        name.startswith(sought),
        f" {sought}" in name,
        sought in f"{ticker} {name}",
    )
    return fits.index(True) if any(fits) else None


def _folded(text: str) -> str:
    """Small letters without accents and apostrophes, and any blanks or commas as one blank."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.sub(r"[\s,]+", " ", re.sub(r"['’]", "", bare)).strip().casefold()


_LIST = Path(__file__).with_name("instruments.txt")


@cache
def well_known() -> tuple[Instrument, ...]:
    """The list in its own order, which has the best known of each kind first."""
    rows = (line.split("|") for line in _LIST.read_text(encoding="utf-8").splitlines())
    return tuple(Instrument(*row) for row in rows)


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


@dataclass(frozen=True, slots=True)
class Announced:
    """What a company has let know of days to come; None where nobody says.

    Its next report is due from ``report`` to ``report_until``, often one day; ``estimated`` where that is a guess of
    the source. Who buys from ``ex_dividend`` on gets no part of the next dividend.
    """

    report: date | None = None
    report_until: date | None = None
    estimated: bool = False
    ex_dividend: date | None = None


@runtime_checkable
class AnnouncingSource(Protocol):
    """A source that also tells what is announced."""

    async def announced(self, ticker: str) -> Announced:
        """What is ahead of ``ticker``; raises like ``MarketSource.load``, and is never worth waiting for."""
        ...


@dataclass(frozen=True, slots=True)
class Deadline:
    """The ``moment`` on the monotonic clock when the ``seconds`` that ``source`` was given are over."""

    source: str
    seconds: float
    moment: float

    @classmethod
    def after(cls, seconds: float, source: str) -> "Deadline":
        """The deadline so many ``seconds`` from now."""
        return cls(source, seconds, time.monotonic() + seconds)

    def left(self) -> float:
        """The seconds that are left; raises ``SourceSilentError`` where there are too few to begin anything."""
        left = self.moment - time.monotonic()
        if left < _LEAST:
            raise SourceSilentError(self.source, self.seconds)
        return left


# With less than this there is no point in beginning; and libcurl takes no time at all for all the time in the world.
_LEAST = 0.25

"""PriceHistory: the checked daily bars up to an as-of date, in that day's prices, and nothing later."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache, reduce

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from app.errors import BadBarsError, QueryError
from app.market.calendar import fitting_calendar, missing_sessions
from app.market.cleaning.faults import suspicious_jumps
from app.market.cleaning.repair import Repaired, repair
from app.market.cleaning.scales import rebased
from app.market.groups import kind_of
from app.market.passport import MOST_LISTED, Passport, Remark, listed, listed_jumps
from app.market.raw_history import Floats, RawHistory, pack, unpack

MAXIMUM_BARS = 2520
_YEAR = np.timedelta64(366, "D")


@dataclass(frozen=True, slots=True, eq=False)
class PriceHistory:
    """Daily bars, oldest first, each array (n,): prices of the last day's share, volume in such shares.

    ``open`` to ``close`` are adjusted for splits, ``adj_close`` for dividends too; at the last bar the two are equal.
    """

    ticker: str
    passport: Passport
    dates: NDArray[np.datetime64]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    adj_close: Floats
    volume: Floats

    def __len__(self) -> int:
        return len(self.dates)


_ARRAYS = tuple(field.name for field in fields(PriceHistory))[2:]
_HEAD = TypeAdapter(tuple[str, Passport])


def history_until(quotes: RawHistory, as_of: date | None) -> PriceHistory:
    """The last 2 520 bars up to ``as_of`` (the last bar where None), checked, repaired and rebased.

    Later rows are cut off before anything is looked at, so nothing of them can show. Raises ``QueryError`` where no
    bar is that old, ``BadBarsError`` where the rows make no sense.
    """
    if len(quotes.dates) == 0:
        raise BadBarsError(quotes.listing.ticker, "no rows", "daily bars")
    past = quotes if as_of is None else quotes.until(as_of)
    if len(past.dates) == 0:
        raise QueryError("as_of", str(as_of), f"a date from {quotes.dates.min()} on, the first bar")
    repaired = repair(past)
    if len(repaired.quotes.dates) == 0:
        raise BadBarsError(quotes.listing.ticker, "no row with a closing price", "daily bars")
    bars = rebased(repaired.quotes.rows(np.arange(len(repaired.quotes.dates))[-MAXIMUM_BARS:]))
    return PriceHistory(quotes.listing.ticker, _passport(bars, repaired), *(getattr(bars, name) for name in _ARRAYS))


def closes_after(quotes: RawHistory, day: date, count: int) -> tuple[tuple[date, ...], Floats, Floats]:
    """The first ``count`` trading days after ``day`` (a bar), the adjusted closes of ``day`` and of them, and quotes.

    The closes are in prices of ``day``, like those of ``history_until(quotes, day)``. The quotes (3, days) are the
    closes, highs and lows of the days after it as they were quoted, dividends or not, for one share of ``day``. Rows
    after them are not looked at. Raises ``BadBarsError``.
    """
    closing = np.isfinite(quotes.close) & (quotes.close > 0) & (quotes.dates > np.datetime64(day))
    following = np.unique(quotes.dates[closing])[:count]
    bars = repair(quotes.until(following[-1].item() if len(following) else day)).quotes
    start = int(np.searchsorted(bars.dates, np.datetime64(day)))
    closes, after = bars.adj_close[start : start + count + 1], slice(start + 1, start + count + 1)
    became = quotes.splits_after(day)
    quoted = np.stack([bars.close[after], bars.high[after], bars.low[after]]) * became
    return tuple(bars.dates[after].tolist()), closes / closes[0] * (bars.close[start] * became), quoted


def closes_in_common(histories: Sequence[PriceHistory]) -> tuple[NDArray[np.datetime64], Floats]:
    """Days (n,) of their last year on which all of them have a bar, and adjusted closes (k, n), 100 on the first.

    The year is that of the history that ends first. Both are empty where no day is common to all.
    """
    first = min(history.dates[-1] for history in histories) - _YEAR
    days = reduce(np.intersect1d, (history.dates[history.dates >= first] for history in histories))
    closes = np.array([history.adj_close[np.searchsorted(history.dates, days)] for history in histories])
    return days, 100 * closes / closes[:, :1]


def encode(history: PriceHistory) -> bytes:
    """The history as bytes for a worker or a cache."""
    return pack(_HEAD.dump_json((history.ticker, history.passport)), history, _ARRAYS)


@lru_cache(maxsize=4)
def decode(packed: bytes) -> PriceHistory:
    """The inverse of ``encode``: the same object for the same bytes, so that what is made of it can be kept."""
    head, arrays = unpack(packed, _ARRAYS)
    return PriceHistory(*_HEAD.validate_json(head), **arrays)


def decode_passport(packed: bytes) -> Passport:
    """The passport of an encoded history, whose rows are not looked at."""
    head, _ = unpack(packed, ())
    return _HEAD.validate_json(head)[1]


def _digest(bars: RawHistory) -> str:
    content = hashlib.sha256(bars.dates.astype("datetime64[D]").astype(np.int64).tobytes())
    for name in _ARRAYS[1:]:
        content.update(getattr(bars, name).tobytes())
    return content.hexdigest()


def _passport(bars: RawHistory, repaired: Repaired) -> Passport:
    listing, first, last = bars.listing, bars.dates[0].item(), bars.dates[-1].item()
    calendar = listing.calendar or fitting_calendar(bars.dates)
    jumps, missing = suspicious_jumps(bars), missing_sessions(calendar, bars.dates)

    def within(remarks: tuple[Remark, ...]) -> tuple[Remark, ...]:
        return listed(remark for remark in remarks if remark.day >= first)

    return Passport(
        source=listing.source,
        name=listing.name,
        currency=listing.currency,
        exchange=listing.exchange,
        kind=kind_of(listing.ticker, listing.kind),
        time_zone=listing.time_zone,
        calendar=calendar,
        adjustment=listing.adjustment,
        first_bar=first,
        last_bar=last,
        bars=len(bars.dates),
        has_volume=bool((bars.volume > 0).any()),
        dropped=within(repaired.dropped),
        repaired=within(repaired.repaired),
        jumps=listed_jumps(jumps),
        jump_count=len(jumps),
        missing_sessions=missing[:MOST_LISTED],
        missing_count=len(missing),
        sha256=_digest(bars),
        **({} if bars.reading is None else {one.name: getattr(bars.reading, one.name) for one in fields(bars.reading)}),
    )

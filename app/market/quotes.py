"""What a source answers for one ticker, as it came: rows unchecked and in the source's order."""

import io
from dataclasses import dataclass, fields
from datetime import date

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Listing:
    """What the source says of the instrument itself; ``calendar`` names its trading days (see app.market.calendar)."""

    ticker: str
    name: str
    source: str
    currency: str
    exchange: str
    time_zone: str
    calendar: str
    adjustment: str


@dataclass(frozen=True, slots=True)
class Split:
    """From ``day`` on, one old share is ``ratio`` new ones."""

    day: date
    ratio: float


@dataclass(frozen=True, slots=True)
class Quotes:
    """Daily rows, every array (n,): prices split-adjusted to the newest row, ``adj_close`` for dividends too.

    Unknown numbers are NaN. ``splits`` are those the source knows of, any order.
    """

    listing: Listing
    splits: tuple[Split, ...]
    dates: NDArray[np.datetime64]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    adj_close: Floats
    volume: Floats

    def rows(self, keep: NDArray[np.intp] | NDArray[np.bool_]) -> "Quotes":
        """The same answer with these rows only."""
        return Quotes(self.listing, self.splits, *(getattr(self, name)[keep] for name in ARRAYS))


ARRAYS = tuple(field.name for field in fields(Quotes))[2:]
_HEAD = TypeAdapter(tuple[Listing, tuple[Split, ...]])


def encode(quotes: Quotes) -> bytes:
    """The answer as bytes that a cache can hold (npz, no pickle)."""
    packed = io.BytesIO()
    head = np.frombuffer(_HEAD.dump_json((quotes.listing, quotes.splits)), dtype=np.uint8)
    np.savez(packed, head=head, **{name: getattr(quotes, name) for name in ARRAYS})
    return packed.getvalue()


def decode(packed: bytes) -> Quotes:
    """The inverse of ``encode``."""
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        listing, splits = _HEAD.validate_json(arrays["head"].tobytes())
        return Quotes(listing, splits, *(arrays[name] for name in ARRAYS))

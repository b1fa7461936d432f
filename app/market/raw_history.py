"""What a source answers for one ticker, as it came: rows unchecked and in the source's order."""

import io
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from app.market.groups import UNKNOWN
from app.market.passport import FileReading, Remark, Stale

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Listing:
    """What the source says of the instrument itself.

    ``calendar`` names its trading days (see app.market.calendar); where empty, the dates themselves will tell. ``kind``
    is one of app.market.groups.
    """

    ticker: str
    name: str
    source: str
    currency: str
    exchange: str
    time_zone: str
    calendar: str
    adjustment: str
    kind: str = UNKNOWN


@dataclass(frozen=True, slots=True)
class Split:
    """From ``day`` on, one old share is ``ratio`` new ones."""

    day: date
    ratio: float


@dataclass(frozen=True, slots=True)
class Dividend:
    """Whoever held a share before ``day`` was paid ``amount``, split-adjusted like the prices."""

    day: date
    amount: float


@dataclass(frozen=True, slots=True)
class RawHistory:
    """Daily rows, every array (n,): prices split-adjusted to the newest row, ``adj_close`` for dividends too.

    Unknown numbers are NaN. ``splits`` are those the source knows of, any order; ``left_out`` tells of rows that are
    not among these, ``mended`` of values that are other than they came, each by its own day. ``stale`` is set where
    this is an earlier answer, ``reading`` where it is a visitor's file.
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
    left_out: tuple[Remark, ...] = field(default=(), kw_only=True)
    dividends: tuple[Dividend, ...] = field(default=(), kw_only=True)
    stale: Stale | None = field(default=None, kw_only=True)
    mended: tuple[Remark, ...] = field(default=(), kw_only=True)
    reading: FileReading | None = field(default=None, kw_only=True)

    def rows(self, keep: NDArray[np.intp] | NDArray[np.bool_]) -> "RawHistory":
        """The same answer with these rows only."""
        return replace(self, **{name: getattr(self, name)[keep] for name in ARRAYS})

    def until(self, day: date) -> "RawHistory":
        """The same answer without anything of a later day."""
        left_out, mended = (tuple(one for one in all_ if one.day <= day) for all_ in (self.left_out, self.mended))
        return replace(self.rows(self.dates <= np.datetime64(day)), left_out=left_out, mended=mended)

    def splits_after(self, day: date) -> float:
        """What one share of ``day`` has become by the newest row."""
        return float(np.prod([split.ratio for split in self.splits if split.day > day]))


ARRAYS = ("dates", "open", "high", "low", "close", "adj_close", "volume")
_FACTS = tuple(field.name for field in fields(RawHistory) if field.name not in ARRAYS)
_Remarks = tuple[Remark, ...]
_HEAD = TypeAdapter(
    tuple[Listing, tuple[Split, ...], _Remarks, tuple[Dividend, ...], Stale | None, _Remarks, FileReading | None]
)


def encode(quotes: RawHistory) -> bytes:
    """The answer as bytes that a cache can hold."""
    return pack(_HEAD.dump_json(tuple(getattr(quotes, name) for name in _FACTS)), quotes, ARRAYS)


def decode(packed: bytes) -> RawHistory:
    """The inverse of ``encode``."""
    head, arrays = unpack(packed, ARRAYS)
    return RawHistory(**dict[str, Any](zip(_FACTS, _HEAD.validate_json(head), strict=True)), **arrays)


def pack(head: bytes, rows: object, names: Iterable[str]) -> bytes:
    """``head`` and the arrays that ``rows`` has under ``names``; equal contents give equal bytes."""
    packed = io.BytesIO()
    np.savez(packed, told=np.frombuffer(head, dtype=np.uint8), **{name: getattr(rows, name) for name in names})
    return packed.getvalue()


def unpack(packed: bytes, names: Iterable[str]) -> tuple[bytes, dict[str, Any]]:
    """The inverse of ``pack``, which compresses nothing: raises ``ValueError`` for what would swell."""
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        if sum(member.file_size for member in arrays.zip.infolist()) > len(packed):
            raise ValueError("more was packed into it than it holds")
        return arrays["told"].tobytes(), {name: arrays[name] for name in names}

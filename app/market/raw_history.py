"""What a source answers for one ticker, as it came: rows unchecked and in the source's order."""

import json
from collections.abc import Collection
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


def pack(head: bytes, rows: object, names: Collection[str]) -> bytes:
    """``head`` and the arrays that ``rows`` has under ``names``: an index of types and lengths, then their bytes.

    NumPy's own format is not used, as its headers are read by Python's parser, which two threads can upset.
    """
    parts = [np.frombuffer(head, dtype=np.uint8), *(getattr(rows, name) for name in names)]
    index = json.dumps([(part.dtype.str, len(part)) for part in parts]).encode()
    return b"".join([index, b"\n", *(part.tobytes() for part in parts)])


def unpack(packed: bytes, names: Collection[str]) -> tuple[bytes, dict[str, Any]]:
    """The inverse of ``pack``: the ``head`` and the first arrays, as many as ``names``; no other is looked at."""
    end = packed.index(b"\n")
    at, parts = end + 1, []
    for kind, length in json.loads(packed[:end])[: len(names) + 1]:
        parts.append(np.frombuffer(packed, kind, length, at).copy())
        at += parts[-1].nbytes
    return parts[0].tobytes(), dict(zip(names, parts[1:], strict=True))

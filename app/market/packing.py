"""Arrays and what is said of them as bytes, for a cache or another process (npz, no pickle)."""

import io
from collections.abc import Iterable
from typing import Any

import numpy as np


def pack(told: bytes, rows: object, names: Iterable[str]) -> bytes:
    """``told`` and the arrays that ``rows`` has under ``names``; equal contents give equal bytes."""
    packed = io.BytesIO()
    np.savez(packed, told=np.frombuffer(told, dtype=np.uint8), **{name: getattr(rows, name) for name in names})
    return packed.getvalue()


def unpack(packed: bytes, names: Iterable[str]) -> tuple[bytes, dict[str, Any]]:
    """What was told, and the arrays by name."""
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        return arrays["told"].tobytes(), {name: arrays[name] for name in names}

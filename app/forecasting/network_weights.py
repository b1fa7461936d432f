"""Arrays as text: float16 in base64, which JSON carries."""

import base64
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Layers: TypeAlias = tuple[NDArray[np.float64], ...]
"""The arrays of a network's layers in order; float64 of float16 values."""


@dataclass(frozen=True, slots=True)
class TextArray:
    """One array; the bytes of its numbers are little-endian."""

    shape: tuple[int, ...]
    float16: str


def as_text(array: NDArray[np.floating]) -> TextArray:
    """The array, rounded to half precision."""
    return TextArray(array.shape, base64.b64encode(array.astype("<f2").tobytes()).decode())


def as_array(stored: TextArray) -> NDArray[np.float64]:
    """The inverse of ``as_text``; raises ``ValueError`` where the bytes do not fill the shape."""
    return np.frombuffer(base64.b64decode(stored.float16), "<f2").reshape(stored.shape).astype(np.float64)

"""What a fit of Prophet sees, and what it finds, as bytes: it depends on its window of bars and on nothing else."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from app.forecasting.forecast import Floats, LogPrices, Origins

LOOKBACK = 756
"""Bars, three years, that each fit sees."""


class FitKind(StrEnum):
    """A trend alone on log prices, Prophet's defaults on prices, or a trend and the season of a year on log prices."""

    TREND = "trend"
    STOCK = "stock"
    SEASON = "season"


Fitted: TypeAlias = dict[str, tuple[float, ...]]
"""What a fit found, by name; days are counted from 1970-01-01."""

FITTED = TypeAdapter(Fitted)
FITS = TypeAdapter(dict[str, Fitted])
"""What several fits found, each under its ``Window.key``."""


@dataclass(frozen=True, slots=True)
class Window:
    """The bars that a fit sees: their ``dates`` and ``close``, the logarithm of each close over the last, (n,) each.

    So a later dividend or split, which rescales the whole past, changes nothing. Rounded, lest the last bits tell.
    """

    dates: NDArray[np.datetime64]
    close: Floats

    @property
    def days_a_bar(self) -> float:
        """Calendar days from one bar to the next, on average."""
        return float((self.dates[-1] - self.dates[0]) / np.timedelta64(1, "D")) / (len(self.dates) - 1)

    def pack(self) -> bytes:
        """As bytes: the days since 1970-01-01, and then the closes, eight bytes each."""
        return self.dates.astype("datetime64[D]").astype("<i8").tobytes() + self.close.astype("<f8").tobytes()

    def key(self, kind: FitKind) -> str:
        """The name of its fit of ``kind``: equal for equal bars, whatever came before or after them."""
        return f"fit:{kind}:{hashlib.sha256(self.pack()).hexdigest()}"


FitSource: TypeAlias = Callable[[FitKind, Window], Fitted]
"""Where fits come from: the fitting itself, or what it found before."""


def known_or_fitted(found: Mapping[str, Fitted], fit: FitSource) -> FitSource:
    """What was ``found`` before, by ``Window.key``; what is not there comes from ``fit``."""

    def fitted(kind: FitKind, window: Window) -> Fitted:
        before = found.get(window.key(kind))
        return fit(kind, window) if before is None else before

    return fitted


@dataclass(frozen=True, slots=True)
class PlannedFit:
    """A fit of ``kind`` to be made of a ``window``; ``words`` say what it is for."""

    kind: FitKind
    window: Window
    words: str

    @property
    def key(self) -> str:
        """Its ``Window.key``."""
        return self.window.key(self.kind)


def unpack(packed: bytes) -> Window:
    """The inverse of ``Window.pack``."""
    half = len(packed) // 2
    days = np.frombuffer(packed, "<i8", offset=0, count=half // 8)
    return Window(days.astype("datetime64[D]"), np.frombuffer(packed, "<f8", offset=half).astype(np.float64))


def window_at(y: LogPrices, row: int) -> Window:
    """The last three years up to and including ``row``."""
    bars = slice(max(0, row + 1 - LOOKBACK), row + 1)
    # Adding zero makes a negative zero positive, which has other bytes.
    return Window(y.dates[bars], np.round(y.close[bars] - y.close[row], 6) + 0.0)


@dataclass(frozen=True, slots=True)
class TrendFits:
    """Fitted trends: at bar ``origins[i]`` the log price's trend grew by ``slopes[i]`` a bar; both (m,), in order.

    ``newest`` is the last fit's trend through its own past, at most three years, in log price; at ``bends`` it turns.
    """

    origins: Origins
    slopes: Floats
    newest: Floats
    bends: NDArray[np.datetime64]

    def slopes_at(self, origins: Origins) -> Floats:
        """For each of ``origins`` the slope of the newest fit that saw nothing later."""
        newest = np.searchsorted(self.origins, origins, side="right") - 1
        if (newest < 0).any():
            raise ValueError("an origin before the first fit")
        return self.slopes[newest]

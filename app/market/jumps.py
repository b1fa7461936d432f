"""Daily moves that look more like a fault in the data than like a market."""

import numpy as np
from numpy.typing import NDArray

from app.market.passport import Jump
from app.market.quotes import Floats

_SIGMAS = 12.0
_SMALLEST = 0.2
_SPLITS = {2: "2:1", 3: "3:1", 4: "4:1", 5: "5:1", 7: "7:1", 10: "10:1", 20: "20:1"}


def suspicious_jumps(dates: NDArray[np.datetime64], adj_close: Floats) -> tuple[Jump, ...]:
    """Moves of more than 12 robust standard deviations of this ticker's own daily moves, and of at least 20 %."""
    moves = np.diff(np.log(adj_close))
    if len(moves) == 0:
        return ()
    sigma = 1.4826 * float(np.median(np.abs(moves)))
    found = np.flatnonzero(np.abs(moves) > max(_SIGMAS * sigma, np.log1p(_SMALLEST)))
    return tuple(Jump(dates[i + 1].item(), float(np.expm1(moves[i])), _guess(float(moves[i]))) for i in found)


def _guess(move: float) -> str:
    factor = float(np.exp(abs(move)))
    if 80 < factor < 125:
        return "about 100-fold: prices in two units, such as pence and pounds"
    for ratio, name in _SPLITS.items():
        if abs(np.log(factor / ratio)) < 0.05:
            return f"about {ratio}-fold: a {name} split that was not adjusted for"
    return "a real shock, or a fault in the data"

"""Bars that nobody traded: random paths with restless days, small or no gaps, and prices in coarse or fine ticks."""

import numpy as np

from app.patterns.candlesticks import Bars, Floats

_MOMENTS = (8, 16, 32, 64, 128)
_GAPS = (0.02, 0.06, 0.4)
"""Typical jumps between two bars in units of a bar's own move: those of currencies, of futures, of stocks."""


def simulated(bars: int, seed: int) -> Bars:
    """A series of its own for each seed."""
    rng = np.random.default_rng(seed)
    moments = int(rng.choice(_MOMENTS))
    restless = _restlessness(rng, bars)
    steps = rng.standard_t(5, (bars, moments)) * restless[:, None] / np.sqrt(moments)
    gaps = rng.normal(0, rng.choice(_GAPS) * np.exp(rng.normal(0, 0.5)), bars) * restless
    gaps *= rng.random(bars) < rng.choice([0.5, 1.0])
    unit = 0.01 * np.exp(rng.normal(0, 0.4))
    path = unit * np.cumsum(np.column_stack([gaps, steps]).ravel())
    # A path that wandered off by more than e⁸ is squeezed: what matters is the shape of neighbours.
    prices = np.exp((path - path.mean()) * min(1.0, 8 / np.ptp(path))).reshape(bars, moments + 1)
    tick = unit / np.exp(rng.uniform(np.log(8), np.log(2000)))
    prices = np.round(prices / prices[0, 0] / tick) * tick
    return Bars(prices[:, 0], prices.max(axis=1), prices.min(axis=1), prices[:, -1])


def _restlessness(rng: np.random.Generator, bars: int) -> Floats:
    """How large each bar's move is beside the typical one: slow tides, and every bar a law unto itself."""
    tide = np.exp(np.cumsum(rng.normal(0, 0.03, bars)))
    return np.asarray(np.clip(tide / np.median(tide), 0.2, 5) * np.exp(rng.normal(0, 0.35, bars)))

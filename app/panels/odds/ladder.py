"""Round prices on both sides of the last one, in steps that suit how far the price may move."""

import math
from itertools import pairwise

import numpy as np
from scipy.special import ndtri

from app.forecasting.forecast import Floats
from app.forecasting.paths import at_scores

FARTHEST, NEAREST = 0.03, 0.45
"""The chances to end at a price or beyond, between which the ladder's prices lie on each side."""

NARROWEST = 1e-4
"""No side of the ladder is narrower than this share of the price."""

A_SIDE = 3
_LEADS = (5.0, 2.5, 2.0, 1.0)


def ladder(end: Floats, last: float) -> tuple[float, ...]:
    """Prices, lowest first: three a side within these chances, the ``last`` one, and one far price a side.

    ``end`` (7,) are the forecast's quantiles of the log return on the last day.
    """
    chances = np.array([FARTHEST, NEAREST, 1 - NEAREST, 1 - FARTHEST])
    low, high_of_low, low_of_high, high = last * np.exp(at_scores(end[None], ndtri(chances))[0])
    # A price that stands still has a ladder too.
    below, above = min(high_of_low, last), max(low_of_high, last)
    down, up = (min(low, below * (1 - NARROWEST)), below), (above, max(high, above * (1 + NARROWEST)))
    step = _step(down, up, last)
    lower, upper = (_picked(_multiples(*side, step, last)) for side in (down, up))
    return _beyond(lower[::-1]), *lower, last, *upper, _beyond(upper)


def _step(down: tuple[float, float], up: tuple[float, float], last: float) -> float:
    """The largest round step that has three multiples on each side."""
    exponent = math.floor(math.log10(last)) + 1
    while True:
        for lead in _LEADS:
            step = lead * 10.0**exponent
            if all(len(_multiples(*side, step, last)) >= A_SIDE for side in (down, up)):
                return step
        exponent -= 1


def _multiples(low: float, high: float, step: float, last: float) -> list[float]:
    first, final = math.ceil(low / step), math.floor(high / step)
    if final - first > 10 * A_SIDE:
        first, final = final - 10 * A_SIDE, final
    decimals = max(0, 2 - math.floor(math.log10(step)))
    prices = [round(number * step, decimals) for number in range(first, final + 1)]
    return [price for price in prices if low < price < high and price != last]


def _picked(prices: list[float]) -> list[float]:
    places = np.linspace(0, len(prices) - 1, A_SIDE).round().astype(int)
    return [prices[place] for place in places]


def _beyond(prices: list[float]) -> float:
    """A price as far behind the last of ``prices`` as that lies from the one before it; never one of nought."""
    before, end = list(pairwise(prices))[-1]
    far = float(f"{2 * end - before:.12g}")
    return far if far > 0 else end / 2

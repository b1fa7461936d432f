"""Daily moves that look like a fault in the data: two units, a split or a dividend that was not adjusted for."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import numpy as np

from app.market.cleaning.scales import units_in
from app.market.passport import Jump
from app.market.raw_history import RawHistory

_SMALLEST_MOVE = float(np.log(1.3))
_NO_MARKET = 20.0
_SPLITS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20)
_WITHOUT_VOLUME = 3
_NEAR_SPLIT = timedelta(days=7)
_NEAR_DIVIDEND = timedelta(days=4)
_SMALLEST_DIVIDEND = 0.002


def suspicious_jumps(bars: RawHistory) -> tuple[Jump, ...]:
    """What looks like a fault in repaired ``bars``, oldest first; crashes, take-overs and rallies do not.

    A market gets to another price through a day of wide ranges and many trades. A fault changes all prices of a bar by
    a round factor, and the volume by no more than that; or the source itself tells of the split or the dividend.
    """
    return tuple(sorted((*_moves(bars), *_dividends_left_in(bars), *_dividends_twice(bars)), key=lambda jump: jump.day))


def _moves(bars: RawHistory) -> Iterator[Jump]:
    moves = np.diff(np.log(bars.adj_close))
    sigma = 1.4826 * float(np.median(np.abs(moves))) if len(moves) else 0.0
    for i in np.flatnonzero(np.abs(moves) > _SMALLEST_MOVE):
        guess = _guess(bars, int(i) + 1, float(moves[i]), sigma)
        if guess:
            yield Jump(bars.dates[i + 1].item(), float(np.expm1(moves[i])), guess, unbelievable=True)


def _guess(bars: RawHistory, row: int, move: float, sigma: float) -> str:
    factor = float(np.exp(abs(move)))
    unit = float(np.exp(np.abs(units_in(np.array([move])))[0]))
    if unit > 1:
        return f"about {unit:.0f}-fold, as if in two units such as pence and pounds"
    if _split_is_known(bars, row, move, sigma):
        return f"about {factor:.2g}-fold, as if the split of these days was not adjusted for"
    if factor > _NO_MARKET:
        return f"about {factor:.3g}-fold, which no market does in a day"
    ratio = min(_SPLITS, key=lambda ratio: abs(np.log(factor / ratio)))
    if abs(np.log(factor / ratio)) < min(0.06, max(0.02, 3 * sigma)) and _quietly(bars, row, move, ratio, sigma):
        return f"about {ratio}-fold on a quiet day, as if a split was not adjusted for"
    return ""


def _split_is_known(bars: RawHistory, row: int, move: float, sigma: float) -> bool:
    day = bars.dates[row].item()
    sizes = [abs(float(np.log(split.ratio))) for split in bars.splits if abs(split.day - day) <= _NEAR_SPLIT]
    return any(size > _SMALLEST_MOVE and abs(abs(move) - size) < min(0.15, max(0.1, 4 * sigma)) for size in sizes)


def _quietly(bars: RawHistory, row: int, move: float, ratio: int, sigma: float) -> bool:
    """Whether the day's own range is ordinary and its volume changes the other way as its price, if at all."""
    ranges = np.log(bars.high / bars.low)
    own = abs(float(np.log(bars.close[row] / bars.open[row])))
    if ranges[row] > 3 * np.median(ranges) or own > max(0.02, 4 * sigma):
        return False
    before = bars.volume[max(0, row - 20) : row]
    if not (bars.volume[row] > 0 and (before > 0).any()):
        return ratio >= _WITHOUT_VOLUME
    grown = float(np.log(bars.volume[row] / np.median(before[before > 0])))
    return bool(abs(grown + np.sign(move) * np.log(ratio)) < np.log(4))


def _dividends_left_in(bars: RawHistory) -> Iterator[Jump]:
    """Dividends of which the adjusted close has taken out less than half."""
    adjusted = bars.adj_close / bars.close
    for row, share in _paid(bars).items():
        if share > _SMALLEST_DIVIDEND and 1 - adjusted[row - 1] / adjusted[row] < share / 2:
            guess = "the size of a dividend that the adjusted close leaves in"
            yield Jump(bars.dates[row].item(), -share, guess, unbelievable=False)


def _dividends_twice(bars: RawHistory) -> Iterator[Jump]:
    for one, other in pairwise(sorted(bars.dividends, key=lambda dividend: dividend.day)):
        row = int(np.searchsorted(bars.dates, np.datetime64(other.day)))
        if one.amount == other.amount and other.day - one.day <= _NEAR_DIVIDEND and 0 < row < len(bars.dates):
            guess = "the size of a dividend that stands here twice within days"
            yield Jump(other.day, -other.amount / float(bars.close[row - 1]), guess, unbelievable=False)


def _paid(bars: RawHistory) -> dict[int, float]:
    """What holders were paid, as a share of the close before, by the first row without it."""
    paid: dict[int, float] = {}
    for dividend in bars.dividends:
        row = int(np.searchsorted(bars.dates, np.datetime64(dividend.day)))
        if 0 < row < len(bars.dates):
            paid[row] = paid.get(row, 0.0) + dividend.amount / float(bars.close[row - 1])
    return paid

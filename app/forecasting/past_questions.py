"""Questions about the past: what was said of levels at past origins, by paths and by simpler means, and what happened.

Arrays are (3, k, levels): to end at a level or beyond, to close there on the way, and to trade there, at k origins.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from app.forecasting import volatility
from app.forecasting.forecast import MEDIAN, Floats, LogPrices, Origins
from app.forecasting.models.baselines import historical_simulation
from app.forecasting.paths import WARM_UP, Windows, has_ranges, shuffled, windows_of
from app.forecasting.questions import Chances, chances, frequency
from app.forecasting.scoring.reliability import (
    EVENTS,
    DistanceRow,
    EventReceipt,
    OddsReceipt,
    brier_score,
    reliability,
)

DISTANCES: Floats = np.array([-2, -1.5, -1, -0.75, -0.5, -0.25, 0.25, 0.5, 0.75, 1, 1.5, 2])
"""Levels that a receipt asks about, in deviations of the whole horizon as they were known at each origin."""

YEAR = 252
"""Bars whose volatility the usual rule takes."""


@dataclass(frozen=True, slots=True)
class Extremes:
    """From each start (n,): the last, the lowest and highest close, the lowest low and highest high ``days`` ahead."""

    starts: NDArray[np.intp]
    days: int
    end: Floats
    closes: tuple[Floats, Floats]
    trades: tuple[Floats, Floats] | None


def levels_at(y: LogPrices, origins: Origins, horizon: int) -> Floats:
    """The log levels (k, levels) that stand ``DISTANCES`` away at each origin."""
    return deviations(y, origins, horizon) * DISTANCES


def deviations(y: LogPrices, origins: Origins, horizon: int) -> Floats:
    """The deviation (k, 1) of the log return over the whole horizon, as known at each origin."""
    return np.sqrt(volatility.at(volatility.heterogeneous(y), origins).over(horizon))


def extremes(y: LogPrices, days: int) -> Extremes:
    """Of every bar that has ``days`` bars after it."""
    starts = np.arange(len(y) - days, dtype=np.intp)
    rows = starts + np.arange(1, days + 1)[:, None]
    base, close = y.close[starts], y.close[rows]
    trades = (y.low[rows].min(axis=0) - base, y.high[rows].max(axis=0) - base) if has_ranges(y) else None
    return Extremes(starts, days, close[-1] - base, (close.min(axis=0) - base, close.max(axis=0) - base), trades)


def happened(seen: Extremes, origins: Origins, levels: Floats) -> Floats:
    """Whether each of ``levels`` (k, levels) was reached, 1 or 0; NaN for trades that nobody knows of."""
    up = levels >= 0
    kinds = [(seen.end, seen.end), seen.closes, seen.trades]
    answers = [
        np.full(levels.shape, np.nan)
        if kind is None
        else np.where(up, kind[1][origins, None] >= levels, kind[0][origins, None] <= levels)
        for kind in kinds
    ]
    return np.stack(answers).astype(np.float64)


def chances_by_paths(windows: Windows, quantiles: Floats, origins: Origins, levels: Floats) -> Floats:
    """The chances by the paths of each origin's forecast (k, horizon, 7), made of windows that were over by then."""
    answers = [
        stacked(chances(shuffled(windows, quantiles[place], int(origin)), levels[place]))
        for place, origin in enumerate(origins)
    ]
    return np.stack(answers, axis=1)


def stacked(some: Chances) -> Floats:
    """The three chances of each level, (3, levels); NaN for trades that nobody knows of."""
    return np.stack([some.end, some.close, np.full(len(some.end), np.nan) if some.trade is None else some.trade])


def chances_by_past(seen: Extremes, origins: Origins, levels: Floats, sigma: Floats | None = None) -> Floats:
    """The share of windows over at each origin that reached the level; with ``sigma`` (n,) rescaled to each origin's.

    ``sigma`` is the volatility known at each bar; one half is said before there is a window.
    """
    start = 0 if sigma is None else WARM_UP
    answers = np.full((3, *levels.shape), 0.5)
    for place, origin in enumerate(origins):
        over = slice(start, max(int(origin) - seen.days + 1, start))
        scale = 1.0 if sigma is None else sigma[origin] / sigma[seen.starts[over]]
        kinds = [(seen.end, seen.end), seen.closes, seen.trades]
        for event, kind in enumerate(kinds):
            if kind is not None and over.stop > start:
                lowest, highest = (np.sort(part[over] * scale) for part in kind)
                answers[event, place] = frequency(lowest, highest, levels[place])
    return answers


def chances_by_rule(y: LogPrices, origins: Origins, days: int, levels: Floats) -> Floats:
    """The rule of calculators: the normal tail at the last year's volatility, and twice that for the way there."""
    sigma = np.sqrt(volatility.rolling(volatility.squared_returns(y), YEAR)[origins] * days)[:, None]
    tail = ndtr(-np.abs(levels) / sigma)
    return np.stack([tail, np.minimum(2 * tail, 1.0), np.minimum(2 * tail, 1.0)])


MOST_ORIGINS, MOST_WINDOWS = 96, 1000
"""Past origins that a receipt asks at, and about how many windows its paths are made of at the most."""


def odds_receipt(y: LogPrices, origins: Origins, horizon: int, ends: Floats) -> OddsReceipt:
    """From the forecast's quantiles (k, 7) of the last day at past ``origins`` (k,), each over by the last bar.

    On the days before, the forecast is taken to widen as filtered historical simulation does.
    """
    if not len(origins):
        return OddsReceipt()
    every = -(-len(origins) // MOST_ORIGINS)
    origins, ends = origins[::-every][::-1], ends[::-every][::-1]
    windows = windows_of(y, horizon, max(1, len(y) // MOST_WINDOWS))
    levels, seen = levels_at(y, origins, horizon), extremes(y, horizon)
    stated = chances_by_paths(windows, over_days(y, origins, ends, horizon), origins, levels)
    others = chances_by_past(seen, origins, levels), chances_by_rule(y, origins, horizon, levels)
    outcomes = happened(seen, origins, levels)
    events = [_event(*(part[event] for part in (stated, *others, outcomes))) for event in range(len(EVENTS))]
    return OddsReceipt(len(origins), *events)


def _event(stated: Floats, past: Floats, rule: Floats, outcomes: Floats) -> EventReceipt | None:
    if np.isnan(outcomes).any():
        return None
    kept = reliability(stated, outcomes)
    by_past, by_rule = (brier_score(other, outcomes > 0) for other in (past, rule))
    means = zip(stated.mean(axis=0).tolist(), outcomes.mean(axis=0).tolist(), DISTANCES.tolist(), strict=True)
    rows = tuple(DistanceRow(chance, share, len(stated), distance) for chance, share, distance in means)
    return EventReceipt(kept.brier, kept.calibration_error, kept.table, by_past, by_rule, rows)


def over_days(y: LogPrices, origins: Origins, ends: Floats, horizon: int) -> Floats:
    """Quantiles (k, horizon, 7) that end at ``ends`` (k, 7), their middle on a straight line, as wide as past moves."""
    middle = ends[:, None, [MEDIAN]] * np.arange(1, horizon + 1)[None, :, None] / horizon
    shape = historical_simulation(y, origins, horizon).quantiles
    width = shape / np.where(shape[:, -1:] == 0, 1.0, shape[:, -1:])
    # Where the two differ much in shape, quantiles of the first days might cross.
    return np.sort(middle + (ends - ends[:, [MEDIAN]])[:, None] * width, axis=-1)

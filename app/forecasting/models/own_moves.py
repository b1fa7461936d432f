"""The ticker's own last moves as a forecaster: what a move over a day, a week or a month was worth in its past."""

from dataclasses import dataclass

import numpy as np

from app.forecasting import volatility
from app.forecasting.conformal import between, up_to
from app.forecasting.forecast import Floats, Forecast, LogPrices, Origins
from app.forecasting.models.baselines import historical_simulation

WINDOWS = (1, 5, 22)
"""Bars of the moves that are regressed on."""

YEAR = 252
"""Bars of the volatility that everything is measured in."""

THRESHOLD = 2.0
"""The F value below which the regression counts for nothing: chance alone reaches it once in nine times."""

PRIOR = 30.0
"""Independent moves that the prior, that past moves say nothing, stands for."""

LARGEST = 4.0
"""Moves beyond four deviations count as four."""


@dataclass(frozen=True, slots=True)
class MoveSignal:
    """At k origins, for each day ahead (k, horizon): the expected move, a log return, and the share it has earned."""

    centre: Floats
    share: Floats


def own_moves(y: LogPrices, origins: Origins, horizon: int) -> Forecast:
    """The last price moved by the earned share of the expected move, in the bands of the historical simulation."""
    signal = move_signal(y, origins, horizon)
    bands = historical_simulation(y, origins, horizon).quantiles
    return Forecast(origins, bands + (signal.share * signal.centre)[..., None])


def move_signal(y: LogPrices, origins: Origins, horizon: int) -> MoveSignal:
    """Regressions of the move over each number of days on the last moves, in volatilities, on all that was over.

    The share is 1 − 2 / F, none below F = 2, as for the drift; F counts windows that overlap once.
    """
    sigma = np.sqrt(volatility.rolling(volatility.squared_returns(y), YEAR))
    moves = _scaled_moves(y, sigma)
    days = up_to(horizon)
    fits = [_fit(y, origins, int(day), sigma, moves) for day in days]
    expected, shares = (between(days, np.stack(part, axis=1), horizon) for part in zip(*fits, strict=True))
    scale = sigma[origins][:, None] * np.sqrt(np.arange(1, horizon + 1))
    return MoveSignal(expected * scale, shares)


def _scaled_moves(y: LogPrices, sigma: Floats) -> Floats:
    """The last moves (n, 3) in units of volatility; zero before there are enough bars."""
    moves = np.zeros((len(y), len(WINDOWS)))
    for place, bars in enumerate(WINDOWS):
        moves[bars:, place] = (y.close[bars:] - y.close[:-bars]) / (sigma[bars:] * np.sqrt(bars))
    return np.clip(moves, -LARGEST, LARGEST)


def _fit(y: LogPrices, origins: Origins, day: int, sigma: Floats, moves: Floats) -> tuple[Floats, Floats]:
    """The expected move (k,) in units of σ·√day and its share (k,), both from rows whose day was over."""
    start, over = max(WINDOWS), origins - day
    if len(y) <= start + day:
        return np.zeros(len(origins)), np.zeros(len(origins))
    ahead = (y.close[day:] - y.close[:-day]) / (sigma[:-day] * np.sqrt(day))
    table = np.column_stack([np.ones(len(ahead)), moves[: len(ahead)], np.clip(ahead, -LARGEST, LARGEST)])
    table[:start] = 0
    sums = np.cumsum(table[:, :, None] * table[:, None, :], axis=0)[np.maximum(over, 0)]
    n = np.maximum(sums[:, 0, 0], 1.0)
    mean = sums[:, 0] / n[:, None]
    second = sums / n[:, None, None] - mean[:, :, None] * mean[:, None, :]
    own, joint, total = second[:, 1:-1, 1:-1], second[:, 1:-1, -1, None], second[:, -1, -1]
    independent = np.where(over >= start, n / day, 0.0)
    fitted = joint * np.linalg.solve(own + 1e-6 * np.eye(len(WINDOWS)), joint)
    explained = np.clip(fitted.sum(axis=(1, 2)) / np.maximum(total, 1e-12), 0, 1 - 1e-9)
    f = explained / (1 - explained) * np.maximum(independent - len(WINDOWS) - 1, 0.0) / len(WINDOWS)
    share = np.maximum(0.0, 1 - THRESHOLD / np.maximum(f, THRESHOLD))
    weight = (PRIOR / np.maximum(independent, 1.0))[:, None, None] * np.eye(len(WINDOWS))
    slopes = np.linalg.solve(own + weight, joint)[..., 0]
    return ((moves[origins] - mean[:, 1:-1]) * slopes).sum(axis=1), share

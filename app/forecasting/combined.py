"""The combination as a forecaster: every member at past origins and at the asked ones, then one forecast from all."""

import numpy as np
from numpy.typing import NDArray

from app.forecasting import prophet
from app.forecasting.backtest import realised
from app.forecasting.calibrate import WARM_UP, calibrated
from app.forecasting.combine import NAMES, blend, combine
from app.forecasting.days import between, up_to
from app.forecasting.drift import steadiness, steady, trust
from app.forecasting.forecast import Floats, Forecast, Forecaster, LogPrices, Origins
from app.forecasting.linear import CUT_OFFS, linear
from app.forecasting.lstm.forecaster import lstm
from app.forecasting.lstm.weights import shipped
from app.forecasting.simulation import historical_simulation

EVERY = 10
"""Bars between two past origins that weights are judged by."""

MEMORY = 960
"""Bars that they reach back."""

_FIRST = 150
_REFIT = 16
_PRIOR = 100.0

simulation = calibrated(historical_simulation)


def combined(y: LogPrices, origins: Origins, horizon: int) -> Forecast:
    """The members' forecasts, each in bands calibrated on this ticker, weighed at each origin by what was over then.

    A drift beyond doubt then has its share. Prophet is fitted at every sixteenth origin; each uses the newest earlier
    fit, as receipts do.
    """
    start = -(-max(int(origins.min()) - MEMORY - horizon, _FIRST) // EVERY) * EVERY
    past = np.arange(start, int(origins.max()), EVERY, dtype=np.intp)
    every = np.union1d(past, origins)
    quantiles, actual = members(y, every, horizon), realised(y, every, horizon)
    days, judges = np.unique(np.minimum(up_to(horizon), horizon)), np.isin(every, past)
    weights = [combine(int(d), every, quantiles[:, :, d - 1], actual[:, d - 1], judges).weights for d in days]
    asked = np.searchsorted(every, origins)
    daily = between(days, np.stack(weights, axis=2).transpose(1, 2, 0), horizon)[asked]
    blended = np.array([_blended(quantiles[:, k], w) for k, w in zip(asked, daily, strict=True)])
    own = trust(steadiness(y, origins))[:, None, None]
    return Forecast(origins, (1 - own) * blended + own * steady(y, origins, horizon).quantiles)


def members(y: LogPrices, origins: Origins, horizon: int) -> Floats:
    """Quantiles (members, k, horizon, 7) in the order of ``NAMES``; NaN where one had not learned before an origin."""
    fits = prophet.fit_trends(y, origins[::_REFIT])
    found = {
        "historical_simulation": simulation(y, origins, horizon).quantiles,
        "linear": regression(y, origins, horizon),
        "lstm": _since(np.datetime64(shipped()[0].card.cut_off), lstm, y, origins, horizon),
        "prophet": prophet.anchored_from(y, origins, horizon, fits).quantiles,
    }
    return np.stack([found[name] for name in NAMES])


def regression(y: LogPrices, origins: Origins, horizon: int) -> Floats:
    """The regression's quantiles (k, horizon, 7) in calibrated bands; NaN before its first cut-off."""
    first = max(WARM_UP, int(np.searchsorted(y.dates, CUT_OFFS[0], side="right")))
    return _since(CUT_OFFS[0], calibrated(linear, prior=_PRIOR, first=first), y, origins, horizon)


def _since(cut_off: np.datetime64, forecaster: Forecaster, y: LogPrices, origins: Origins, horizon: int) -> Floats:
    """Quantiles (k, horizon, 7) of the origins after ``cut_off``, NaN at earlier ones."""
    quantiles = np.full((len(origins), horizon, 7), np.nan)
    fair: NDArray[np.bool_] = y.dates[origins] > cut_off
    if fair.any():
        quantiles[fair] = forecaster(y, origins[fair], horizon).quantiles
    return quantiles


def _blended(quantiles: Floats, weights: Floats) -> Floats:
    """One forecast (horizon, 7) from the members' (members, horizon, 7) and their weights (horizon, members)."""
    return np.array([blend(quantiles[:, day], weights[day]) for day in range(len(weights))])

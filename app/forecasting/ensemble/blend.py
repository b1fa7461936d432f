"""The verdict's forecast: the members' forecasts weighed by what was known at each origin, and the ticker's own drift.

The one combination: the card's forecast, its receipt and past verdicts, and the forecaster that is evaluated.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.forecasting.ensemble.weights import Weighing, weigh, weighted_mean, weights_under
from app.forecasting.forecast import Floats, LogPrices, Origins
from app.forecasting.models.baselines import steadiness, steady, trust
from app.forecasting.scoring.audit import overlapping
from app.forecasting.scoring.backtest import RECEIPT_ORIGINS, realised


@dataclass(frozen=True, slots=True)
class PastForecasts:
    """What the members said ``day`` bars ahead at past ``origins`` (m,), oldest first, and what happened.

    ``quantiles`` (members, m, 7) are of log returns, NaN where a member has none; ``actual`` (m,) is the log return.
    """

    origins: Origins
    day: int
    quantiles: Floats
    actual: Floats


@dataclass(frozen=True, slots=True)
class CurrentForecasts:
    """What the members say at ``origins`` (k,) for some ``days`` ahead (d,), to be combined.

    ``quantiles`` (members, k, d, 7) are of log returns, NaN where a member has none; ``drift`` (k, d, 7) are those of
    the ticker's own drift and ``t`` (k,) its t value.
    """

    origins: Origins
    days: NDArray[np.int64]
    quantiles: Floats
    drift: Floats
    t: Floats

    @property
    def drift_shares(self) -> Floats:
        """The share (k,) that the drift has in the combination."""
        return trust(self.t)


@dataclass(frozen=True, slots=True)
class Blended:
    """The combination (k, d, 7) at k origins for d days ahead.

    ``weights`` (k, d, members) add up to one less the drift's share; ``weighings`` say how they came about.
    """

    quantiles: Floats
    weights: Floats
    weighings: tuple[Weighing, ...]


def blend(past: PastForecasts, current: CurrentForecasts) -> Blended:
    """Combine the members' current forecasts as their past ones allow, and add the drift's share.

    At each origin the members are judged, on the day that ``past`` is for, by at most 96 of the past forecasts whose
    outcome was known by then; who is heard after that counts on every day by the votes at that distance.
    """
    overlap = overlapping(past.origins, past.day)
    present = np.asarray(np.isfinite(current.quantiles).all(axis=(2, 3))).T
    weighings = tuple(
        _weighed(past, int(origin), there, overlap) for origin, there in zip(current.origins, present, strict=True)
    )
    daily = [weights_under(weighing.standings, float(day)) for weighing in weighings for day in current.days]
    weights = np.array(daily).reshape(len(current.origins), len(current.days), len(current.quantiles))
    own = current.drift_shares[:, None, None]
    blended = (1 - own) * _means(current.quantiles, weights) + own * current.drift
    return Blended(np.asarray(blended), (1 - own) * weights, weighings)


def _weighed(past: PastForecasts, origin: int, present: NDArray[np.bool_], overlap: int) -> Weighing:
    over = np.flatnonzero(past.origins + past.day <= origin)[-RECEIPT_ORIGINS:]
    return weigh(past.day, present, past.quantiles[:, over], past.actual[over], overlap)


def _means(quantiles: Floats, weights: Floats) -> Floats:
    """The weighted means (k, d, 7) of forecasts (members, k, d, 7) under weights (k, d, members)."""
    k, d = weights.shape[:2]
    rows = [[weighted_mean(quantiles[:, row, day], weights[row, day]) for day in range(d)] for row in range(k)]
    return np.array(rows).reshape(k, d, quantiles.shape[-1])


def past_forecasts(y: LogPrices, origins: Origins, horizon: int, quantiles: Floats) -> PastForecasts:
    """Members' quantiles (members, m, 7) ``horizon`` bars ahead at past origins, with what happened."""
    return PastForecasts(origins, horizon, quantiles, realised(y, origins, horizon)[:, -1])


def current_forecasts(y: LogPrices, origins: Origins, horizon: int, quantiles: Floats) -> CurrentForecasts:
    """Members' quantiles (members, k, d, 7) on the last d days of the horizon, with the ticker's own drift there."""
    days = np.arange(1, horizon + 1)[-quantiles.shape[2] :]
    drift = steady(y, origins, horizon).quantiles[:, days - 1]
    return CurrentForecasts(origins, days, quantiles, drift, steadiness(y, origins))

"""The verdict's forecast: the members' forecasts weighed by what was known at each origin, and the ticker's own drift.

The one combination: the card's forecast, its receipt and past verdicts, and the forecaster that is evaluated.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.forecasting.ensemble.weights import MemberRecord, Weighing, weigh, weighted_mean
from app.forecasting.forecast import MEDIAN, Floats, LogPrices, Origins
from app.forecasting.models.baselines import drift_path, steadiness, trust
from app.forecasting.models.own_moves import move_signal
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


OWN_PAST = ("Its own drift", "Its own last moves")
"""What the ticker's own past says beside the members, in the order of every first axis of it."""


@dataclass(frozen=True, slots=True)
class CurrentForecasts:
    """What the members say at ``origins`` (k,) for some ``days`` ahead (d,), to be combined.

    ``quantiles`` (members, k, d, 7) are of log returns, NaN where a member has none. ``own`` (2, k, d) are the moves
    that ``OWN_PAST`` expects, ``shares`` (2, k, d) what each has earned, ``t`` (k,) is the drift's t value.
    """

    origins: Origins
    days: NDArray[np.int64]
    quantiles: Floats
    own: Floats
    shares: Floats
    t: Floats


@dataclass(frozen=True, slots=True)
class Blended:
    """The combination (k, d, 7) at k origins for d days ahead, and what ``OWN_PAST`` has in it (2, k, d, 7).

    ``weights`` (k, d, members + 2) of the members and of ``OWN_PAST`` add up to one; ``weighings`` say how those of the
    members came about.
    """

    quantiles: Floats
    own: Floats
    weights: Floats
    weighings: tuple[Weighing, ...]


def blend(past: PastForecasts, current: CurrentForecasts) -> Blended:
    """Combine the members' current forecasts as their past ones allow, and add the shares of the ticker's own past.

    At each origin the members are judged, on the day that ``past`` is for, by at most 192 of the past forecasts whose
    outcome was known by then; the weights that follow count on every day.
    """
    overlap, known = overlapping(past.origins, past.day), MemberRecord(past.quantiles, past.actual)
    present = np.asarray(np.isfinite(current.quantiles).all(axis=(2, 3))).T
    weighings = tuple(
        _weighed(past, known, int(origin), there, overlap)
        for origin, there in zip(current.origins, present, strict=True)
    )
    each = np.array([weighing.weights for weighing in weighings]).reshape(-1, len(current.quantiles))
    rows = [weighted_mean(current.quantiles[:, row], weights) for row, weights in enumerate(each)]
    members = np.array(rows).reshape(current.quantiles.shape[1:])
    weights = np.repeat(each[:, None], len(current.days), axis=1)
    drift, moves = current.shares[..., None]
    still = members - members[..., [MEDIAN]]
    own_drift, own_moves = still + current.own[0, ..., None], still + current.own[1, ..., None]
    drifting = (1 - drift) * members + drift * own_drift
    weights = np.concatenate([(1 - moves) * (1 - drift) * weights, (1 - moves) * drift, moves], axis=-1)
    quantiles = (1 - moves) * drifting + moves * own_moves
    return Blended(np.asarray(quantiles), np.stack([own_drift, own_moves]), weights, weighings)


def _weighed(
    past: PastForecasts, known: MemberRecord, origin: int, present: NDArray[np.bool_], overlap: int
) -> Weighing:
    over = int(np.searchsorted(past.origins + past.day, origin, side="right"))
    return weigh(present, known, slice(max(over - RECEIPT_ORIGINS, 0), over), overlap)


def past_forecasts(y: LogPrices, origins: Origins, horizon: int, quantiles: Floats) -> PastForecasts:
    """Members' quantiles (members, m, 7) ``horizon`` bars ahead at past origins, with what happened."""
    return PastForecasts(origins, horizon, quantiles, realised(y, origins, horizon)[:, -1])


def current_forecasts(y: LogPrices, origins: Origins, horizon: int, quantiles: Floats) -> CurrentForecasts:
    """Members' quantiles (members, k, d, 7) on the last d days of the horizon, with what the ticker's own past says."""
    days = np.arange(1, horizon + 1)[-quantiles.shape[2] :]
    t, signal, path = steadiness(y, origins), move_signal(y, origins, horizon), drift_path(y, origins, horizon)
    proven = np.broadcast_to(trust(t)[:, None], path.shape)
    centres = np.stack([path, proven * path + signal.centre])[..., days - 1]
    shares = np.stack([proven, signal.share])[..., days - 1]
    return CurrentForecasts(origins, days, quantiles, centres, shares, t)

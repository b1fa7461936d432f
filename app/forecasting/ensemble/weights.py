"""What each member's forecast counts, from its past on this ticker."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from app.forecasting.ensemble.members import MEMBERS
from app.forecasting.forecast import MEDIAN, Floats
from app.forecasting.scoring.metrics import diebold_mariano, pinball_loss

ENOUGH = 30
"""Past forecasts on this ticker before they can change a weight."""

WORST = 1.05
"""A member whose median missed by more than this multiple of "the price stays" is left out."""

SURE = 0.001
"""A member without a vote gets one where chance alone would beat the others so clearly once in a thousand times."""


class Standing(StrEnum):
    """Why a member has the weight it has."""

    VOTES = "votes"
    LISTENS = "listens"
    JOINED = "joined"
    LEFT_OUT = "left out"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Weighing:
    """Weights (members,) that add up to one, each member's standing, and what its past on this ticker shows.

    ``origins`` are the past forecasts looked at; ``mae_ratios`` are against the last price and ``p_joins`` the
    Diebold–Mariano p of a lower pinball loss than that of the members whose vote stays, NaN where nothing was judged.
    """

    weights: Floats
    standings: tuple[Standing, ...]
    origins: int
    mae_ratios: Floats
    p_joins: Floats


def votes(day: float, present: NDArray[np.bool_]) -> Floats:
    """The weights (members,) before this ticker's past is looked at, of the members that are ``present``.

    They are the members' votes; where none that is present has one, all that are left count the same.
    """
    weights = np.array([member.vote(day) for member in MEMBERS]) * present
    if not weights.any():
        weights = present.astype(np.float64)
    return np.asarray(weights / weights.sum())


def weigh(day: float, present: NDArray[np.bool_], quantiles: Floats, actual: Floats, overlap: int) -> Weighing:
    """Who counts how much, from past forecasts (members, n, 7) of one day ahead and what happened (n,).

    Rows without a forecast (NaN) of a member that is ``present`` are not looked at.
    """
    start = votes(day, present)
    rows = np.isfinite(quantiles[present]).all(axis=(0, 2)) & np.isfinite(actual)
    judged = _judged(start, present, quantiles[:, rows], actual[rows], overlap)
    standings = tuple(_standing(*facts) for facts in zip(present, start > 0, *judged, strict=True))
    return Weighing(weights_under(standings, day), standings, int(rows.sum()), *judged)


def weights_under(standings: tuple[Standing, ...], day: float) -> Floats:
    """The weights (members,) at ``day``: who joined counts as much as all votes together; with nobody left, all do."""
    is_ = {standing: np.array([one is standing for one in standings]) for standing in Standing}
    start = votes(day, ~is_[Standing.ABSENT])
    voting, joined = start * ~is_[Standing.LEFT_OUT], is_[Standing.JOINED].astype(np.float64)
    weights = (voting / voting.sum() if voting.any() else voting) + joined
    if not weights.any():
        weights = (is_[Standing.LISTENS] if is_[Standing.LISTENS].any() else start > 0).astype(np.float64)
    return np.asarray(weights / weights.sum())


def _judged(
    start: Floats, present: NDArray[np.bool_], quantiles: Floats, actual: Floats, overlap: int
) -> tuple[Floats, Floats]:
    """MAE ratios and p values (members,); NaN where too little is known, p also where nobody with a vote is left."""
    ratios, p_joins = np.full(len(start), np.nan), np.full(len(start), np.nan)
    if len(actual) < ENOUGH or not actual.any():
        return ratios, p_joins
    ratios[present] = np.abs(actual - quantiles[present, :, MEDIAN]).sum(axis=1) / np.abs(actual).sum()
    staying = np.where(ratios > WORST, 0.0, start)
    if staying.any():
        theirs = pinball_loss(weighted_mean(quantiles, staying / staying.sum()), actual).mean(axis=-1)
        for member in np.flatnonzero(present):
            own = pinball_loss(quantiles[member], actual).mean(axis=-1)
            p_joins[member] = diebold_mariano(own, theirs, overlap).p_better
    return ratios, p_joins


def _standing(present: bool, has_vote: bool, ratio: float, p_joins: float) -> Standing:
    if not present:
        return Standing.ABSENT
    if ratio > WORST:
        return Standing.LEFT_OUT
    if has_vote:
        return Standing.VOTES
    return Standing.JOINED if p_joins < SURE else Standing.LISTENS


def weighted_mean(quantiles: Floats, weights: Floats) -> Floats:
    """The mean by quantile of forecasts (members, …, 7); a member without weight may be absent (NaN)."""
    heard = weights > 0
    return np.asarray(np.tensordot(weights[heard], quantiles[heard], axes=1))

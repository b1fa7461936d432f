"""What each member's forecast counts, from its past on this ticker."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

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

    ``origins`` (members,) count the past forecasts of each; ``mae_ratios`` are against the last price and ``p_joins``
    the Diebold–Mariano p of a lower pinball loss than that of the members whose vote stays, at the origins that they
    share. Both are NaN where too little is known.
    """

    weights: Floats
    standings: tuple[Standing, ...]
    origins: NDArray[np.intp]
    mae_ratios: Floats
    p_joins: Floats


def votes(present: NDArray[np.bool_]) -> Floats:
    """The weights (members,) before this ticker's past is looked at, of the members that are ``present``.

    They are the members' votes; where none that is present has one, all that are left count the same.
    """
    weights = np.array([member.vote for member in MEMBERS]) * present
    if not weights.any():
        weights = present.astype(np.float64)
    return np.asarray(weights / weights.sum())


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """Past forecasts (members, n, 7) of one day ahead, NaN without one, and what happened (n,)."""

    quantiles: Floats
    actual: Floats
    _losses: dict[bytes, Floats] = field(default_factory=dict)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Where each member has a forecast (members, n)."""
        return np.isfinite(self.quantiles[..., MEDIAN]) & np.isfinite(self.actual)

    def losses(self, weights: Floats) -> Floats:
        """The pinball losses (n,) of the mean under ``weights`` (members,), NaN where one with weight is absent."""
        key = weights.tobytes()
        if key not in self._losses:
            self._losses[key] = pinball_loss(weighted_mean(self.quantiles, weights), self.actual).mean(axis=-1)
        return self._losses[key]


def weigh(present: NDArray[np.bool_], past: MemberRecord, rows: slice, overlap: int) -> Weighing:
    """Who counts how much, from some ``rows`` of the ``past``.

    Each member that is ``present`` is judged by the rows at which it has a forecast.
    """
    start = votes(present)
    known = past.known[:, rows] & present[:, None]
    ratios = _ratios(known, past.quantiles[:, rows, MEDIAN], past.actual[rows])
    p_joins = _p_joins(np.where(ratios > WORST, 0.0, start), present, past, rows, overlap)
    standings = tuple(_standing(*facts) for facts in zip(present, start > 0, ratios, p_joins, strict=True))
    return Weighing(weights_under(standings), standings, known.sum(axis=1), ratios, p_joins)


@lru_cache(maxsize=4096)
def weights_under(standings: tuple[Standing, ...]) -> Floats:
    """The weights (members,): who joined counts as much as all votes together; with nobody left, all do.

    Few standings occur, each at hundreds of origins.
    """
    is_ = {standing: np.array([one is standing for one in standings]) for standing in Standing}
    start = votes(~is_[Standing.ABSENT])
    voting, joined = start * ~is_[Standing.LEFT_OUT], is_[Standing.JOINED].astype(np.float64)
    weights = (voting / voting.sum() if voting.any() else voting) + joined
    if not weights.any():
        weights = (is_[Standing.LISTENS] if is_[Standing.LISTENS].any() else start > 0).astype(np.float64)
    return np.asarray(weights / weights.sum())


def _ratios(known: NDArray[np.bool_], medians: Floats, actual: Floats) -> Floats:
    """Each member's error over that of the last price (members,)."""
    moved = (known * np.abs(actual)).sum(axis=1)
    missed = np.where(known, np.abs(actual - medians), 0.0).sum(axis=1)
    enough = (known.sum(axis=1) >= ENOUGH) & (moved > 0)
    return np.asarray(np.where(enough, missed / np.where(enough, moved, 1.0), np.nan))


def _p_joins(staying: Floats, present: NDArray[np.bool_], past: MemberRecord, rows: slice, overlap: int) -> Floats:
    """Each other member's p (members,) of a lower loss than that of those that stay under their weights."""
    found = np.full(len(staying), np.nan)
    if not staying.any():
        return found
    theirs = past.losses(staying / staying.sum())[rows]
    for member in np.flatnonzero(present & (staying == 0)):
        difference = past.losses(np.eye(len(staying))[member])[rows] - theirs
        difference = difference[np.isfinite(difference)]
        if len(difference) >= ENOUGH:
            found[member] = diebold_mariano(difference, np.zeros(len(difference)), overlap).p_better
    return found


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
    counted = weights > 0
    return np.asarray(np.tensordot(weights[counted], quantiles[counted], axes=1))

"""Does the combination know more than two simple answers, the price that stays and the price that drifts as it did?"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from app.forecasting.ensemble.blend import PastForecasts
from app.forecasting.forecast import MEDIAN, Floats, LogPrices
from app.forecasting.scoring.audit import DRIFTS, drift_known, overlapping
from app.forecasting.scoring.metrics import BANDS, probability_up

MIN_ORIGINS = 60
"""Finished past forecasts before an edge can be claimed."""

SIGNIFICANCE = 0.045
"""Both opponents have to be beaten with a smaller p, after the correction for the models tried.

At twelve month ends from 2019 to 2023 14 of 496 verdicts on 42 stocks told an edge at 22 days; with 0.05 over 3%.
"""

DOUBT = 0.20
"""A claim ends where p against either opponent is larger."""

IN_A_ROW = 3
"""Tests in a row that have to be passed before an edge is claimed."""

MONTHS = 12
"""Complete months at whose last sessions the tests are taken, before the day itself."""


@dataclass(frozen=True)
class Trials:
    """How the combination had done after its first 0, 1, … n finished forecasts; every array is (n + 1,).

    ``stays`` and ``drifts`` are its error over each opponent's, NaN where that is zero, ``p_stays`` and ``p_drifts``
    Diebold–Mariano's p of its being smaller; ``q`` is the larger of the two after Benjamini–Hochberg over ``models``.
    ``brier`` and ``brier_base`` are the mean scores of its chance of rising and of the base rate known at each origin.
    """

    stays: Floats
    drifts: Floats
    p_stays: Floats
    p_drifts: Floats
    q: Floats
    models: NDArray[np.intp]
    brier: Floats
    brier_base: Floats

    @cached_property
    def passed(self) -> NDArray[np.bool_]:
        """Where both opponents are beaten and the chance of rising is no worse than the base rate."""
        enough = np.arange(len(self.q)) >= MIN_ORIGINS
        return np.asarray(enough & (self.q < SIGNIFICANCE) & (self.brier <= self.brier_base) & ~self.lost)

    @cached_property
    def lost(self) -> NDArray[np.bool_]:
        """Where a claim ends."""
        doubtful = np.maximum(self.p_stays, self.p_drifts) > DOUBT
        worse = (self.stays > 1) | (self.drifts > 1)
        return np.asarray(doubtful | worse | (np.arange(len(self.q)) < MIN_ORIGINS))


def trials(
    y: LogPrices, past: PastForecasts, ends: Floats, otherwise: Floats, members: Floats, base_rates: Floats
) -> Trials:
    """Try the combination, whose quantiles are ``ends`` (n, 7), among its ``members``.

    ``otherwise`` (n, 7) is what is published where no edge is claimed. Of the members there are the medians (members,
    n), NaN without a forecast; ``base_rates`` (n,) are those known at each origin.
    """
    scale = ends[:, BANDS[80][1]] - ends[:, BANDS[80][0]]
    stays, drifts = _against(y, past, ends[:, MEDIAN], scale, otherwise[:, MEDIAN])
    p_values = [np.maximum(stays[1], drifts[1])]
    for median in members:
        known = np.isfinite(median)
        some = PastForecasts(past.origins[known], past.day, past.quantiles[:, known], past.actual[known])
        tested = _against(y, some, median[known], scale[known], otherwise[known, MEDIAN])
        counts = np.concatenate([[0], np.cumsum(known)])
        p_values.append(np.where(counts >= MIN_ORIGINS, np.maximum(tested[0][1], tested[1][1])[counts], np.nan))
    q, models = _false_discovery(np.array(p_values))
    rose = past.actual > 0
    briers = [_means((chance - rose) ** 2) for chance in (probability_up(ends), base_rates)]
    return Trials(stays[0], drifts[0], stays[1], drifts[1], q, models, *briers)


_Tested: TypeAlias = tuple[Floats, Floats]


def _against(
    y: LogPrices, past: PastForecasts, medians: Floats, scale: Floats, otherwise: Floats
) -> tuple[_Tested, _Tested]:
    """The ratios of errors and p (n + 1,) against the price that stays and against the one that drifts.

    The drift is the mean return known at each origin, whole or halved, whichever lost less. It is also what the model
    itself has expected so far, as a mean share of its 80% range (``scale``): one that always expects the same share
    knows a drift and nothing else. And it is what the base rate makes of the median, ``otherwise``: to claim an edge
    has to improve on that. The worst of these results counts.
    """
    overlap = overlapping(past.origins, past.day)
    drift = drift_known(y, past.origins, past.day)
    shares = np.cumsum(medians / np.maximum(scale, np.finfo(float).tiny)) / np.arange(1, len(medians) + 1)
    expected = [np.zeros_like(drift)], [share * drift for share in DRIFTS], [shares * scale], [otherwise]
    errors = np.abs(past.actual - medians)
    stays, *drifts = (_tested(errors, np.abs(past.actual - np.stack(one)), overlap) for one in expected)
    ratios, p_values = (np.stack(part) for part in zip(*drifts, strict=True))
    return stays, (np.fmax.reduce(ratios), p_values.max(axis=0))


def _tested(errors: Floats, theirs: Floats, overlap: int) -> _Tested:
    """The ratio of errors (n + 1,) and p (n + 1,) against the row of ``theirs`` (m, n) that had lost least by then."""
    sums = np.array([_sums(one) for one in theirs])
    strongest, counts = sums.argmin(axis=0), np.arange(len(errors) + 1)
    # What differs by rounding alone is the same forecast.
    differences = np.where(np.isclose(errors, theirs, rtol=1e-9, atol=1e-14), 0.0, errors - theirs)
    p_values = np.array([better_by_length(difference, overlap) for difference in differences])
    least = sums[strongest, counts]
    ratio = np.where(least > 0, _sums(errors) / np.where(least > 0, least, 1.0), np.nan)
    return ratio, p_values[strongest, counts]


def better_by_length(difference: Floats, h: int = 1) -> Floats:
    """``p_better`` of ``diebold_mariano`` for the first 0, 1, … n of n differences of two losses, (n + 1,)."""
    n, counts = len(difference), np.arange(len(difference) + 1)
    sums, used = _sums(difference), np.maximum(counts, 1)
    mean, reach = sums / used, np.clip(h, 1, np.maximum(counts - 1, 1))
    variance = np.zeros(n + 1)
    for lag in range(min(h, n)):
        both = _sums(difference[lag:] * difference[: n - lag])[: n + 1 - lag]
        ends = sums[: n + 1 - lag] + sums[lag:] - sums[lag]
        covariance = (both - mean[lag:] * ends + counts[: n + 1 - lag] * mean[lag:] ** 2) / used[lag:]
        variance[lag:] += (2 if lag else 1) * np.maximum(1 - lag / reach[lag:], 0) * covariance
    correction = (used + 1 - 2 * reach + reach * (reach - 1) / used) / used
    tested = (counts > 1) & (variance > np.finfo(float).eps * np.maximum(_sums(difference**2) / used, 1e-300))
    statistic = np.where(tested, mean * np.sqrt(correction * used / np.where(tested, variance, 1.0)), 0.0)
    return np.asarray(np.where(tested, stdtr(np.maximum(counts - 1, 1), statistic), 0.5))


def _sums(values: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(values)])


def _means(values: Floats) -> Floats:
    """The means of the first 0, 1, … n values; zero of none."""
    return _sums(values) / np.maximum(np.arange(len(values) + 1), 1)


def _false_discovery(p_values: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """The first row's p (m,) of ``p_values`` (models, m) after Benjamini & Hochberg (1995), and how many are no NaN."""
    models = np.isfinite(p_values).sum(axis=0)
    ranks = (p_values[:, None] >= p_values[None]).sum(axis=1)
    adjusted = p_values * models / np.maximum(ranks, 1)
    adjusted[~(p_values >= p_values[0])] = np.inf
    return np.minimum(adjusted.min(axis=0), 1.0), models


@lru_cache(maxsize=4)
def month_ends(y: LogPrices) -> NDArray[np.intp]:
    """The rows of the last session of each complete month: one with a later month after it."""
    months = y.dates.astype("datetime64[M]")
    return np.asarray(np.flatnonzero(months[1:] != months[:-1]), dtype=np.intp)


def claimed(passed: Sequence[bool], lost: Sequence[bool]) -> bool:
    """Whether an edge is claimed after tests taken in this order: three passes in a row claim, a loss ends a claim."""
    holds, in_a_row = False, 0
    for is_passed, is_lost in zip(passed, lost, strict=True):
        in_a_row = in_a_row + 1 if is_passed else 0
        holds = (holds and not is_lost) or in_a_row >= IN_A_ROW
    return holds

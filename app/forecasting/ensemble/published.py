"""The one distribution that is published: the combination; without an edge moved towards the base rate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from app.forecasting.ensemble.blend import Blended, CurrentForecasts, PastForecasts, blend
from app.forecasting.ensemble.edge import MONTHS, Trials, claimed, month_ends, trials
from app.forecasting.ensemble.members import MEMBERS
from app.forecasting.forecast import MEDIAN, Floats, LogPrices, Origins
from app.forecasting.scoring.metrics import probability_up, quantile_at, up_rates_at

TRUST = 0.65
"""How far, in normal scores, the chance of rising goes from the model's to the base rate of a long past."""

PRIOR = 10.0
"""Windows that do not overlap that the base rate needs before it counts for half of that."""

LARGEST = 0.97
"""No base rate is taken for more than this, nor for less than one less it."""


@dataclass(frozen=True, slots=True)
class Record:
    """The combination at past origins (n,), judged and published as each of these days would have done it.

    ``model`` is the combination itself, ``published`` (n, 7) its quantiles on the last day as they were published,
    ``base_rates`` (n,) those known at each origin, ``edges`` (n,) where an edge was claimed.
    """

    past: PastForecasts
    model: Blended
    trials: Trials
    base_rates: Floats
    published: Floats
    edges: NDArray[np.bool_]


def record(y: LogPrices, past: PastForecasts, current: CurrentForecasts) -> Record:
    """The record of the combination of ``current`` at the origins of ``past``, on the last day alone."""
    model, base = blend(past, current), up_rates_at(y, past.origins, past.day)
    ends = model.quantiles[:, -1]
    drawn = toward_base_rate(y, past.origins, np.array([past.day]), ends[:, None])[:, 0]
    tried = trials(y, past, ends, drawn, _brought_in(past, model), base)
    edges = np.array([edge_after(y, past, tried, int(origin)) for origin in past.origins], dtype=np.bool_)
    return Record(past, model, tried, base, np.where(edges[:, None], ends, drawn), edges)


def _brought_in(past: PastForecasts, model: Blended) -> Floats:
    """The medians (members, n) of those that this ticker's past has given a weight, NaN where it has not.

    They are what an edge was looked for among: the votes of the others rest on other tickers.
    """
    places = [place for place, member in enumerate(MEMBERS) if member.own_median and not member.vote]
    medians = np.concatenate([past.quantiles[places][..., MEDIAN], model.own[1:, :, -1, MEDIAN]])
    return np.where(model.weights[:, -1, [*places, -1]].T > 0, medians, np.nan)


def edge_at(y: LogPrices, found: Record, row: int) -> bool:
    """Whether an edge is claimed on the day of ``row``, from the tests of twelve month ends and of the day itself."""
    return edge_after(y, found.past, found.trials, row)


def edge_after(y: LogPrices, past: PastForecasts, tried: Trials, row: int) -> bool:
    """The same from the trials of any forecaster."""
    counts = finished(past, trial_rows(y, row))
    return claimed(tried.passed[counts].tolist(), tried.lost[counts].tolist())


def finished(past: PastForecasts, rows: Origins) -> NDArray[np.intp]:
    """How many of the past forecasts were over at each of ``rows``."""
    return np.searchsorted(past.origins + past.day, rows, side="right")


def trial_rows(y: LogPrices, row: int) -> Origins:
    """The last sessions of the twelve complete months before ``row``, oldest first, and ``row`` itself."""
    ends = month_ends(y)
    before = ends[ends < row][-MONTHS:]
    return np.append(before, row).astype(np.intp)


def publish(y: LogPrices, found: Record, origins: Origins, days: NDArray[np.int64], model: Floats) -> Floats:
    """What is published at ``origins`` (k,) for ``days`` (d,) ahead of the combination ``model`` (k, d, 7)."""
    edges = np.array([edge_at(y, found, int(origin)) for origin in origins], dtype=np.bool_)
    return np.where(edges[:, None, None], model, toward_base_rate(y, origins, days, model))


def toward_base_rate(y: LogPrices, origins: Origins, days: NDArray[np.int64], model: Floats) -> Floats:
    """The quantiles (k, d, 7) moved, each day by one amount, so that the chance of rising nears the base rate."""
    rates = np.stack([up_rates_at(y, origins, int(day)) for day in days], axis=1)
    windows = np.maximum(origins[:, None] - days + 1, 0) / days
    share = TRUST * windows / (windows + PRIOR)
    own = np.clip(probability_up(model), 1 - LARGEST, LARGEST)
    scores = share * ndtri(np.clip(rates, 1 - LARGEST, LARGEST)) + (1 - share) * ndtri(own)
    return np.asarray(model - quantile_at(model, 1 - ndtr(scores))[..., None])

"""Past verdicts from the forecasts that the receipt already holds: one a month, each knowing only its own past."""

import numpy as np

from app.forecasting.audit import overlapping
from app.forecasting.blend import Blended, PastForecasts
from app.forecasting.ensemble_members import MEMBERS
from app.forecasting.forecast import LogPrices
from app.forecasting.metrics import BANDS, probability_up
from app.panels.edge import Trial, edge_of, tried
from app.panels.verdict_analysis import ReplayedVerdict

MONTHS = 12
_LOW, _HIGH = BANDS[80]
_WITH_MEDIAN = [place for place, member in enumerate(MEMBERS) if member.own_median]


def trial_at(past: PastForecasts, receipt: Blended, origin: int) -> Trial:
    """The combination and its members on the past forecasts that were over at the row ``origin``."""
    over = past.origins + past.day <= origin
    overlap = overlapping(past.origins[over], past.day)
    members = past.quantiles[_WITH_MEDIAN][:, over]
    return tried(receipt.quantiles[over, -1], members, past.actual[over], overlap)


def monthly(y: LogPrices, past: PastForecasts, receipt: Blended) -> tuple[ReplayedVerdict, ...]:
    """The last past forecast of each of the newest twelve months that have one, oldest first."""
    months = y.dates[past.origins].astype("datetime64[M]")
    is_last = np.append(months[1:] != months[:-1], True)[: len(months)]
    newest = np.flatnonzero(is_last)[-MONTHS:]
    return tuple(_replayed(y, past, receipt, int(k)) for k in newest)


def _replayed(y: LogPrices, past: PastForecasts, receipt: Blended, k: int) -> ReplayedVerdict:
    origin, quantiles = int(past.origins[k]), receipt.quantiles[k, -1]
    last, actual = float(np.exp(y.close[origin])), float(past.actual[k])
    return ReplayedVerdict(
        origin=y.dates[origin].item(),
        target=y.dates[origin + past.day].item(),
        last=last,
        low=last * float(np.exp(quantiles[_LOW])),
        high=last * float(np.exp(quantiles[_HIGH])),
        p_up=float(probability_up(quantiles)),
        edge=edge_of(trial_at(past, receipt, origin)).claimed,
        actual=last * float(np.exp(actual)),
        inside_80=bool(quantiles[_LOW] <= actual <= quantiles[_HIGH]),
    )

"""Past verdicts from the forecasts that the receipt already holds: one a month, each knowing only its own past."""

import numpy as np

from app.forecasting.audit import overlapping
from app.forecasting.combine import NAMES, Combined
from app.forecasting.forecast import Floats, LogPrices
from app.forecasting.metrics import BANDS, probability_up
from app.panels.edge import Trial, edge_of, tried
from app.panels.verdict_analysis import ReplayedVerdict
from app.panels.verdict_members import Said

MONTHS = 12
_LOW, _HIGH = BANDS[80]
# Historical simulation has no middle of its own: it stays at the last price.
_WITH_MIDDLE = [k for k, name in enumerate(NAMES) if name != "historical_simulation"]


def trial_at(members: Said, combination: Combined, horizon: int, origin: int) -> Trial:
    """The combination and its members on the past forecasts that were over at the row ``origin``."""
    over = members.origins + horizon <= origin
    quantiles, rows = members.ends[:, over], combination.quantiles[over]
    overlap = overlapping(members.origins[over], horizon)
    return tried(rows, quantiles[_WITH_MIDDLE], members.actual[over], overlap)


def monthly(y: LogPrices, members: Said, combination: Combined, horizon: int) -> tuple[ReplayedVerdict, ...]:
    """The last past forecast of each of the newest twelve months that have one, oldest first."""
    months = y.dates[members.origins[:-1]].astype("datetime64[M]")
    is_last = np.append(months[1:] != months[:-1], True)[: len(months)]
    newest = np.flatnonzero(is_last)[-MONTHS:]
    return tuple(_replayed(y, members, combination, horizon, int(k)) for k in newest)


def _replayed(y: LogPrices, members: Said, combination: Combined, horizon: int, k: int) -> ReplayedVerdict:
    origin = int(members.origins[k])
    quantiles: Floats = combination.quantiles[k]
    last, actual = float(np.exp(y.close[origin])), float(members.actual[k])
    return ReplayedVerdict(
        origin=y.dates[origin].item(),
        target=y.dates[origin + horizon].item(),
        last=last,
        low=last * float(np.exp(quantiles[_LOW])),
        high=last * float(np.exp(quantiles[_HIGH])),
        p_up=float(probability_up(quantiles)),
        edge=edge_of(trial_at(members, combination, horizon, origin)).claimed,
        actual=last * float(np.exp(actual)),
        inside_80=bool(quantiles[_LOW] <= actual <= quantiles[_HIGH]),
    )

"""The verdict card: the members' forecasts as one, what its own past on this ticker says of it, and edge or no edge."""

from collections.abc import Mapping

import numpy as np

from app.forecasting.ensemble.blend import Blended, PastForecasts, blend
from app.forecasting.ensemble.edge_test import Trial
from app.forecasting.forecast import Floats, LogPrices
from app.forecasting.models.baselines import random_walk
from app.forecasting.past_questions import odds_receipt
from app.forecasting.paths import shuffled, windows_of
from app.forecasting.questions import chances
from app.forecasting.scoring import metrics
from app.forecasting.scoring.audit import audit_ends
from app.forecasting.scoring.metrics import brier_score, probability_up
from app.market.history import PriceHistory
from app.panels.analysis import Analysis
from app.panels.forecast.convert import head, log_prices, published_forecast
from app.panels.jobs import say
from app.panels.patterns.model import PatternsAnalysis
from app.panels.verdict.edge import changes, edge_of, monthly, trial_at
from app.panels.verdict.members import MemberForecasts, member_forecasts
from app.panels.verdict.model import EndFall, VerdictAnalysis
from app.panels.verdict.reasons import agreement, combined_members, shapes


def analyse(history: PriceHistory, horizon: int, needed: Mapping[str, Analysis]) -> VerdictAnalysis:
    """Combine what the members say today as their past on this ticker allows, and judge the combination by its own."""
    y = log_prices(history)
    say("Combining the members")
    members, receipt, trial = judged(y, horizon, needed)
    today = blend(members.past, members.today)
    say("Replaying past verdicts")
    ended, end = receipt.quantiles[:, -1], today.quantiles[0, -1]
    brier, brier_base_rate = _brier(y, members.past, ended)
    return VerdictAnalysis(
        **head(history, horizon),
        forecast=published_forecast(history, today.quantiles[0]),
        receipt=audit_ends(y, members.past.origins, horizon, ended, _baseline(y, members.past)),
        members=combined_members(today, members.today, float(history.adj_close[-1])),
        edge=edge_of(trial),
        p_up=float(probability_up(end)),
        base_rate=metrics.up_rate(y, horizon),
        windows=len(y) - horizon,
        brier=brier,
        brier_base_rate=brier_base_rate,
        fall=_fall(y, horizon, today.quantiles[0]),
        agreement=agreement(members.today.quantiles[:, 0, -1], end),
        shapes=_shapes(needed),
        changes=changes(trial),
        replay=monthly(y, members.past, receipt),
        odds=odds_receipt(y, members.past.origins, horizon, ended),
    )


def judged(y: LogPrices, horizon: int, needed: Mapping[str, Analysis]) -> tuple[MemberForecasts, Blended, Trial]:
    """What the members say, their combination at the receipt's origins, and how it has done up to today."""
    members = member_forecasts(y, horizon, needed)
    receipt = blend(members.past, members.receipt)
    return members, receipt, trial_at(members.past, receipt, len(y) - 1)


def _shapes(needed: Mapping[str, Analysis]) -> str:
    patterns = needed["patterns"]
    if not isinstance(patterns, PatternsAnalysis):
        raise TypeError(f"found {type(patterns).__name__} as the patterns; needed what their card publishes")
    return shapes(patterns)


def _baseline(y: LogPrices, past: PastForecasts) -> Floats:
    return random_walk(y, past.origins, past.day).quantiles[:, -1]


def _brier(y: LogPrices, past: PastForecasts, ended: Floats) -> tuple[float | None, float | None]:
    """The Brier scores of P(up) and of the base rate known at each past origin."""
    if not len(ended):
        return None, None
    known = metrics.up_rates_at(y, past.origins, past.day)
    return brier_score(probability_up(ended), past.actual > 0), brier_score(known, past.actual > 0)


def _fall(y: LogPrices, horizon: int, quantiles: Floats) -> EndFall:
    falls = chances(shuffled(windows_of(y, horizon), quantiles), np.log1p(-np.array([metrics.FALL])))
    return EndFall(metrics.FALL, float(falls.end[0]), metrics.fall_rate(y, horizon), float(falls.close[0]))

"""The verdict card: the members' forecasts as one, what its own past on this ticker says of it, and edge or no edge."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.forecasting.ensemble.blend import (
    Blended,
    CurrentForecasts,
    PastForecasts,
    blend,
    current_forecasts,
    past_forecasts,
)
from app.forecasting.ensemble.members import MEMBERS, trend_from
from app.forecasting.ensemble.published import Record, publish, record
from app.forecasting.forecast import FALL_DEPTH, MEDIAN, Floats, LogPrices
from app.forecasting.models.baselines import random_walk
from app.forecasting.models.prophet import fit, fit_trends
from app.forecasting.models.prophet_windows import FitSource
from app.forecasting.past_questions import odds_receipt
from app.forecasting.paths import shuffled, windows_of
from app.forecasting.questions import chances
from app.forecasting.scoring import metrics
from app.forecasting.scoring.audit import audit_ends, skill_of
from app.forecasting.scoring.backtest import edge_origins, refit_origins
from app.forecasting.scoring.metrics import probability_up
from app.forecasting.scoring.receipt import Receipt, Skill
from app.market.history import PriceHistory
from app.panels.analysis import Analysis
from app.panels.forecast.convert import head, log_prices, published_forecast
from app.panels.jobs import say
from app.panels.patterns.model import PatternsAnalysis
from app.panels.verdict.edge import changes, edge_of, monthly
from app.panels.verdict.model import Chances, EndFall, VerdictAnalysis
from app.panels.verdict.reasons import agreement, combined_members, shapes


def analyse(
    history: PriceHistory, horizon: int, needed: Mapping[str, Analysis], fitted: FitSource = fit
) -> VerdictAnalysis:
    """Combine what the members say today as their past on this ticker allows, and judge the combination by its own."""
    y = log_prices(history)
    say("Combining the members")
    members = member_forecasts(y, horizon, fitted)
    say("Replaying past verdicts")
    found = record(y, members.past, members.receipt)
    today = blend(members.past, members.today)
    quantiles = publish(y, found, members.today.origins, members.today.days, today.quantiles)[0]
    receipt = _receipt(y, found)
    return VerdictAnalysis(
        **head(history, horizon),
        forecast=published_forecast(history, quantiles),
        receipt=receipt,
        members=combined_members(today, members.today, float(history.adj_close[-1]), _skills(y, members.past)),
        edge=edge_of(y, found, receipt),
        moved=float(np.expm1(quantiles[-1, MEDIAN] - today.quantiles[0, -1, MEDIAN])),
        fall=_fall(y, horizon, quantiles),
        agreement=agreement(members.today.quantiles[:, 0, -1], today.quantiles[0, -1]),
        shapes=_shapes(needed),
        changes=changes(y, found),
        replay=monthly(y, found),
        odds=odds_receipt(y, found.past.origins, horizon, found.published),
        **_chances(y, horizon, found, today, quantiles[-1]),
    )


@dataclass(frozen=True, slots=True)
class MemberForecasts:
    """What the members said at the receipt's origins, to be judged by and to be combined, and what they say today.

    ``receipt`` has the same origins as ``past`` and the horizon's last day alone, ``today`` the last bar and all days.
    """

    past: PastForecasts
    receipt: CurrentForecasts
    today: CurrentForecasts


def member_forecasts(y: LogPrices, horizon: int, fitted: FitSource) -> MemberForecasts:
    """The members at the origins that an edge is tested at, and at the last bar."""
    past, last = edge_origins(y, horizon), np.array([len(y) - 1], dtype=np.intp)
    fits = fit_trends(y, refit_origins(y, horizon), fitted)
    by_name = {member.name: member.forecasts(y, past, last, horizon) for member in MEMBERS if member.name != "prophet"}
    simulated = by_name["historical_simulation"]
    by_name["prophet"] = trend_from(fits, y, np.concatenate([past, last]), horizon, simulated)
    quantiles: Floats = np.stack([by_name[member.name] for member in MEMBERS])
    ends = quantiles[:, :-1, -1]
    return MemberForecasts(
        past=past_forecasts(y, past, horizon, ends),
        receipt=current_forecasts(y, past, horizon, ends[:, :, None]),
        today=current_forecasts(y, last, horizon, quantiles[:, -1:]),
    )


def _shapes(needed: Mapping[str, Analysis]) -> str:
    patterns = needed["patterns"]
    if not isinstance(patterns, PatternsAnalysis):
        raise TypeError(f"found {type(patterns).__name__} as the patterns; needed what their card publishes")
    return shapes(patterns)


def _skills(y: LogPrices, past: PastForecasts) -> tuple[Skill | None, ...]:
    """Of each member, at the past origins at which it had a forecast."""
    found: list[Skill | None] = []
    for quantiles in past.quantiles:
        known = np.isfinite(quantiles).all(axis=-1)
        found.append(skill_of(y, past.origins[known], past.day, quantiles[known]) if known.any() else None)
    return tuple(found)


def _receipt(y: LogPrices, found: Record) -> Receipt:
    past = found.past
    bands = random_walk(y, past.origins, past.day).quantiles[:, -1]
    return audit_ends(y, past.origins, past.day, found.published, bands)


def _chances(y: LogPrices, horizon: int, found: Record, today: Blended, end: Floats) -> Chances:
    """The chances of a rise, and the Brier scores of the model's and of the base rate known at each past origin."""
    scores = (
        float(part[-1]) if len(found.past.origins) else None for part in (found.trials.brier, found.trials.brier_base)
    )
    brier, brier_base_rate = scores
    return {
        "p_up": float(probability_up(end)),
        "p_up_model": float(probability_up(today.quantiles[0, -1])),
        "base_rate": metrics.up_rate(y, horizon),
        "windows": len(y) - horizon,
        "brier": brier,
        "brier_base_rate": brier_base_rate,
    }


def _fall(y: LogPrices, horizon: int, quantiles: Floats) -> EndFall:
    falls = chances(shuffled(windows_of(y, horizon), quantiles), np.log1p(-np.array([FALL_DEPTH])))
    return EndFall(FALL_DEPTH, float(falls.end[0]), metrics.fall_rate(y, horizon), float(falls.close[0]))

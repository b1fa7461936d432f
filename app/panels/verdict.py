"""The verdict card: the members' forecasts as one, what its own past on this ticker says of it, and edge or no edge."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from app.charts.chart import Canvas, Chart
from app.charts.members import Reach, members_chart
from app.forecasting.audit import audit_ends
from app.forecasting.combine import Combined, blend, combine, weights_under
from app.forecasting.drift import trust
from app.forecasting.forecast import Floats, LogPrices
from app.forecasting.metrics import brier_score, probability_up
from app.forecasting.naive import random_walk
from app.market.history import PriceHistory
from app.panels import odds
from app.panels.analysis import Analysis
from app.panels.edge import Trial, changes, edge_of
from app.panels.forecast_charts import draw_fan, draw_hits
from app.panels.log_prices import log_prices
from app.panels.patterns_analysis import PatternsAnalysis
from app.panels.progress import say
from app.panels.published import head, published_forecast
from app.panels.query import beside
from app.panels.replay import monthly, trial_at
from app.panels.verdict_analysis import EndFall, VerdictAnalysis
from app.panels.verdict_members import Said, said
from app.panels.verdict_words import agreement, combined_members, shapes


def analyse(history: PriceHistory, horizon: int, needed: Mapping[str, Analysis]) -> VerdictAnalysis:
    """Combine what the members say today as their past on this ticker allows, and judge the combination by its own."""
    y = log_prices(history)
    say("Combining the members")
    members, combination, trial = judged(y, horizon, needed)
    say("Replaying past verdicts")
    ended, end = combination.quantiles[:-1], combination.quantiles[-1]
    brier, brier_base_rate = _brier(y, members, ended, horizon)
    return VerdictAnalysis(
        **head(history, horizon),
        forecast=published_forecast(history, _fan(members, combination)),
        receipt=audit_ends(y, members.origins[:-1], horizon, ended, _baseline(y, members, horizon)),
        members=combined_members(combination.weighings[-1], members, float(history.adj_close[-1])),
        edge=edge_of(trial),
        p_up=float(probability_up(end)),
        base_rate=odds.up_rate(y, horizon),
        windows=len(y) - horizon,
        brier=brier,
        brier_base_rate=brier_base_rate,
        fall=_fall(y, horizon, end),
        agreement=agreement(members.ends[:, -1], end),
        shapes=_shapes(needed),
        changes=changes(trial),
        replay=monthly(y, members, combination, horizon),
    )


def judged(y: LogPrices, horizon: int, needed: Mapping[str, Analysis]) -> tuple[Said, Combined, Trial]:
    """What the members say, their combination at every origin, and how it has done up to today."""
    members = said(y, horizon, needed)
    past = np.arange(len(members.origins)) < len(members.origins) - 1
    blended = combine(horizon, members.origins, members.ends, members.actual, past)
    own = trust(members.steadiness)[:, None]
    combination = replace(blended, quantiles=(1 - own) * blended.quantiles + own * members.drift_ends)
    return members, combination, trial_at(members, combination, horizon, len(y) - 1)


def _fan(members: Said, combination: Combined) -> Floats:
    """Today's quantiles (horizon, 7): each day by the votes at its distance, who is heard as at the horizon."""
    standings = combination.weighings[-1].standings
    days = range(members.today.shape[1])
    fan = np.array([blend(members.today[:, day], weights_under(standings, day + 1)) for day in days])
    own = trust(members.steadiness[-1])
    return np.asarray((1 - own) * fan + own * members.drift_today)


def _shapes(needed: Mapping[str, Analysis]) -> str:
    patterns = needed["patterns"]
    if not isinstance(patterns, PatternsAnalysis):
        raise TypeError(f"found {type(patterns).__name__} as the patterns; needed what their card publishes")
    return shapes(patterns)


def _baseline(y: LogPrices, members: Said, horizon: int) -> Floats:
    return random_walk(y, members.origins[:-1], horizon).quantiles[:, -1]


def _brier(y: LogPrices, members: Said, ended: Floats, horizon: int) -> tuple[float | None, float | None]:
    """The Brier scores of P(up) and of the base rate known at each past origin."""
    if not len(ended):
        return None, None
    rose = members.actual[:-1] > 0
    known = odds.up_rates_at(y, members.origins[:-1], horizon)
    return brier_score(probability_up(ended), rose), brier_score(known, rose)


def _fall(y: LogPrices, horizon: int, end: Floats) -> EndFall:
    chance = 1 - float(probability_up(end - np.log1p(-odds.FALL)))
    return EndFall(odds.FALL, chance, odds.fall_rate(y, horizon))


def draw(history: PriceHistory, analysis: VerdictAnalysis, canvas: Canvas) -> dict[str, Chart]:
    """The combined fan, the members beside one another, and the receipt where there is one."""
    charts = {"fan": draw_fan(history, analysis, canvas), "members": _draw_members(analysis, beside(canvas))}
    if analysis.receipt.forecasts:
        charts["receipt"] = draw_hits(analysis, canvas)
    return charts


def _draw_members(analysis: VerdictAnalysis, canvas: Canvas) -> Chart:
    low, high = analysis.forecast.band(80).end
    reaches = [Reach("Combined", low, analysis.forecast.median[-1], high, 1.0)]
    for one in analysis.members:
        if one.low is not None and one.middle is not None and one.high is not None:
            reaches.append(Reach(one.name, one.low, one.middle, one.high, one.weight))
    above = analysis.agreement
    alt = (
        f"The 80 % ranges of {above.members} members after {analysis.horizon} trading days beside the combined one: "
        f"{above.up} of them have their middle above the last price of {analysis.forecast.last:.6g}."
    )
    return members_chart(reaches, analysis.forecast.last, canvas=canvas, alt=alt)

"""The patterns card: candlestick shapes by rule and by network, what followed them, and the past most like now."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from app.forecasting.forecast import QUANTILES, Floats, Forecast, LogPrices, Origins
from app.forecasting.models.baselines import random_walk
from app.forecasting.scoring.audit import audit
from app.market.calendar import sessions_after
from app.market.history import PriceHistory
from app.panels.analysis import Analysis
from app.panels.forecast.convert import head, log_prices
from app.panels.jobs import say
from app.panels.patterns.model import Lookalike, PastLikeNow, PatternsAnalysis, PictureSkill, Trained
from app.panels.patterns.shapes import (
    LATEST,
    agreement,
    candles_of,
    found_shapes,
    look,
    network_opinions,
    newest_of_each,
)
from app.patterns.analogues import (
    BARS,
    DAYS,
    FIRST_ORIGIN,
    MIN_WINDOWS,
    ORIGIN_SPACING,
    Analogues,
    aftermath,
    analogues,
    base_rate,
)
from app.patterns.candlesticks import SIDE, shapes
from app.patterns.evidence import evidence
from app.patterns.field import fields
from app.patterns.network import recognise, shipped

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)


def analyse(history: PriceHistory, horizon: int, needed: Mapping[str, Analysis]) -> PatternsAnalysis:
    """Rules over the whole past, the network over its last 250 windows; what followed counts dividends."""
    return replace(_at_any_horizon(history), horizon=horizon)


@lru_cache(maxsize=4)
def _at_any_horizon(history: PriceHistory) -> PatternsAnalysis:
    bars = candles_of(history)
    say(f"Looking for shapes on {len(bars)} bars")
    hits = shapes(bars)
    say(f"Reading {min(LATEST, len(bars))} windows")
    looked = look(bars)
    patterns = found_shapes(history, hits, looked)
    say("Testing what followed against chance")
    tested = evidence(hits, history.adj_close)
    say("Looking for the past most like now")
    return PatternsAnalysis(
        **head(history, 1),
        patterns=patterns,
        newest=newest_of_each(patterns),
        network=network_opinions(history, looked),
        agreement=agreement(hits, looked),
        evidence=tested,
        analogues=past_like_now(history),
        trained_on=_trained(),
    )


def _trained() -> Trained:
    card = shipped().card
    return Trained(
        cut_off=card.cut_off,
        tickers=card.tickers,
        rows=card.rows,
        precision=card.held_back.precision,
        recall=card.held_back.recall,
        versions=card.versions,
        sha256=card.sha256,
    )


def warm() -> None:
    """One look at one window: the graph is traced and the weights are read."""
    recognise(fields(np.sin(np.arange(SIDE, dtype=float))[None]))


def past_like_now(history: PriceHistory) -> PastLikeNow:
    """Nearest windows at the last bar, and the same at past ones, each knowing only what had happened by then."""
    y = log_prices(history)
    past = np.arange(len(y) - 1 - DAYS, FIRST_ORIGIN - 1, -ORIGIN_SPACING, dtype=np.intp)[::-1].copy()
    *before, now = analogues(y.close, np.append(past, len(y) - 1))
    enough = len(now.ends) >= MIN_WINDOWS
    return PastLikeNow(
        bars=BARS,
        days=DAYS,
        last=float(history.adj_close[-1]),
        dates=sessions_after(history.passport.calendar, history.passport.last_bar, DAYS),
        matches=_matches(history, y.close, now),
        fan=_prices(history, aftermath(y.close, now.ends)) if enough else {},
        base_rate=_prices(history, base_rate(y.close, now.origin)) if enough else {},
        skill=_skill(y, [past for past in before if len(past.ends) >= MIN_WINDOWS]),
    )


def _matches(history: PriceHistory, close: Floats, now: Analogues) -> tuple[Lookalike, ...]:
    changes = np.expm1(aftermath(close, now.ends)[:, -1])
    return tuple(
        Lookalike(history.dates[end - BARS + 1].item(), history.dates[end].item(), float(likeness), float(change))
        for end, likeness, change in zip(now.ends, now.likeness, changes, strict=True)
    )


def _prices(history: PriceHistory, returns: Floats) -> dict[str, tuple[float, ...]]:
    """Quantiles of log returns (k, days) as prices from the last close."""
    prices = history.adj_close[-1] * np.exp(np.quantile(returns, LEVELS, axis=0))
    return {str(level): tuple(row) for level, row in zip(LEVELS, prices.tolist(), strict=True)}


def _skill(y: LogPrices, past: list[Analogues]) -> PictureSkill:
    origins: Origins = np.array([nearest.origin for nearest in past], dtype=np.intp)
    if not len(origins):
        return PictureSkill(0, None, None, None, None)
    still = random_walk(y, origins, DAYS)
    alike, any_day = (
        audit(y, Forecast(origins, np.stack([_last_day(returns) for returns in following])), still)
        for following in (
            [aftermath(y.close, nearest.ends)[:, -1] for nearest in past],
            [y.close[DAYS : nearest.origin + 1] - y.close[: nearest.origin + 1 - DAYS] for nearest in past],
        )
    )
    return PictureSkill(
        origins=len(origins),
        mae_ratio=alike.mae_ratio,
        mae_ratio_ci=alike.mae_ratio_ci,
        base_rate_mae_ratio=any_day.mae_ratio,
        coverage_80=alike.coverage_80,
        guess_ratio=alike.guess_ratio,
        guess_ratio_ci=alike.guess_ratio_ci,
    )


def _last_day(returns: Floats) -> Floats:
    """The forecast (days, 7) that returns (k,) make of the last day, the only one that is scored."""
    return np.broadcast_to(np.quantile(returns, QUANTILES), (DAYS, len(QUANTILES)))

"""The LSTM card: what a network trained on tickers of many markets expects of this one, tested after its cut-off."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field, TypeAdapter

from app.errors import BeforeTrainingError
from app.forecasting import volatility
from app.forecasting.conformal import calibrate
from app.forecasting.forecast import Forecast, LogPrices, Origins
from app.forecasting.models.baselines import random_walk
from app.forecasting.models.lstm.forecaster import (
    PRIOR,
    NoWeightsError,
    lstm_from,
    newest_sets,
    tested_origins,
    uncalibrated,
)
from app.forecasting.models.lstm.inputs import YEAR_LAGS
from app.forecasting.models.lstm.network import shipped
from app.forecasting.models.range_regression import YEAR
from app.forecasting.scoring.audit import audit
from app.forecasting.scoring.backtest import realised
from app.forecasting.scoring.metrics import Estimate
from app.market.groups import group_of
from app.market.history import PriceHistory
from app.panels.analysis import Analysis
from app.panels.forecast.convert import head, log_prices, published_forecast
from app.panels.jobs import say
from app.panels.lstm.model import LikeThis, LookedAt, LstmAnalysis, NetworkShare, TrainedOn


def analyse(history: PriceHistory, horizon: int, needed: Mapping[str, Analysis]) -> LstmAnalysis:
    """Forecast from the last bar and from the first of each week since the cut-off before the newest one."""
    y = log_prices(history)
    past = judged_origins(y, horizon)
    origins = np.append(past, len(y) - 1)
    sets = newest_sets(y.dates[origins])
    card = shipped()[sets[-1]].card
    say(f"Forecasting from {len(origins)} days, {len(card.seeds)} networks each")
    own = uncalibrated(y, origins, horizon)
    say(f"Calibrating on {len(past)} past forecasts")
    forecast = calibrate(own, realised(y, origins, horizon), PRIOR)
    return LstmAnalysis(
        **head(history, horizon),
        forecast=published_forecast(history, forecast.quantiles[-1]),
        receipt=audit(y, Forecast(past, forecast.quantiles[:-1]), random_walk(y, past, horizon)),
        trained_on=TrainedOn(card.cut_off, card.tickers, card.rows, len(card.seeds), card.versions, card.sha256),
        tested_sets=tuple(
            NetworkShare(shipped()[k].card.cut_off, int((sets[:-1] == k).sum())) for k in np.unique(sets)
        ),
        like_this=like_this(history.ticker, history.passport.kind),
        looked_at=looked_at(y),
    )


def judged_origins(y: LogPrices, horizon: int) -> Origins:
    """The finished origins, one a week, that the network is judged by; none where too few are finished.

    Raises ``BeforeTrainingError`` where the last bar is not after any cut-off.
    """
    try:
        return tested_origins(y, horizon)
    except NoWeightsError as error:
        raise BeforeTrainingError(y.dates[-1].item(), shipped()[0].card.cut_off) from error


@dataclass(frozen=True, slots=True)
class _Scores:
    tickers: int
    n: int
    pinball_ratio: Estimate
    coverage_80: Estimate


@dataclass(frozen=True, slots=True)
class _Member:
    by_group: dict[str, _Scores]


@dataclass(frozen=True, slots=True)
class _Measured:
    since: Annotated[date, Field(alias="from")]
    members: dict[str, _Member]


@cache
def _measured() -> _Measured:
    """What ``evaluate --json`` measured on validation tickers (see app/evaluation/README.md)."""
    return TypeAdapter(_Measured).validate_json(Path(__file__).with_name("measured.json").read_bytes())


def like_this(ticker: str, kind: str) -> LikeThis | None:
    """How the network did on others like this instrument."""
    group, measured = group_of(ticker, kind), _measured()
    ours, simple = (measured.members[name].by_group.get(group or "") for name in ("lstm", "ewma"))
    if group is None or ours is None or simple is None:
        return None
    return LikeThis(
        group=group,
        tickers=ours.tickers,
        origins=ours.n,
        since=measured.since,
        held_80=ours.coverage_80.value,
        against_simple=ours.pinball_ratio.value / simple.pinball_ratio.value,
    )


def warm() -> None:
    """One small forecast: the graph is traced and the weights are read."""
    days = np.arange(np.datetime64("2019-01-01"), np.datetime64("2019-03-15"))
    flat = np.sin(np.arange(len(days)))
    y = LogPrices(days, flat, flat, flat, flat, np.zeros_like(flat))
    lstm_from(shipped()[-1], y, np.array([len(y) - 2, len(y) - 1]), 5)


def looked_at(y: LogPrices) -> LookedAt:
    """The volatilities and the volume of the last bars of ``y``."""
    ranges, year = volatility.range_variance(y), volatility.rolling(volatility.squared_returns(y), YEAR)[-1]
    today, week, month = (float(np.sqrt(volatility.rolling(ranges, bars)[-1] / year)) for bars in (1, 5, 22))
    usual = y.volume[-66:].mean()
    return LookedAt(
        today=today,
        week=week,
        month=month,
        year=float(np.sqrt(year)),
        volume=float(y.volume[-5:].mean() / usual) if usual else None,
        since=y.dates[max(0, len(y) - 1 - max(YEAR_LAGS))].item(),
    )

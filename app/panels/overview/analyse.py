"""The overview card: where the price stands and how far it moves, from its own past alone."""

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from app.forecasting.forecast import Floats, LogPrices
from app.forecasting.scoring.metrics import moves_over
from app.forecasting.volatility import ewma, squared_returns
from app.market.calendar import sessions_a_year
from app.market.history import PriceHistory
from app.panels.analysis import Analysis
from app.panels.forecast.convert import head, log_prices
from app.panels.overview.model import (
    Drawdown,
    FallChance,
    MonthMove,
    OverviewAnalysis,
    TailRisk,
    TypicalMove,
    Volatility,
)

_MIN_WINDOWS = 20


def analyse(history: PriceHistory, horizon: int, needed: Mapping[str, Analysis]) -> OverviewAnalysis:
    """Levels, moves and risks; every count is over the whole history given, or over what precedes a recent fault."""
    y = believed(history)
    year = history.dates > history.dates[-1] - np.timedelta64(365, "D")
    lengths = [days for days in sorted({1, 5, 10, 22, 66, horizon}) if len(y) - days >= _MIN_WINDOWS]
    return OverviewAnalysis(
        **head(history, horizon),
        last_close=float(history.close[-1]),
        previous_close=float(history.close[-2]),
        change=float(history.close[-1] / history.close[-2] - 1),
        year_low=float(history.low[year].min()),
        year_high=float(history.high[year].max()),
        typical_moves=tuple(typical_move(y, days) for days in lengths),
        fall=fall_chance(y, horizon) if horizon in lengths else None,
        tail_risk=tuple(tail_risk(y, days) for days in sorted({1, horizon}) if days in lengths),
        drawdown=worst_drawdown(y),
        volatility=annual_volatility(y, sessions_a_year(history.passport.calendar)),
        months=month_moves(y),
    )


_MIN_BELIEVED = 60


def believed(history: PriceHistory) -> LogPrices:
    """The log prices before the day that ``Passport.doubted`` names; all of them without one, or if few precede it."""
    y, doubted = log_prices(history), history.passport.doubted
    before = 0 if doubted is None else int(np.searchsorted(y.dates, np.datetime64(doubted.day)))
    return y.until(before - 1) if before >= _MIN_BELIEVED else y


FALL = 0.05


def daily_volatility(y: LogPrices) -> Floats:
    """EWMA volatility (n,) of a day's log return, known at each bar."""
    return np.sqrt(ewma(squared_returns(y)))


def typical_move(y: LogPrices, days: int) -> TypicalMove:
    """The median size of moves over ``days``, and the size that one in ten exceeds."""
    median, large = np.quantile(np.abs(moves_over(y, days)), [0.5, 0.9])
    return TypicalMove(days, float(median), float(large))


def tail_risk(y: LogPrices, days: int) -> TailRisk:
    """Historical value at risk and expected shortfall at 95%."""
    moves = moves_over(y, days)
    worst = float(np.quantile(moves, 0.05))
    return TailRisk(days, worst, float(moves[moves <= worst].mean()), len(moves))


def fall_chance(y: LogPrices, horizon: int) -> FallChance:
    """How often a close within ``horizon`` bars lay 5% or more below the first."""
    windows = sliding_window_view(y.close, horizon + 1)
    lowest = (windows[:, 1:] - windows[:, :1]).min(axis=1)
    return FallChance(FALL, float((lowest <= np.log1p(-FALL)).mean()), len(lowest))


def worst_drawdown(y: LogPrices) -> Drawdown:
    """The deepest fall from a running high, and how far below its high the price is now."""
    high = np.maximum.accumulate(y.close)
    depth = np.expm1(y.close - high)
    trough = int(np.argmin(depth))
    peak = int(np.argmax(y.close[: trough + 1]))
    back = np.flatnonzero(y.close[trough:] >= high[trough])
    recovered = y.dates[trough + back[0]].item() if len(back) and depth[trough] < 0 else None
    return Drawdown(float(depth[trough]), y.dates[peak].item(), y.dates[trough].item(), recovered, float(depth[-1]))


def annual_volatility(y: LogPrices, sessions_a_year: int) -> Volatility:
    """Today's volatility a year against that of every past day but the first month's."""
    annual = daily_volatility(y)[22:] * np.sqrt(sessions_a_year)
    return Volatility(float(annual[-1]), float(np.median(annual)), float((annual[:-1] < annual[-1]).mean()))


def month_moves(y: LogPrices) -> tuple[MonthMove, ...]:
    """The change in each month that has a close before it."""
    months = y.dates.astype("datetime64[M]")
    ends = np.append(np.flatnonzero(months[1:] != months[:-1]), len(y) - 1)
    changes = np.expm1(np.diff(y.close[ends])).tolist()
    return tuple(MonthMove(month.item(), change) for month, change in zip(months[ends[1:]], changes, strict=True))

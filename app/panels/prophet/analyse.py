"""The Prophet card: the anchored trend in a calibrated band, beside what stock-standard Prophet would have drawn."""

from collections.abc import Mapping

import numpy as np

from app.forecasting.forecast import MEDIAN, Forecast, LogPrices, Origins
from app.forecasting.models import prophet
from app.forecasting.models.baselines import random_walk
from app.forecasting.models.prophet_windows import FitSource, TrendFits
from app.forecasting.scoring import metrics
from app.forecasting.scoring.audit import audit
from app.forecasting.scoring.backtest import finished_origins, receipt_origins, refit_origins
from app.market.calendar import sessions_a_year
from app.market.history import PriceHistory
from app.panels.analysis import Analysis
from app.panels.forecast.convert import head, log_prices, published_forecast
from app.panels.jobs import say
from app.panels.prophet.model import Components, ProphetAnalysis, StockStandard, TrendFit

_LOW, _HIGH = metrics.BANDS[80]


def analyse(
    history: PriceHistory, horizon: int, needed: Mapping[str, Analysis], fitted: FitSource = prophet.fit
) -> ProphetAnalysis:
    """Fit at the last bar and at a few past ones; score what the past fits said about the days after them."""
    y = log_prices(history)
    past, refits = receipt_origins(y, horizon), refit_origins(y, horizon)
    fits = prophet.fit_trends(y, refits, fitted)
    say(f"Scoring {len(past)} past forecasts")
    tested = finished_origins(y, horizon, int(refits[0]))
    forecast = prophet.anchored_from(y, np.append(past, len(y) - 1), horizon, fits, tested)
    scored = Forecast(past, forecast.quantiles[:-1])
    slopes, known = fits.slopes_at(forecast.origins), (tested, fits.slopes_at(tested))
    return ProphetAnalysis(
        **head(history, horizon),
        forecast=published_forecast(history, forecast.quantiles[-1]),
        receipt=audit(y, scored, random_walk(y, past, horizon)),
        trend_weight=float(prophet.trend_weights(y, forecast.origins, horizon, slopes, known)[-1]),
        trend_per_year=float(np.expm1(fits.slopes[-1] * sessions_a_year(history.passport.calendar))),
        refits=len(refits) - 1,
        fits=tuple(TrendFit(*fit) for fit in zip(y.dates[refits].tolist(), fits.slopes.tolist(), strict=True)),
        stock_standard=_stock_standard(y, refits, horizon, fitted),
        components=_components(y, fits, fitted),
    )


def _stock_standard(y: LogPrices, refits: Origins, horizon: int, fitted: FitSource) -> StockStandard:
    forecast = prophet.stock_standard(y, refits, horizon, fitted)
    past = refits[:-1]
    quantiles = forecast.quantiles[:-1, -1]
    actual = y.close[past + horizon] - y.close[past]
    held = metrics.inside(quantiles[:, _LOW], quantiles[:, _HIGH], actual)
    today = np.exp(y.close[-1] + forecast.quantiles[-1])
    return StockStandard(
        origins=len(past),
        mae_ratio=float(np.abs(actual - quantiles[:, MEDIAN]).sum() / np.abs(actual).sum()) if actual.any() else None,
        coverage_80=float(held.mean()) if len(past) else None,
        line=tuple(today[:, MEDIAN].tolist()),
        lower=tuple(today[:, _LOW].tolist()),
        upper=tuple(today[:, _HIGH].tolist()),
    )


def _components(y: LogPrices, fits: TrendFits, fitted: FitSource) -> Components:
    return Components(
        trend_dates=tuple(y.dates[-len(fits.newest) :].tolist()),
        trend=tuple(np.exp(fits.newest).tolist()),
        bends=tuple(fits.bends.tolist()),
        season=tuple(np.expm1(prophet.yearly_season(y, fitted)).tolist()),
    )


def warm() -> None:
    """One small fit, because a process's first takes twice as long as the next."""
    days = np.arange(np.datetime64("2001-01-01"), np.datetime64("2001-03-01"))
    flat = np.sin(np.arange(len(days)))
    y = LogPrices(days, flat, flat, flat, flat, np.zeros_like(flat))
    prophet.fit_trends(y, np.array([len(y) - 1]))

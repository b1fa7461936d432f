"""The cards that a verdict needs, from bars and without pictures or side results, so that hundreds are quick."""

from datetime import date

import numpy as np

from app.forecasting import prophet
from app.forecasting.audit import audit
from app.forecasting.backtest import latest_origins
from app.forecasting.forecast import QUANTILES, Forecast
from app.forecasting.lstm.forecaster import lstm
from app.forecasting.naive import random_walk
from app.panels.analysis import ForecastAnalysis
from app.panels.published import PublishedForecast

PAST = 96
FITS = 4


def needed(y, horizon):
    """Forecast cards of Prophet and the LSTM at today's bar with their receipts, Prophet fitted four times."""
    past = latest_origins(y, PAST, 5, horizon, first=150)
    origins = np.append(past, len(y) - 1)
    fits = prophet.fit_trends(y, np.append(past[:: -(-len(past) // (FITS - 1))], len(y) - 1))
    forecasts = {
        "lstm": lstm(y, origins, horizon),
        "prophet": prophet.anchored_from(y, origins, horizon, fits),
    }
    return {name: _card(y, past, horizon, forecast) for name, forecast in forecasts.items()}


def _card(y, past, horizon, forecast):
    last = float(np.exp(y.close[-1]))
    prices = last * np.exp(forecast.quantiles[-1])
    published = {str(level): tuple(column) for level, column in zip(QUANTILES, prices.T.tolist(), strict=True)}
    return ForecastAnalysis(
        ticker="SYN",
        as_of=y.dates[-1].item(),
        horizon=horizon,
        data=None,
        forecast=PublishedForecast(last, (date.max,) * horizon, published),
        receipt=audit(y, Forecast(past, forecast.quantiles[:-1]), random_walk(y, past, horizon)),
    )

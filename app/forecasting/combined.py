"""The verdict as a forecaster: what its card says at the last of the asked origins, and its receipt at the others."""

import numpy as np

from app.forecasting.backtest import receipt_origins
from app.forecasting.blend import blend, current_forecasts, past_forecasts
from app.forecasting.ensemble_members import MEMBERS
from app.forecasting.forecast import Forecast, LogPrices, Origins


def combined(y: LogPrices, origins: Origins, horizon: int) -> Forecast:
    """The members' forecasts at ``origins``, combined as the card combines them.

    The members are judged at the rows of the card's receipt, which goes back to the first of ``origins``. At these rows
    and the last origin the forecast is the one that the card shows.
    """
    y = y.until(int(origins.max()))
    past = receipt_origins(y, horizon, since=int(origins.min()))
    quantiles = np.stack([member.forecasts(y, past, origins, horizon) for member in MEMBERS])
    judged = past_forecasts(y, past, horizon, quantiles[:, : len(past), -1])
    return Forecast(origins, blend(judged, current_forecasts(y, origins, horizon, quantiles[:, len(past) :])).quantiles)

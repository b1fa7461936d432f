"""The forecasters that an evaluation can compare, by name."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from app.forecasting.conformal import calibrated
from app.forecasting.ensemble.blend import blend, current_forecasts, past_forecasts
from app.forecasting.ensemble.members import MEMBERS
from app.forecasting.forecast import Forecast, Forecaster, LogPrices, Origins
from app.forecasting.models import prophet
from app.forecasting.models.baselines import ewma, historical_simulation, mean_reverting_ewma, random_walk
from app.forecasting.models.lstm.forecaster import lstm
from app.forecasting.models.range_regression import linear
from app.forecasting.models.textbook import ets, garch, theta
from app.forecasting.scoring.backtest import receipt_origins


@dataclass(frozen=True, slots=True)
class Member:
    """A forecaster with the title of its row; a ``slow`` one fits a model at every origin."""

    title: str
    forecaster: Forecaster
    slow: bool = False


BASELINE = "random_walk"
"""The member that every ratio and test is against."""

CONTROL = "linear"
"""The member that a network has to beat: tests against it stand beside those against the baseline."""


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


FORECASTERS: dict[str, Member] = {
    BASELINE: Member("Last price, constant volatility", random_walk),
    "ewma": Member("Last price, EWMA volatility", ewma),
    "mean_reverting_ewma": Member("Last price, mean-reverting EWMA", mean_reverting_ewma),
    "historical_simulation": Member("Filtered historical simulation", historical_simulation),
    "calibrated_simulation": Member("Historical simulation, calibrated", calibrated(historical_simulation)),
    "linear": Member("Linear on range volatilities", linear),
    "linear_still": Member("Linear, median at zero", partial(linear, drift=False)),
    "lstm": Member("Our LSTM", lstm),
    "lstm_still": Member("Our LSTM, median at zero", partial(lstm, drift=False)),
    "combined": Member("Our verdict, combined", combined),
    "prophet": Member("Our Prophet, anchored", prophet.anchored, slow=True),
    "prophet_stock": Member("Stock-standard Prophet", prophet.stock_standard, slow=True),
    "garch": Member("GARCH(1,1)", garch, slow=True),
    "theta": Member("Theta", theta, slow=True),
    "ets": Member("ETS, damped trend", ets, slow=True),
}

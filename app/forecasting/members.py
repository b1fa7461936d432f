"""The forecasters that an evaluation can compare, by name."""

from dataclasses import dataclass
from functools import partial

from app.forecasting import prophet
from app.forecasting.calibrate import calibrated
from app.forecasting.combined import combined
from app.forecasting.forecast import Forecaster
from app.forecasting.linear import linear
from app.forecasting.lstm.forecaster import lstm
from app.forecasting.naive import ewma, mean_reverting_ewma, random_walk
from app.forecasting.references import ets, garch, theta
from app.forecasting.simulation import historical_simulation


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

MEMBERS: dict[str, Member] = {
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

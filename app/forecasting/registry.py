"""The forecasters that an evaluation can compare, by name."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from app.forecasting.conformal import calibrated
from app.forecasting.ensemble.blend import blend, current_forecasts, past_forecasts
from app.forecasting.ensemble.edge import trials
from app.forecasting.ensemble.members import MEMBERS
from app.forecasting.ensemble.published import Record, edge_after, edge_at, publish, record, toward_base_rate
from app.forecasting.forecast import Floats, Forecast, Forecaster, LogPrices, Origins
from app.forecasting.models import prophet
from app.forecasting.models.baselines import ewma, historical_simulation, mean_reverting_ewma, random_walk
from app.forecasting.models.lstm.forecaster import lstm
from app.forecasting.models.own_moves import own_moves
from app.forecasting.models.range_regression import CUT_OFFS, linear
from app.forecasting.models.textbook import ets, garch, theta
from app.forecasting.scoring.backtest import edge_origins
from app.forecasting.scoring.metrics import up_rates_at


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
    """What the verdict's card publishes at ``origins``, judged at the rows of its receipt up to the last of them."""
    found, model = _verdicts(y.until(int(origins.max())), origins, horizon)
    return Forecast(origins, publish(y, found, origins, np.arange(1, horizon + 1), model))


def combined_model(y: LogPrices, origins: Origins, horizon: int) -> Forecast:
    """The same combination before its chance of rising is moved to the base rate."""
    return Forecast(origins, _verdicts(y.until(int(origins.max())), origins, horizon)[1])


def _verdicts(y: LogPrices, origins: Origins, horizon: int) -> tuple[Record, Floats]:
    """The record up to the last bar, and the combination's quantiles (k, horizon, 7) at ``origins``."""
    past = edge_origins(y, horizon)
    both = np.stack([member.forecasts(y, past, origins, horizon) for member in MEMBERS])
    ends, asked = both[:, : len(past), -1], both[:, len(past) :]
    known = past_forecasts(y, past, horizon, ends)
    found = record(y, known, current_forecasts(y, past, horizon, ends[:, :, None]))
    return found, blend(known, current_forecasts(y, origins, horizon, asked)).quantiles


def tells_edge(name: str, y: LogPrices, horizon: int) -> bool | None:
    """Whether a forecaster would be told to have an edge at the last bar; None where that takes a fit for each week."""
    row, first = len(y) - 1, int(np.searchsorted(y.dates, CUT_OFFS[0], side="right"))
    past = edge_origins(y, horizon)
    past = past[past >= first]
    if FORECASTERS[name].slow or not len(past):
        return None
    if FORECASTERS[name].forecaster in (combined, combined_model):
        return edge_at(y, _verdicts(y, np.array([row]), horizon)[0], row)
    ends = FORECASTERS[name].forecaster(y, past, horizon).quantiles[:, -1]
    known = past_forecasts(y, past, horizon, np.zeros((0, len(past), 7)))
    drawn = toward_base_rate(y, past, np.array([horizon]), ends[:, None])[:, 0]
    tried = trials(y, known, ends, drawn, np.zeros((0, len(past))), up_rates_at(y, past, horizon))
    return edge_after(y, known, tried, row)


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
    "own_moves": Member("Its own last moves", own_moves),
    "combined": Member("Our verdict, combined", combined),
    "combined_model": Member("The same before the base rate", combined_model),
    "prophet": Member("Our Prophet, anchored", prophet.anchored, slow=True),
    "prophet_stock": Member("Stock-standard Prophet", prophet.stock_standard, slow=True),
    "garch": Member("GARCH(1,1)", garch, slow=True),
    "theta": Member("Theta", theta, slow=True),
    "ets": Member("ETS, damped trend", ets, slow=True),
}

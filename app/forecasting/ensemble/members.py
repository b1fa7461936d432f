"""The members of the verdict: the one list of whose forecasts are combined, and what each counts on other tickers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.forecasting.conformal import WARM_UP, calibrate, calibrated
from app.forecasting.forecast import Floats, Forecast, Forecaster, LogPrices, Origins
from app.forecasting.models import prophet
from app.forecasting.models.baselines import historical_simulation
from app.forecasting.models.lstm.forecaster import PRIOR, NoWeightsError, tested_origins, uncalibrated
from app.forecasting.models.prophet_windows import TrendFits
from app.forecasting.models.range_regression import CUT_OFFS, linear
from app.forecasting.scoring.backtest import finished_origins, realised, refit_origins

REGRESSION_PRIOR = 100.0
"""Independent past misses that trust in the regression's own bands stands for."""

MemberForecaster: TypeAlias = Callable[[LogPrices, Origins, Origins, int], Floats]
"""``(y, past, asked, horizon)`` → quantiles (m + k, horizon, 7) at the ``past`` rows (m,) and the ``asked`` ones (k,).

``past`` are a receipt's rows as of the last bar, which models may be fitted at and tested on; each row is forecast from
the bars up to it. NaN where the member had not learned by then.
"""


@dataclass(frozen=True, slots=True)
class Member:
    """A forecaster in the combination.

    ``vote`` is its weight before this ticker's past is looked at; ``own_median`` is False where its median stays at the
    last price.
    """

    name: str
    title: str
    vote: float
    forecasts: MemberForecaster
    own_median: bool = True


def _simulation(y: LogPrices, past: Origins, asked: Origins, horizon: int) -> Floats:
    return calibrated(historical_simulation)(y, np.concatenate([past, asked]), horizon).quantiles


def _regression(y: LogPrices, past: Origins, asked: Origins, horizon: int) -> Floats:
    """In calibrated bands; NaN up to the first cut-off."""
    rows = np.concatenate([past, asked])
    first = max(WARM_UP, int(np.searchsorted(y.dates, CUT_OFFS[0], side="right")))
    return _where(
        y.dates[rows] > CUT_OFFS[0], calibrated(linear, prior=REGRESSION_PRIOR, first=first), y, rows, horizon
    )


def _network(y: LogPrices, past: Origins, asked: Origins, horizon: int) -> Floats:
    """By the newest weights before each row; NaN before the first row that the last bar's forecast is tested at."""
    rows = np.concatenate([past, asked])
    try:
        tested = tested_origins(y, horizon)
    except NoWeightsError:
        return np.full((len(rows), horizon, 7), np.nan)
    may = rows >= tested.min(initial=len(y) - 1)

    def forecast(y: LogPrices, origins: Origins, horizon: int) -> Forecast:
        both = np.union1d(tested, origins)
        own = calibrate(uncalibrated(y, both, horizon), realised(y, tested, horizon), PRIOR, tested)
        return Forecast(origins, own.quantiles[np.searchsorted(both, origins)])

    return _where(may, forecast, y, rows, horizon)


def _trend(y: LogPrices, past: Origins, asked: Origins, horizon: int) -> Floats:
    """From the fits that its card makes at the last bar."""
    fits = prophet.fit_trends(y, refit_origins(y, horizon))
    return trend_from(fits, y, np.concatenate([past, asked]), horizon)


def trend_from(fits: TrendFits, y: LogPrices, rows: Origins, horizon: int, simulated: Floats | None = None) -> Floats:
    """Prophet's quantiles (k, horizon, 7) by the newest earlier of ``fits`` at each row, NaN where there is none.

    ``simulated`` (k, horizon, 7) are those of the historical simulation, where they are known already.
    """
    tested, may = finished_origins(y, horizon, int(fits.origins[0])), rows >= fits.origins[0]

    def forecast(y: LogPrices, origins: Origins, horizon: int) -> Forecast:
        band = None if simulated is None else Forecast(origins, simulated[may])
        return prophet.anchored_from(y, origins, horizon, fits, tested, band)

    return _where(may, forecast, y, rows, horizon)


def _where(may: NDArray[np.bool_], forecaster: Forecaster, y: LogPrices, rows: Origins, horizon: int) -> Floats:
    """Quantiles (k, horizon, 7) at the ``rows`` that ``may`` be forecast, NaN at the others."""
    quantiles = np.full((len(rows), horizon, 7), np.nan)
    if may.any():
        quantiles[may] = forecaster(y, rows[may], horizon).quantiles
    return quantiles


MEMBERS = (
    Member("historical_simulation", "Historical simulation", 0.0, _simulation, own_median=False),
    Member("linear", "Range regression", 0.0, _regression),
    Member("lstm", "LSTM", 1.0, _network),
    Member("prophet", "Prophet", 0.0, _trend),
)
"""In the order of every first axis of the combination.

The votes are what hundreds of other tickers say: at no distance did another member beside the network improve on it.
"""

"""The textbooks' forecasters, fitted afresh at every origin: what the others are compared with, in evaluations only."""

import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from arch import arch_model
from numpy.typing import NDArray
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.forecasting.theta import ThetaModel

from app.forecasting.forecast import Floats, Forecast, Forecaster, LogPrices, Origins
from app.forecasting.models.baselines import GAUSSIAN, random_walk

LOOKBACK = 750
"""Bars, about three years, that each fit sees."""

logger = logging.getLogger(__name__)

Fit: TypeAlias = Callable[[Floats, int], tuple[Floats, Floats]]
"""Log closes (n,) and a horizon in; mean and variance of the log return of each day ahead (horizon,) out."""


class FitError(Exception):
    """A fit that did not converge or gave no finite variance."""


@dataclass(frozen=True, slots=True)
class FittedForecast(Forecast):
    """A forecast that is the random walk's where ``failed`` (k,): the fit at that origin came to nothing."""

    failed: NDArray[np.bool_]


def _fitted(fit: Fit) -> Forecaster:
    """A forecaster that calls ``fit`` on the past of each origin and counts where it fails."""

    def forecast(y: LogPrices, origins: Origins, horizon: int) -> FittedForecast:
        quantiles = random_walk(y, origins, horizon).quantiles
        failed = np.zeros(len(origins), dtype=np.bool_)
        for k, origin in enumerate(origins):
            try:
                quantiles[k] = _quantiles(fit, y.close[max(0, origin + 1 - LOOKBACK) : origin + 1], horizon)
            except (FitError, ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
                failed[k] = True
                logger.info("no %s at bar %d: %s", fit.__name__, origin, error)
        return FittedForecast(origins, quantiles, failed)

    return forecast


def _quantiles(fit: Fit, closes: Floats, horizon: int) -> Floats:
    """Quantiles (horizon, 7) of one fit; what the libraries warn of is checked, here or in the fit itself."""
    if np.ptp(closes) == 0:
        raise FitError("the price stands still")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mean, variance = fit(closes, horizon)
    if not (np.isfinite(mean).all() and np.isfinite(variance).all() and (variance >= 0).all()):
        raise FitError("the forecast is not finite")
    return mean[:, None] + np.sqrt(variance)[:, None] * GAUSSIAN


def _garch(closes: Floats, horizon: int) -> tuple[Floats, Floats]:
    """GARCH(1,1) without a mean on returns in percent (Bollerslev 1986)."""
    returns = 100 * np.diff(closes)
    fitted = arch_model(returns, mean="Zero", vol="GARCH", p=1, q=1, rescale=False).fit(disp="off", show_warning=False)
    if fitted.convergence_flag:
        raise FitError("no convergence")
    daily = fitted.forecast(horizon=horizon, reindex=False).variance.to_numpy()[-1]
    return np.zeros(horizon), np.cumsum(daily) / 100**2


def _theta(closes: Floats, horizon: int) -> tuple[Floats, Floats]:
    """The Theta method on log price (Assimakopoulos & Nikolopoulos 2000), without a season."""
    fitted = ThetaModel(pd.Series(closes), deseasonalize=False).fit()
    alpha = float(np.clip(fitted.params["alpha"], 1e-6, 1))
    level = pd.Series(closes).ewm(alpha=alpha, adjust=False).mean().to_numpy()
    # The library's own variance costs a second fit of the same smoothing.
    variance = np.mean((closes[1:] - level[:-1]) ** 2) * (1 + np.arange(horizon) * alpha**2)
    return fitted.forecast(horizon).to_numpy() - closes[-1], variance


def _ets(closes: Floats, horizon: int) -> tuple[Floats, Floats]:
    """Exponential smoothing of log price with a damped additive trend, ETS(A, Ad, N) (Hyndman et al. 2008)."""
    fitted = ETSModel(pd.Series(closes), error="add", trend="add", damped_trend=True).fit(disp=False)
    if not fitted.mle_retvals["converged"]:
        raise FitError("no convergence")
    ahead = fitted.get_prediction(start=len(closes), end=len(closes) + horizon - 1)
    return ahead.predicted_mean.to_numpy() - closes[-1], np.asarray(ahead.forecast_variance)


garch: Forecaster = _fitted(_garch)
theta: Forecaster = _fitted(_theta)
ets: Forecaster = _fitted(_ets)

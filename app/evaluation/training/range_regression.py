"""The fit of the coefficients in ``app.forecasting.models.range_regression``, by pinball loss over many stocks.

``python -m app.evaluation.training.range_regression CUT-OFF PRICES [PRICES]`` prints one of its tables.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from app.evaluation.training.samples import before, is_learned, read_pool
from app.forecasting.forecast import QUANTILES, Floats, LogPrices
from app.forecasting.models.baselines import GAUSSIAN
from app.forecasting.models.range_regression import REGRESSION_DAYS, YEAR, features
from app.forecasting.scoring.backtest import origins_since, realised
from app.forecasting.volatility import rolling, squared_returns

SAMPLE_SPACING = 25
"""Bars between two samples of one ticker."""


def fit(prices: Mapping[str, LogPrices], cut_off: np.datetime64) -> Floats:
    """Coefficients (days, 12) as in ``app.forecasting.models.range_regression`` that saw no bar after ``cut_off``.

    Validation tickers are left out.
    """
    known = [before(y, cut_off) for ticker, y in prices.items() if is_learned(ticker) and y.dates[0] <= cut_off]
    samples = [_samples(y) for y in known if len(y) > YEAR + REGRESSION_DAYS[-1]]
    x, targets = (np.concatenate([sample[part] for sample in samples]) for part in (0, 1))
    return np.stack([_fit_day(x, targets[:, column]) for column in range(len(REGRESSION_DAYS))])


def _samples(y: LogPrices) -> tuple[Floats, Floats]:
    """Features (m, 5) and log returns (m, days) in units of the year's volatility times √h."""
    origins = origins_since(y, y.dates[YEAR], SAMPLE_SPACING, int(REGRESSION_DAYS[-1]))
    sigma = np.sqrt(rolling(squared_returns(y), YEAR))[origins, None]
    ahead = realised(y, origins, int(REGRESSION_DAYS[-1]))[:, REGRESSION_DAYS - 1]
    return features(y)[origins], ahead / (sigma * np.sqrt(REGRESSION_DAYS))


def _fit_day(x: Floats, target: Floats) -> Floats:
    """Minimise the pinball loss of quantiles · exp(slopes · x) over both."""
    middle = x.mean(axis=0)
    start = np.concatenate([GAUSSIAN, np.zeros(x.shape[1])])
    parameters = minimize(_loss, start, (x - middle, target), jac=True, method="L-BFGS-B").x
    shape, slopes = parameters[: len(QUANTILES)], parameters[len(QUANTILES) :]
    return np.concatenate([shape * np.exp(-middle @ slopes), slopes])


def _loss(parameters: Floats, x: Floats, target: Floats) -> tuple[float, Floats]:
    """Mean pinball loss and its gradient."""
    shape, slopes = parameters[: len(QUANTILES)], parameters[len(QUANTILES) :]
    levels, scale = np.array(QUANTILES), np.exp(x @ slopes)[:, None]
    error = target[:, None] - scale * shape
    slope = np.where(error > 0, -levels, 1 - levels) * scale / len(target)
    gradient = np.concatenate([slope.sum(axis=0), x.T @ (slope @ shape)])
    return float(np.maximum(levels * error, (levels - 1) * error).sum() / len(target)), gradient


if __name__ == "__main__":
    for row in fit(read_pool([Path(path) for path in sys.argv[2:]])[0], np.datetime64(sys.argv[1])):
        print("    [" + ", ".join(f"{value:.3f}" for value in row) + "],")

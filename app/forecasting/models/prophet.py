"""Prophet's trend as a forecaster: fitted on log prices, anchored at the last close, weighed by what it has earned."""

import logging
import warnings
from tempfile import NamedTemporaryFile
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from cmdstanpy import CmdStanMLE, CmdStanModel
from prophet import Prophet
from pydantic_core import to_json

from app.forecasting.conformal import calibrated
from app.forecasting.forecast import MEDIAN, QUANTILES, SEED, Floats, Forecast, LogPrices, Origins
from app.forecasting.models.baselines import historical_simulation
from app.forecasting.models.prophet_windows import FitKind, FitSource, Fitted, TrendFits, Window, window_at

for _noisy in ("cmdstanpy", "prophet", "prophet.plot"):
    logging.getLogger(_noisy).disabled = True
# Prophet's own call, each time it fits.
warnings.filterwarnings("ignore", message="The inplace keyword in DataFrame.drop")

_TREND_ONLY: dict[str, Any] = {
    "growth": "linear",
    "yearly_seasonality": False,
    "weekly_seasonality": False,
    "daily_seasonality": False,
    "changepoint_prior_scale": 0.01,
    "uncertainty_samples": 0,
}
# What a trend is believed to be worth before this ticker has shown anything, and how much it takes to change that.
# Chosen on the training pool: a weaker prior learns noise (MAE ratio 1.005 at 22 days against 1.000).
_PRIOR_WEIGHT = 0.2
_PRIOR_STRENGTH = 10.0
_MAX_TREND = 3.0
TYPICAL_LEVEL = 3.4
"""The logarithm that every window's last price is given, the training pool's median: priors are relative to it."""

FURTHEST = 66
"""Trading days ahead that stock-standard Prophet is sampled for, whatever horizon is asked for."""

_band = calibrated(historical_simulation)


def anchored(y: LogPrices, origins: Origins, horizon: int) -> Forecast:
    """The last price moved by the weighed trend, in a calibrated band; a fit at each origin."""
    return anchored_from(y, origins, horizon, fit_trends(y, origins), origins)


def anchored_from(
    y: LogPrices, origins: Origins, horizon: int, fits: TrendFits, past: Origins, band: Forecast | None = None
) -> Forecast:
    """The anchored forecast from fits made before: each origin uses the newest earlier one, anchored at its own close.

    The trend is weighed by what it was worth at the rows ``past``. ``band`` is the calibrated historical simulation at
    ``origins``, where it is known already.
    """
    slopes = fits.slopes_at(origins)
    weights = trend_weights(y, origins, horizon, slopes, (past, fits.slopes_at(past)))
    centre = (weights * slopes)[:, None] * np.arange(1, horizon + 1)
    band = band or _band(y, origins, horizon)
    return Forecast(origins, band.quantiles + centre[:, :, None])


def fit(kind: FitKind, window: Window) -> Fitted:
    """A ``slope`` a bar, the ``path`` and its ``bends``; or ``quantiles`` (66 × 7), day after day; or a ``season``.

    Path, quantiles and season are logarithms, the first two relative to the window's last price.
    """
    match kind:
        case FitKind.TREND:
            model = _fitted(window, **_TREND_ONLY)
            path, slope = model.predict_trend(model.history) - TYPICAL_LEVEL, _slope(model) * window.days_a_bar
            bends = model.changepoints.to_numpy().astype("datetime64[D]").astype(np.int64)
            return {"slope": (slope,), "path": tuple(path.tolist()), "bends": tuple(bends.tolist())}
        case FitKind.STOCK:
            return {"quantiles": tuple(_stock_standard(window).ravel().tolist())}
        case FitKind.SEASON:
            model = _fitted(window, **{**_TREND_ONLY, "yearly_seasonality": True})
            year = model.setup_dataframe(pd.DataFrame({"ds": pd.date_range("2001-01-01", periods=365)}))
            return {"season": tuple(model.predict_seasonal_components(year)["yearly"].tolist())}


def fit_trends(y: LogPrices, origins: Origins, fitted: FitSource = fit) -> TrendFits:
    """One trend-only fit on the three years up to each of ``origins`` (at least one)."""
    found = [fitted(FitKind.TREND, window_at(y, int(origin))) for origin in origins]
    slopes = np.array([one["slope"][0] for one in found])
    bends = np.array(found[-1]["bends"], dtype=np.int64).astype("datetime64[D]")
    return TrendFits(origins, slopes, np.array(found[-1]["path"]) + y.close[origins[-1]], bends)


def trend_weights(
    y: LogPrices, origins: Origins, horizon: int, slopes: Floats, past: tuple[Origins, Floats] | None = None
) -> Floats:
    """The weight in [0, 1] that the trend has earned by each of ``origins`` (k,), from those whose target has passed.

    A ridge regression through the anchor of past moves on the trend's, both in units of volatility, towards a prior.
    The moves are those from ``past`` rows and the slopes known there, by default from ``origins`` themselves.
    """
    rows, known_slopes = (origins, slopes) if past is None else past
    sigma = _sigma(y, rows, horizon)
    trend = np.clip(known_slopes * horizon / sigma, -_MAX_TREND, _MAX_TREND)
    targets = rows + horizon
    known = targets < len(y)
    move = np.where(known, y.close[np.where(known, targets, 0)] - y.close[rows], 0.0) / sigma
    # Neighbours that share most of their future teach little more than one of them.
    spacing = float(np.median(np.diff(rows))) if len(rows) > 1 else float(horizon)
    passed = (targets[None, :] <= origins[:, None]) * min(1.0, spacing / horizon)
    earned = passed @ (trend * move) + _PRIOR_STRENGTH * _PRIOR_WEIGHT
    weights: Floats = np.clip(earned / (passed @ trend**2 + _PRIOR_STRENGTH), 0.0, 1.0)
    return weights


def _sigma(y: LogPrices, origins: Origins, horizon: int) -> Floats:
    """The last year's volatility of ``horizon`` bars at each origin, (k,)."""
    returns = np.diff(y.close, prepend=y.close[0])
    daily = np.array([returns[max(0, origin - 251) : origin + 1].std() for origin in origins])
    return np.asarray(np.maximum(daily * np.sqrt(horizon), 1e-12))


def stock_standard(y: LogPrices, origins: Origins, horizon: int, fitted: FitSource = fit) -> Forecast:
    """Prophet as people usually configure it: defaults, on prices, its own band; measured, not recommended."""
    found = [fitted(FitKind.STOCK, window_at(y, int(origin))) for origin in origins]
    quantiles = np.array([one["quantiles"] for one in found]).reshape(len(origins), FURTHEST, len(QUANTILES))
    return Forecast(origins, quantiles[:, :horizon])


def yearly_season(y: LogPrices, fitted: FitSource = fit) -> Floats:
    """What a second fit sees in the days of a year, from 1 January on (365,), in log price; descriptive only."""
    return np.array(fitted(FitKind.SEASON, window_at(y, len(y) - 1))["season"])


def _slope(model: Prophet) -> float:
    """What the trend grows by a day at its end."""
    last = model.history["ds"].iloc[-1]
    ahead = pd.DataFrame({"ds": [last, last + pd.Timedelta(days=100)]})
    now, later = model.predict_trend(model.setup_dataframe(ahead))
    return float(later - now) / 100


def _stock_standard(window: Window) -> Floats:
    """Its quantiles (66, 7) as log returns; the line it draws stands for the median."""
    model = _fitted(window, log=False)
    # The days ahead are spread as the past ones were, because which of them will trade is not known to the past.
    ahead = np.round(np.arange(1, FURTHEST + 1) * window.days_a_bar).astype("timedelta64[D]")
    future = pd.DataFrame({"ds": window.dates[-1] + ahead})
    np.random.seed(SEED)
    quantiles = np.quantile(model.predictive_samples(future)["yhat"], QUANTILES, axis=1).T
    model.uncertainty_samples = 0
    line = model.predict(future)["yhat"]
    quantiles[:, MEDIAN] = np.clip(line, quantiles[:, MEDIAN - 1], quantiles[:, MEDIAN + 1])
    return np.asarray(np.log(np.maximum(quantiles, 1 / 1000)))


def _fitted(window: Window, *, log: bool = True, **settings: Any) -> Prophet:
    """A fit, not ``log`` of prices over the last one."""
    values = window.close + TYPICAL_LEVEL if log else np.exp(window.close)
    table = pd.DataFrame({"ds": window.dates, "y": values})
    try:
        return _fitted_to(table, newton=False, **settings)
    except RuntimeError:
        # Prophet takes a fit that was killed for one that failed, and changes its method; no number may tell of that.
        return _fitted_to(table, newton=True, **settings)


def _fitted_to(table: pd.DataFrame, *, newton: bool, **settings: Any) -> Prophet:
    """One fit, with ``newton`` where the first method fails; the files that Stan leaves are removed."""
    model = _Prophet(**settings)
    model.stan_backend.set_options(newton_fallback=newton)
    model.stan_backend.model = _Stan(exe_file=model.stan_backend.model.exe_file)
    model.fit(table)
    model.stan_backend.cleanup()
    return model


class _Prophet(Prophet):  # type: ignore[misc]  # Prophet has no types.
    """Prophet, which makes the same table of its columns three times a fit; here each is made once in a process."""

    _tables: ClassVar[dict[tuple[str, ...], tuple[Any, Any]]] = {}

    def regressor_column_matrix(self, seasonal_features: pd.DataFrame, modes: dict[str, list[str]]) -> tuple[Any, Any]:
        """Which columns belong to which component, and the components by mode; nobody changes either."""
        key = (*seasonal_features.columns, repr(modes), self.holidays_mode)
        if key not in self._tables:
            self._tables[key] = super().regressor_column_matrix(seasonal_features, modes)
        return self._tables[key]


class _Stan(CmdStanModel):  # type: ignore[misc]
    """Prophet's model, whose data cmdstanpy would write in 27 ms and pydantic writes in one."""

    def optimize(self, data: dict[str, Any], **settings: Any) -> CmdStanMLE:
        """The same as of the dictionary; raises ``RuntimeError`` where it fails."""
        with NamedTemporaryFile(suffix=".json") as written:
            written.write(to_json(data))
            written.flush()
            return super().optimize(written.name, **settings)

"""The library calls that the Prophet card cannot do without, and nothing else: what its request is measured against."""

import logging
import sys
import time

import numpy as np
import pandas as pd
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from prophet import Prophet

LOOKBACK = 756
TREND = {
    "yearly_seasonality": False,
    "weekly_seasonality": False,
    "daily_seasonality": False,
    "changepoint_prior_scale": 0.01,
    "uncertainty_samples": 0,
}


def fit(dates: np.ndarray, values: np.ndarray, **settings: object) -> Prophet:
    """One fit on the last three years."""
    model = Prophet(**settings)
    model.fit(pd.DataFrame({"ds": dates[-LOOKBACK:], "y": values[-LOOKBACK:]}))
    model.stan_backend.cleanup()
    return model


def bare_calls(dates: np.ndarray, closes: np.ndarray, refits: list[int], horizon: int) -> None:
    """The same fits and predictions as the card's, and one picture."""
    for row in refits:
        past = dates[: row + 1]
        future = pd.DataFrame({"ds": pd.date_range(past[-1], periods=horizon + 1)[1:]})
        fit(past, np.log(closes[: row + 1]), **TREND).predict(future)
        fit(past, closes[: row + 1]).predict(future)
    year = pd.DataFrame({"ds": pd.date_range("2001-01-01", periods=365)})
    fit(dates, np.log(closes), **{**TREND, "yearly_seasonality": True}).predict(year)
    figure = Figure(figsize=(7.2, 3.2), dpi=100)
    figure.subplots().plot(dates[-120:], closes[-120:])
    FigureCanvasSVG(figure).print_svg("/dev/null")


def main() -> None:
    """Do the calls once a line and print the seconds they took; of a line that says ``fit`` one fit of the trend."""
    for name in ("cmdstanpy", "prophet"):
        logging.getLogger(name).disabled = True
    with np.load(sys.argv[1]) as bars:
        dates, closes, refits = bars["dates"], bars["closes"], bars["refits"].tolist()
    bare_calls(dates, closes, refits[-2:], 22)
    for line in sys.stdin:
        begun = time.perf_counter()
        if line.strip() == "fit":
            fit(dates, np.log(closes), **TREND)
        else:
            bare_calls(dates, closes, refits, 22)
        print(time.perf_counter() - begun, flush=True)


if __name__ == "__main__":
    main()

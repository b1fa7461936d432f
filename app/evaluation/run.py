"""An evaluation: every member at the same origins of every ticker, on all cores, scored together."""

import multiprocessing
import os
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from types import MappingProxyType

import numpy as np
from tqdm import tqdm

from app.evaluation.price_files import MIN_BARS, BadPricesError, Failure
from app.evaluation.result import Evaluation, Plan, TickerLosses, summarise
from app.forecasting import volatility
from app.forecasting.forecast import LogPrices
from app.forecasting.models.textbook import FittedForecast
from app.forecasting.registry import BASELINE, CONTROL, FORECASTERS, tells_edge
from app.forecasting.scoring.backtest import losses, origins_since, realised
from app.forecasting.scoring.metrics import up_rates_at


def evaluate(
    prices: Mapping[str, LogPrices],
    plan: Plan,
    executor: Executor,
    failures: tuple[Failure, ...] = (),
    groups: Mapping[str, str] = MappingProxyType({}),
) -> Evaluation:
    """Score ``plan.members`` on every ticker; one that cannot be scored joins ``failures`` and is named on stderr.

    ``groups`` are the market and kind of each ticker, where known.
    """
    tasks = {executor.submit(losses_of_ticker, y, plan): ticker for ticker, y in prices.items()}
    losses_by_ticker: dict[str, TickerLosses] = {}
    for task in tqdm(as_completed(tasks), total=len(tasks), unit="ticker", file=sys.stderr):
        error = task.exception()
        if error is None:
            losses_by_ticker[tasks[task]] = task.result()
        else:
            failures = (*failures, Failure(tasks[task], str(error) or type(error).__name__))
            tqdm.write(f"{tasks[task]}: {failures[-1].reason}", file=sys.stderr)
    return summarise(plan, losses_by_ticker, failures, groups)


def losses_of_ticker(y: LogPrices, plan: Plan) -> TickerLosses:
    """What every member of ``plan``, the baseline and the control lost on one ticker."""
    origins = origins_since(y, plan.start, plan.every, plan.horizon)
    origins = origins[origins >= MIN_BARS - 1]
    if not len(origins):
        needed = f"needed one on or after {plan.start} with {MIN_BARS} bars up to it and {plan.horizon} after it"
        raise BadPricesError(f"found no bar to forecast from; {needed}")
    actual, dates = realised(y, origins, plan.horizon), y.dates[origins]
    names = dict.fromkeys([BASELINE, CONTROL, *plan.members])
    forecasts = {name: FORECASTERS[name].forecaster(y, origins, plan.horizon) for name in names}
    squares = volatility.squared_returns(y)
    return TickerLosses(
        losses={name: losses(forecast, actual, dates) for name, forecast in forecasts.items()},
        below={name: (actual[..., None] < each.quantiles).mean(axis=0) for name, each in forecasts.items()},
        failed_fits={name: int(f.failed.sum()) for name, f in forecasts.items() if isinstance(f, FittedForecast)},
        volatility_ratio=np.sqrt(volatility.ewma(squares) / volatility.rolling(squares))[origins],
        edges={name: tells_edge(name, y.until(int(origins[-1])), plan.horizon) for name in plan.members},
        base_brier=(up_rates_at(y, origins, plan.horizon) - (actual[:, -1] > 0)) ** 2,
    )


THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)
"""Set to one for each worker: the tickers already fill the cores."""


@contextmanager
def workers(count: int, switches: Mapping[str, str] = MappingProxyType({})) -> Iterator[Executor]:
    """Fresh processes of one thread each: libraries read the number of threads when they are first imported.

    ``switches`` are further variables for them.
    """
    wanted = dict.fromkeys(THREADS, "1") | dict(switches)
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as executor:
            yield executor
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})

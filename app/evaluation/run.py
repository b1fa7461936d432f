"""An evaluation: every member at the same origins of every ticker, on all cores, scored together."""

import sys
from collections.abc import Mapping
from concurrent.futures import Executor, as_completed

import numpy as np
from tqdm import tqdm

from app.evaluation.price_files import SHORTEST, BadPricesError, Failure
from app.evaluation.result import Evaluation, Plan, TickerLosses, summarise
from app.forecasting import volatility
from app.forecasting.backtest import losses, origins_since, realised
from app.forecasting.forecast import LogPrices
from app.forecasting.members import BASELINE, CONTROL, MEMBERS
from app.forecasting.references import FittedForecast


def evaluate(
    prices: Mapping[str, LogPrices], plan: Plan, executor: Executor, failures: tuple[Failure, ...] = ()
) -> Evaluation:
    """Score ``plan.members`` on every ticker; one that cannot be scored joins ``failures`` and is named on stderr."""
    tasks = {executor.submit(lose, y, plan): ticker for ticker, y in prices.items()}
    found: dict[str, TickerLosses] = {}
    for task in tqdm(as_completed(tasks), total=len(tasks), unit="ticker", file=sys.stderr):
        error = task.exception()
        if error is None:
            found[tasks[task]] = task.result()
        else:
            failures = (*failures, Failure(tasks[task], str(error) or type(error).__name__))
            tqdm.write(f"{tasks[task]}: {failures[-1].reason}", file=sys.stderr)
    return summarise(plan, found, failures)


def lose(y: LogPrices, plan: Plan) -> TickerLosses:
    """What every member of ``plan``, the baseline and the control lost on one ticker."""
    origins = origins_since(y, plan.start, plan.every, plan.horizon)
    origins = origins[origins >= SHORTEST - 1]
    if not len(origins):
        needed = f"needed one on or after {plan.start} with {SHORTEST} bars up to it and {plan.horizon} after it"
        raise BadPricesError(f"found no bar to forecast from; {needed}")
    actual, dates = realised(y, origins, plan.horizon), y.dates[origins]
    names = dict.fromkeys([BASELINE, CONTROL, *plan.members])
    forecasts = {name: MEMBERS[name].forecaster(y, origins, plan.horizon) for name in names}
    squares = volatility.squared_returns(y)
    return TickerLosses(
        losses={name: losses(forecast, actual, dates) for name, forecast in forecasts.items()},
        failed_fits={name: int(f.failed.sum()) for name, f in forecasts.items() if isinstance(f, FittedForecast)},
        storm=np.sqrt(volatility.ewma(squares) / volatility.rolling(squares))[origins],
    )

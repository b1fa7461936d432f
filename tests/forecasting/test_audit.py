from dataclasses import replace

import numpy as np
import pytest

from app.forecasting.forecast import QUANTILES
from app.forecasting.scoring.audit import audit_ends, better_guess, medians_known, skill_of
from app.forecasting.scoring.backtest import realised
from app.forecasting.scoring.receipt import Skill
from tests.support.series import random_bars

ORIGINS = np.arange(60, 380, 5)
DAYS = 22


def bars_of(close):
    return replace(random_bars(len(close)), close=close)


@pytest.fixture(scope="module")
def rising():
    """A price that drifts upwards under noise (400 bars)."""
    returns = 0.004 + 0.01 * np.random.default_rng(3).normal(size=399)
    return bars_of(np.concatenate([[0.0], np.cumsum(returns)]))


@pytest.fixture(scope="module")
def level():
    """A price that goes nowhere under noise (400 bars)."""
    return bars_of(0.01 * np.random.default_rng(4).normal(size=400))


def test_the_median_known_at_a_day_is_that_of_the_windows_that_were_over(rising):
    known = medians_known(rising, ORIGINS, DAYS)
    for origin, median in zip(ORIGINS, known, strict=True):
        over = [rising.close[row + DAYS] - rising.close[row] for row in range(origin - DAYS + 1)]
        assert median == pytest.approx(sorted(over)[len(over) // 2])
    assert medians_known(rising, np.array([3]), DAYS) == [0.0]


def test_where_a_price_drifts_that_is_the_better_guess_and_else_that_it_stays(rising, level):
    moved = np.abs(realised(rising, ORIGINS, DAYS)[:, -1])
    assert better_guess(rising, ORIGINS, DAYS, realised(rising, ORIGINS, DAYS)[:, -1]).sum() < 0.7 * moved.sum()
    still = realised(level, ORIGINS, DAYS)[:, -1]
    assert better_guess(level, ORIGINS, DAYS, still).sum() <= np.abs(still).sum()


def test_a_forecast_of_the_drift_is_no_better_than_the_drift(rising):
    quantiles = np.tile(medians_known(rising, ORIGINS, DAYS)[:, None], (1, len(QUANTILES)))
    quantiles = quantiles + np.array(QUANTILES) - 0.5
    receipt = audit_ends(rising, ORIGINS, DAYS, quantiles, quantiles)
    assert receipt.mae_ratio < 0.7
    assert receipt.guess_ratio >= 0.999
    skill = skill_of(rising, ORIGINS, DAYS, quantiles)
    assert skill == Skill(len(ORIGINS), receipt.guess_ratio, receipt.guess_ratio_ci, receipt.coverage_80)

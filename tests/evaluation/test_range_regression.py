from pathlib import Path

import numpy as np
import pytest

from app.evaluation.training.range_regression import fit
from app.evaluation.training.samples import read_pool
from app.forecasting.models.baselines import GAUSSIAN
from app.forecasting.models.range_regression import COEFFICIENTS, CUT_OFFS, features
from tests.support.paths import ROOT
from tests.support.series import random_bars

DATA = ROOT.parent / "shared" / "data"
POOLS = [DATA / "world_pool_to_2023.parquet", DATA / "us_training_pool_1995_2018.parquet"]


def test_the_fit_of_gaussian_days_gives_gaussian_quantiles():
    tickers = {f"R{seed}": random_bars(3000, seed) for seed in range(20)}
    found = fit(tickers, np.datetime64("2100-01-01"))
    usual = np.mean([features(y)[300:].mean(axis=0) for y in tickers.values()], axis=0)
    growth = np.exp(found[:, 7:] @ usual)[:, None]
    np.testing.assert_allclose((found[:, :7] * growth)[:3], np.tile(GAUSSIAN, (3, 1)), atol=0.15)


def test_nothing_after_the_cut_off_is_seen_and_no_validation_ticker():
    y, validation = random_bars(900), random_bars(900, 1)
    expected = fit({"R0": y.until(699)}, y.dates[-1])
    np.testing.assert_array_equal(fit({"R0": y, "R7": validation}, y.dates[699]), expected)


@pytest.mark.slow
@pytest.mark.skipif(not all(map(Path.exists, POOLS)), reason="the training pools are not here")
def test_the_shipped_coefficients_are_those_of_the_training_pools():
    pytest.importorskip("pyarrow")
    pool, _ = read_pool(POOLS)
    found = [fit(pool, cut_off) for cut_off in CUT_OFFS]
    np.testing.assert_allclose(found, COEFFICIENTS, atol=0.002)

import numpy as np
import pytest

from app.evaluation.price_files import read_prices
from app.evaluation.training.range_regression import fit
from app.forecasting.models.baselines import GAUSSIAN
from app.forecasting.models.range_regression import COEFFICIENTS, CUT_OFFS, features
from tests.support.paths import ROOT
from tests.support.series import random_bars

POOL = ROOT.parent / "shared" / "data" / "us_training_pool_1995_2018.parquet"


def test_the_fit_of_gaussian_days_gives_gaussian_quantiles():
    tickers = [random_bars(3000, seed) for seed in range(4)]
    found = fit(tickers, np.datetime64("2100-01-01"))
    usual = np.mean([features(y)[300:].mean(axis=0) for y in tickers], axis=0)
    growth = np.exp(found[:, 7:] @ usual)[:, None]
    np.testing.assert_allclose((found[:, :7] * growth)[:3], np.tile(GAUSSIAN, (3, 1)), atol=0.15)


def test_nothing_after_the_cut_off_is_seen():
    y = random_bars(900)
    np.testing.assert_array_equal(fit([y], y.dates[699]), fit([y.until(699)], y.dates[-1]))


@pytest.mark.slow
@pytest.mark.skipif(not POOL.exists(), reason="the training pool is not here")
def test_the_shipped_coefficients_are_those_of_the_training_pool():
    pytest.importorskip("fastparquet")
    tickers = read_prices(POOL).prices.values()
    found = [fit(tickers, cut_off) for cut_off in CUT_OFFS]
    np.testing.assert_allclose(found, COEFFICIENTS, atol=0.002)

import numpy as np
import pytest
from scipy.stats import norm

from app.forecasting.forecast import MEDIAN
from app.forecasting.models.baselines import random_walk
from app.forecasting.models.textbook import FittedForecast, ets, garch, theta
from tests.support.series import index_bars, random_bars, still

REFERENCES = [garch, theta, ets]


def test_garch_finds_the_volatility_of_a_gaussian_walk():
    found = garch(random_bars(800, volatility=0.02), np.array([799]), 22).quantiles[0]
    np.testing.assert_allclose(found[:, 6], 0.02 * norm.ppf(0.975) * np.sqrt(np.arange(1, 23)), rtol=0.2)
    assert (found[:, MEDIAN] == 0).all()


def test_theta_takes_half_the_slope_of_a_straight_line():
    y = random_bars(300, volatility=1e-4)
    y.close[:] = y.close + 0.001 * np.arange(300)
    found = theta(y, np.array([299]), 22).quantiles[0, :, MEDIAN]
    assert found[-1] - found[0] == pytest.approx(21 * 0.0005, rel=0.1)


def test_ets_stays_near_the_last_price_of_a_random_walk():
    found = ets(random_bars(800, volatility=0.02), np.array([799]), 5).quantiles[0]
    assert np.abs(found[:, MEDIAN]).max() < 0.02
    assert found[0, 6] - found[0, 0] == pytest.approx(2 * norm.ppf(0.975) * 0.02, rel=0.2)


@pytest.mark.parametrize("forecaster", [garch, ets])
def test_a_fit_that_fails_gives_way_to_the_last_price_and_is_counted(forecaster):
    y, origins = still(random_bars(200), slice(0, 100)), np.array([90, 199])
    found = forecaster(y, origins, 5)
    assert isinstance(found, FittedForecast)
    assert found.failed[0]
    np.testing.assert_array_equal(found.quantiles[0], random_walk(y, origins, 5).quantiles[0])


@pytest.mark.parametrize("forecaster", REFERENCES)
def test_a_fit_that_succeeds_is_not_counted(forecaster):
    assert not forecaster(index_bars(600), np.array([599]), 5).failed.any()

import numpy as np
import pytest

from app.forecasting.forecast import MEDIAN
from app.forecasting.models.baselines import GAUSSIAN, ewma, mean_reverting_ewma, random_walk
from tests.support.series import index_bars

Y = index_bars()
ORIGINS = np.array([100, 900, 1400])


def test_the_random_walk_grows_with_the_root_of_time_from_three_years_of_volatility():
    found = random_walk(Y, ORIGINS, 22).quantiles
    for k, origin in enumerate(ORIGINS):
        returns = np.diff(Y.close[max(0, origin - 750) : origin + 1])
        sigma = np.sqrt(np.mean(returns**2))
        np.testing.assert_allclose(found[k], sigma * np.sqrt(np.arange(1, 23))[:, None] * GAUSSIAN)


def test_ewma_follows_the_last_weeks():
    calm, stormy = (
        ewma(Y, np.array([200, 1400]), 1).quantiles[:, 0, 6]
        / random_walk(Y, np.array([200, 1400]), 1).quantiles[:, 0, 6]
    )
    assert calm != pytest.approx(stormy, rel=0.05)


def test_mean_reversion_starts_at_ewma_and_ends_nearer_the_random_walk():
    mine, now, normal = (f(Y, ORIGINS, 66).quantiles[..., 6] for f in (mean_reverting_ewma, ewma, random_walk))
    np.testing.assert_allclose(mine[:, 0], now[:, 0])
    assert (np.abs(mine - normal)[:, 65] < np.abs(now - normal)[:, 65]).all()


@pytest.mark.parametrize("forecaster", [random_walk, ewma, mean_reverting_ewma])
def test_the_median_is_the_last_price(forecaster):
    assert (forecaster(Y, ORIGINS, 22).quantiles[..., MEDIAN] == 0).all()

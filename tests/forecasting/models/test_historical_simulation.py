import numpy as np
import pytest

from app.forecasting.forecast import MEDIAN, QUANTILES
from app.forecasting.models import baselines
from app.forecasting.models.baselines import GAUSSIAN, historical_simulation
from app.forecasting.volatility import heterogeneous
from tests.support.series import index_bars, random_bars
from tests.support.thread_cost import thread_cost

Y = index_bars()


def by_loop(origin, days, drift):
    outlook, surprises = heterogeneous(Y), []
    for row in range(max(baselines.WARM_UP, origin - days - baselines.MEMORY + 1), origin - days + 1):
        surprises.append((Y.close[row + days] - Y.close[row]) / np.sqrt(outlook.over(days)[row]))
    past = np.quantile(surprises, QUANTILES)
    trust = len(surprises) / days / (len(surprises) / days + baselines.PRIOR)
    shape = trust * (past if drift else past - past[MEDIAN]) + (1 - trust) * GAUSSIAN
    return shape * np.sqrt(outlook.over(days)[origin])


@pytest.mark.parametrize("drift", [False, True])
@pytest.mark.parametrize("days", [1, 5, 22, 66])
def test_quantiles_are_those_of_a_loop_over_past_surprises(days, drift):
    found = historical_simulation(Y, np.array([200, 1400]), 66, drift).quantiles
    for k, origin in enumerate([200, 1400]):
        np.testing.assert_allclose(found[k, days - 1], by_loop(origin, days, drift), rtol=1e-10)


def test_gaussian_days_get_gaussian_bands():
    y = random_bars(3000, seed=3)
    found = historical_simulation(y, np.arange(1000, 3000, 10), 5).quantiles[:, 4] / (0.02 * np.sqrt(5))
    np.testing.assert_allclose(found.mean(axis=0), GAUSSIAN, atol=0.15)


def test_the_median_is_zero_unless_drift_is_let_in():
    origins = np.array([900, 1400])
    assert (historical_simulation(Y, origins, 22).quantiles[..., MEDIAN] == 0).all()
    assert (historical_simulation(Y, origins, 22, drift=True).quantiles[..., MEDIAN] != 0).any()


def test_a_hundred_origins_of_66_days_take_less_than_a_sixth_of_a_second():
    origins = np.arange(800, 1400, 6)
    assert thread_cost(lambda: historical_simulation(Y, origins, 66)) < 0.15

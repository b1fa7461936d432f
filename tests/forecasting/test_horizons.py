import numpy as np
import pytest

from app.forecasting.conformal import HORIZON_KNOTS, between, up_to


@pytest.mark.parametrize(("horizon", "last"), [(1, 1), (4, 5), (22, 22), (23, 33), (66, 66)])
def test_as_many_days_are_taken_as_the_horizon_needs(horizon, last):
    assert up_to(horizon)[-1] == last


@pytest.mark.parametrize("horizon", [1, 2, 7, 66])
def test_values_in_between_lie_on_a_line_in_the_logarithm(horizon):
    values = np.random.default_rng(0).normal(size=(2, len(HORIZON_KNOTS), 3))
    found = between(HORIZON_KNOTS, values, horizon)
    assert found.shape == (2, horizon, 3)
    for day in range(1, horizon + 1):
        assert found[1, day - 1, 2] == pytest.approx(np.interp(np.log(day), np.log(HORIZON_KNOTS), values[1, :, 2]))


def test_beyond_the_last_day_its_value_stays():
    assert between(np.array([1, 2]), np.array([[5.0, 6.0]]), 4).tolist() == [[5, 6, 6, 6]]

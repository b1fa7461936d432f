from itertools import product

import numpy as np
import pytest

from app.forecasting.forecast import MEDIAN, Forecast
from app.forecasting.members import BASELINE, MEMBERS
from tests.forecasting.series import altered, index_bars, random_bars, still

Y = index_bars(900)
PROMPT = [name for name, member in MEMBERS.items() if not member.slow]


def origins_for(name):
    return np.array([640, 700] if MEMBERS[name].slow else [100, 400, 640, 655, 700, 830])


@pytest.fixture(params=list(MEMBERS))
def name(request):
    return request.param


def test_a_forecast_has_seven_ordered_finite_quantiles_for_each_origin_and_day(name):
    origins = origins_for(name)
    found = MEMBERS[name].forecaster(Y, origins, 23)
    assert isinstance(found, Forecast)
    np.testing.assert_array_equal(found.origins, origins)
    assert found.quantiles.shape == (len(origins), 23, 7)
    assert np.isfinite(found.quantiles).all()
    assert (np.diff(found.quantiles) >= 0).all()


@pytest.mark.parametrize("how", ["deleted", "reversed", "tripled"])
def test_nothing_after_the_origin_changes_a_byte_of_its_forecast(name, how):
    origins = origins_for(name)
    if how != "deleted":
        origins = origins[:2]
    forecast = MEMBERS[name].forecaster
    seen = forecast(Y, origins, 22).quantiles[-1]
    changed = forecast(altered(Y, int(origins[-1]), how), origins, 22).quantiles[-1]
    assert seen.tobytes() == changed.tobytes()


def test_many_origins_in_one_call_are_as_one_by_one(name):
    origins = origins_for(name)
    together = MEMBERS[name].forecaster(Y, origins, 22).quantiles
    for k, origin in enumerate(origins):
        alone = MEMBERS[name].forecaster(Y, np.array([origin]), 22).quantiles[0]
        np.testing.assert_allclose(together[k], alone, rtol=1e-12, atol=0)


def test_the_same_bars_give_the_same_bytes(name):
    first, again = (MEMBERS[name].forecaster(Y, origins_for(name), 22).quantiles for _ in range(2))
    assert first.tobytes() == again.tobytes()


def test_sixty_bars_are_enough(name):
    found = MEMBERS[name].forecaster(random_bars(60), np.array([59]), 66).quantiles
    assert (found[..., 6] > found[..., 0]).all()


@pytest.mark.parametrize("rows", [slice(0, 200), slice(100, 200), slice(0, 130)], ids=["all", "end", "start"])
def test_a_price_that_stands_still_for_a_while_does_no_harm(name, rows):
    found = MEMBERS[name].forecaster(still(random_bars(200), rows), np.array([150, 199]), 22).quantiles
    assert np.isfinite(found).all()
    assert np.abs(found).max() < 2


@pytest.mark.parametrize(("name", "days"), list(product(PROMPT, [1, 5, 22])))
def test_a_day_has_the_same_median_under_every_horizon(name, days):
    origins = origins_for(name)
    near, far = (MEMBERS[name].forecaster(Y, origins, horizon).quantiles[:, :days, MEDIAN] for horizon in (days, 66))
    np.testing.assert_allclose(near, far, rtol=1e-12)


def test_bands_widen_with_the_days_ahead(name):
    found = MEMBERS[name].forecaster(Y, origins_for(name), 66).quantiles
    width = found[..., 6] - found[..., 0]
    assert (width[:, [4, 21, 65]] > width[:, [0, 4, 21]]).all()


def test_the_baseline_is_one_of_the_members():
    assert MEMBERS[BASELINE].forecaster(Y, np.array([700]), 3).quantiles[0, :, MEDIAN].tolist() == [0, 0, 0]

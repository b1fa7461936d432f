from functools import cache
from itertools import product

import numpy as np
import pytest

from app.forecasting.forecast import MEDIAN, Forecast
from app.forecasting.registry import BASELINE, FORECASTERS
from tests.support.series import altered, index_bars, random_bars, still

# Prophet drops columns in a way that pandas 4 will not know; the libraries below the forecasters are not on trial here.
pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")

Y = index_bars(900)


@pytest.fixture(params=list(FORECASTERS))
def name(request):
    return request.param


PROMPT = [name for name, member in FORECASTERS.items() if not member.slow]
# Prophet's trend is weighed by the other origins of the call; the combination is judged up to the last of them.
ONE_BY_ONE = [name for name in FORECASTERS if name not in ("prophet", "combined", "combined_model")]
# The chance of rising that is moved to the base rate is also one of the band, which is calibrated for all days at once.
SAME_MIDDLE = [name for name in PROMPT if name != "combined"]
# Stock-standard Prophet stands here to be measured: its band may shrink with time, or fall to nothing.
OURS = [name for name in FORECASTERS if name != "prophet_stock"]


def origins_for(name):
    return (640, 700) if FORECASTERS[name].slow else (100, 400, 640, 655, 700, 830)


@cache
def seen(name, origins, horizon=22):
    return FORECASTERS[name].forecaster(Y, np.array(origins), horizon).quantiles


def test_a_forecast_has_seven_ordered_finite_quantiles_for_each_origin_and_day(name):
    origins = np.array(origins_for(name))
    found = FORECASTERS[name].forecaster(Y, origins, 23)
    assert isinstance(found, Forecast)
    np.testing.assert_array_equal(found.origins, origins)
    assert found.quantiles.shape == (len(origins), 23, 7)
    assert np.isfinite(found.quantiles).all()
    assert (np.diff(found.quantiles) >= 0).all()


@pytest.mark.parametrize("how", ["deleted", "reversed", "tripled"])
def test_nothing_after_the_origin_changes_a_byte_of_its_forecast(name, how):
    origins = origins_for(name)[-1:] if FORECASTERS[name].slow else origins_for(name)
    blind = FORECASTERS[name].forecaster(altered(Y, origins[-1], how), np.array(origins), 22).quantiles
    assert blind[-1].tobytes() == seen(name, origins)[-1].tobytes()


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_many_origins_in_one_call_are_as_one_by_one(name):
    for k, origin in enumerate(origins_for(name)):
        np.testing.assert_allclose(seen(name, origins_for(name))[k], seen(name, (origin,))[0], rtol=1e-12, atol=1e-15)


def test_the_same_bars_give_the_same_bytes(name):
    origin = origins_for(name)[-1]
    again = FORECASTERS[name].forecaster(Y, np.array([origin]), 22).quantiles
    assert again.tobytes() == seen(name, (origin,)).tobytes()


@pytest.mark.parametrize("name", OURS)
def test_sixty_bars_are_enough(name):
    found = FORECASTERS[name].forecaster(random_bars(60), np.array([59]), 66).quantiles
    assert (found[..., 6] > found[..., 0]).all()


@pytest.mark.parametrize("rows", [slice(0, 200), slice(100, 200), slice(0, 130)], ids=["all", "end", "start"])
def test_a_price_that_stands_still_for_a_while_does_no_harm(name, rows):
    found = FORECASTERS[name].forecaster(still(random_bars(200), rows), np.array([199]), 22).quantiles
    assert np.isfinite(found).all()
    assert np.abs(found).max() < 2


@pytest.mark.parametrize(("name", "days"), list(product(SAME_MIDDLE, [1, 5, 22])))
def test_a_day_has_the_same_median_under_every_horizon(name, days):
    near, far = (seen(name, origins_for(name), horizon)[:, :days, MEDIAN] for horizon in (days, 66))
    np.testing.assert_allclose(near, far, rtol=1e-12)


@pytest.mark.parametrize("days", [1, 5, 22])
def test_the_published_median_of_a_day_differs_between_horizons_by_less_than_a_hundredth_of_its_band(days):
    near, far = (seen("combined", origins_for("combined"), horizon)[:, :days] for horizon in (days, 66))
    widths = near[..., 5] - near[..., 1]
    assert (np.abs(near[..., MEDIAN] - far[..., MEDIAN]) < 0.01 * widths).all()


@pytest.mark.parametrize("name", OURS)
def test_bands_widen_with_the_days_ahead(name):
    found = seen(name, origins_for(name)[-1:], 66)
    width = found[..., 6] - found[..., 0]
    assert (width[:, [4, 21, 65]] > width[:, [0, 4, 21]]).all()


def test_the_baseline_stays_at_the_last_price():
    assert (seen(BASELINE, (700,))[..., MEDIAN] == 0).all()

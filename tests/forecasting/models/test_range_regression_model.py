from dataclasses import replace

import numpy as np
import pytest

from app.forecasting.forecast import MEDIAN
from app.forecasting.models.range_regression import COEFFICIENTS, CUT_OFFS, REGRESSION_DAYS, linear
from app.forecasting.volatility import range_variance
from tests.support.series import index_bars

Y = index_bars()


@pytest.mark.parametrize("days", REGRESSION_DAYS)
def test_a_forecast_is_the_regression_by_hand_with_coefficients_on_a_cubic(days):
    origin, daily = 1200, range_variance(Y)
    found = COEFFICIENTS[max((Y.dates[origin] > CUT_OFFS).sum() - 1, 0)]
    cubics = np.polyfit(np.log(REGRESSION_DAYS), found, 3)
    coefficients = np.array([np.polyval(cubic, np.log(days)) for cubic in cubics.T])
    sigma = np.sqrt(np.mean(np.diff(Y.close[origin - 252 : origin + 1]) ** 2))
    means = [np.sqrt(daily[origin + 1 - bars : origin + 1].mean()) / sigma for bars in (1, 5, 22, 66)]
    growth = np.exp(coefficients[7:] @ np.log([*means, sigma / 0.018]))
    found = linear(Y, np.array([origin]), 66).quantiles[0, days - 1]
    np.testing.assert_allclose(found, coefficients[:7] * growth * sigma * np.sqrt(days), rtol=1e-6)


def test_without_drift_only_the_median_changes():
    origins = np.array([600, 1200])
    free, fixed = (linear(Y, origins, 22, drift).quantiles for drift in (True, False))
    assert (fixed[..., MEDIAN] == 0).all()
    others = [0, 1, 2, 4, 5, 6]
    np.testing.assert_array_equal(free[..., others], fixed[..., others])


def test_a_forecast_uses_the_newest_coefficients_from_before_its_day():
    early, late = (replace(Y, dates=Y.dates - Y.dates[700] + day) for day in CUT_OFFS[1] + np.arange(2))
    old, new = (linear(y, np.array([700]), 5).quantiles for y in (early, late))
    assert (old != new).all()
    at_first = linear(replace(Y, dates=Y.dates - Y.dates[700] + CUT_OFFS[0]), np.array([700]), 5).quantiles
    np.testing.assert_array_equal(at_first, old)

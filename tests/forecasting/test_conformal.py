import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forecasting.conformal import (
    ENOUGH,
    HORIZON_KNOTS,
    LARGEST,
    MEMORY,
    between,
    calibrate,
    calibrated,
    conformal_factors,
    smooth,
    up_to,
    widen,
)
from app.forecasting.forecast import Forecast
from app.forecasting.models.baselines import GAUSSIAN, random_walk
from app.forecasting.scoring.backtest import origins_since, realised
from app.forecasting.scoring.metrics import BANDS
from tests.support.series import random_bars

Y = random_bars(2600, seed=5)
ORIGINS = origins_since(Y, Y.dates[100], 5, 22)
ACTUAL = realised(Y, ORIGINS, 22)


def narrow(y, origins, horizon):
    return Forecast(origins, 0.7 * random_walk(y, origins, horizon).quantiles)


def factor_by_loop(past, actual, origin, day, level, columns):
    """The rank of the paper, over the origins whose day was over at ``origin``."""
    misses = []
    for row, quantiles, happened in zip(past.origins, past.quantiles[:, day - 1], actual[:, day - 1], strict=True):
        if row + day <= origin and origin - row <= MEMORY:
            side = quantiles[columns[0]] if happened < quantiles[3] else quantiles[columns[1]]
            misses.append((happened - quantiles[3]) / (side - quantiles[3]))
    rank = min(len(misses), int(np.ceil((len(misses) + 1) * level / 100)))
    return np.clip(sorted(misses)[rank - 1], 1 / LARGEST, LARGEST) if len(misses) >= ENOUGH else 1.0


@pytest.mark.parametrize("origin", [200, 272, 500, 2500])
def test_the_factor_of_one_day_is_the_conformal_rank_of_the_misses_that_were_over(origin):
    past = random_walk(Y, ORIGINS, 1)
    found = conformal_factors(np.array([origin]), past, ACTUAL[:, :1], prior=0)[0, 0]
    expected = [factor_by_loop(past, ACTUAL, origin, 1, level, columns) for level, columns in BANDS.items()]
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("origin", [500, 2500])
def test_the_factors_of_many_days_are_a_line_through_the_ranks_of_a_few(origin):
    past, days = random_walk(Y, ORIGINS, 22), np.array([1, 2, 3, 5, 8, 13, 22])
    found = np.log(conformal_factors(np.array([origin]), past, ACTUAL, prior=0)[0])
    for band, (level, columns) in enumerate(BANDS.items()):
        ranks = [np.log(factor_by_loop(past, ACTUAL, origin, day, level, columns)) for day in days]
        counts = [(ORIGINS + day <= origin)[origin - ORIGINS <= MEMORY].sum() * min(1, 5 / day) for day in days]
        slope, level_at_one = np.polyfit(np.log(days), ranks, 1, w=np.sqrt(counts))
        np.testing.assert_allclose(found[:, band], level_at_one + slope * np.log(np.arange(1, 23)), atol=1e-9)


def test_bands_stay_as_they_are_until_thirty_origins_are_over():
    before = narrow(Y, ORIGINS[: ENOUGH + 1], 1)
    after = calibrate(before, ACTUAL[: ENOUGH + 1, :1])
    np.testing.assert_array_equal(after.quantiles[:ENOUGH], before.quantiles[:ENOUGH])
    assert (after.quantiles[ENOUGH] != before.quantiles[ENOUGH]).any()


def test_bands_that_are_too_narrow_come_to_hold_at_their_level():
    found = calibrate(narrow(Y, ORIGINS, 22), ACTUAL, prior=0)
    for level, (low, high) in BANDS.items():
        for day in (1, 5):
            held = (found.quantiles[:, day - 1, low] <= ACTUAL[:, day - 1]) & (
                ACTUAL[:, day - 1] <= found.quantiles[:, day - 1, high]
            )
            assert held[100:].mean() == pytest.approx(level / 100, abs=0.06)


def test_what_was_not_over_at_an_origin_changes_no_byte_of_its_bands():
    before, changed = narrow(Y, ORIGINS, 22), ACTUAL.copy()
    origin = ORIGINS[200]
    changed[ORIGINS[:, None] + np.arange(1, 23) > origin] = np.nan
    seen, blind = (calibrate(before, actual).quantiles[:201].tobytes() for actual in (ACTUAL, changed))
    assert seen == blind


def test_a_prior_holds_the_factors_near_one():
    past = narrow(Y, ORIGINS, 22)
    plain, drawn, fixed = (conformal_factors(ORIGINS[-1:], past, ACTUAL, prior) for prior in (0, 50, 1e12))
    assert (plain > 1.2).all()
    assert ((drawn > 1) & (drawn < plain)).all()
    np.testing.assert_allclose(fixed, 1, atol=1e-6)


def test_a_calibrated_forecaster_learns_from_its_own_past():
    wider = calibrated(narrow, prior=0)(Y, ORIGINS[-3:], 22).quantiles
    assert (wider[..., 6] > 1.2 * narrow(Y, ORIGINS[-3:], 22).quantiles[..., 6]).all()


def test_without_a_past_nothing_changes():
    early = np.array([20])
    np.testing.assert_array_equal(calibrated(narrow)(Y, early, 5).quantiles, narrow(Y, early, 5).quantiles)


@given(st.lists(st.floats(0.5, 2), min_size=3, max_size=3))
def test_bands_stay_inside_one_another_whatever_the_factors(factors):
    found = widen(Forecast(np.array([0]), GAUSSIAN[None, None] + 0.1), np.array([[factors]])).quantiles[0, 0]
    assert (np.diff(found) >= 0).all()
    assert found[3] == 0.1
    assert found[6] - 0.1 >= 1.9 * factors[2]


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


def test_a_smooth_curve_goes_through_what_is_a_cubic_already():
    days, x = np.array([1, 2, 3, 5, 8, 13, 22, 66]), np.log(np.arange(1, 67))
    cubic = 1 + x - 0.5 * x**2 + 0.1 * x**3
    found = smooth(days, cubic[days - 1][None, :, None], 40)
    np.testing.assert_allclose(found[0, :, 0], cubic[:40], atol=1e-9)

import numpy as np
import pytest

from app.forecasting import volatility
from app.forecasting.volatility import FLOOR, PERSISTENCE, VolatilityOutlook
from tests.support.series import index_bars, random_bars, still

Y = index_bars(300)


def test_ewma_is_the_weighted_mean_of_a_loop():
    squares = volatility.squared_returns(Y)
    for row in (1, 2, 50, 299):
        weights = [0.94**age for age in range(row)]
        expected = sum(w * squares[row - age] for age, w in enumerate(weights)) / sum(weights)
        assert volatility.ewma(squares)[row] == pytest.approx(expected)


def test_the_long_run_is_the_mean_of_as_many_bars_as_there_are():
    squares = volatility.squared_returns(Y)
    found = volatility.rolling(squares, 100)
    for row in (1, 50, 299):
        expected = np.mean([squares[i] for i in range(max(1, row - 99), row + 1)])
        assert found[row] == pytest.approx(expected)


def test_range_variance_is_the_published_formula_bar_by_bar():
    found = volatility.range_variance(Y)
    for i in (1, 7, 299):
        session = 0.5 * (Y.high[i] - Y.low[i]) ** 2 - (2 * np.log(2) - 1) * (Y.close[i] - Y.open[i]) ** 2
        assert found[i] == pytest.approx(session + (Y.open[i] - Y.close[i - 1]) ** 2)


def test_range_variance_measures_a_known_volatility_with_less_noise_than_closes():
    y = random_bars(4000, volatility=0.02)
    ranges, squares = volatility.range_variance(y)[1:], volatility.squared_returns(y)[1:]
    assert np.sqrt(squares.mean()) == pytest.approx(0.02, rel=0.05)
    assert np.sqrt(ranges.mean()) == pytest.approx(0.02, rel=0.1)
    assert ranges.std() / ranges.mean() < 0.5 * squares.std() / squares.mean()


def test_mean_reversion_adds_up_day_by_day():
    now, normal, total = 4e-4, 1e-4, 0.0
    found = volatility.mean_reverting(np.array([now]), np.array([normal]), 66)[0]
    for day in range(66):
        total += normal + (now - normal) * PERSISTENCE**day
        assert found[day] == pytest.approx(total)


def test_the_excess_of_an_outlook_fades_in_logarithms():
    found = VolatilityOutlook(np.array([1e-4]), np.log(np.array([4.0])))
    assert found.over(1)[0] == pytest.approx(4e-4)
    for days in (5, 66):
        share = np.mean([PERSISTENCE**day for day in range(days)])
        assert found.over(days)[0] == pytest.approx(1e-4 * days * 4**share)


def test_a_price_that_never_moves_has_the_smallest_variance_and_no_excess():
    y = still(random_bars(100), slice(0, 100))
    assert (volatility.ewma(volatility.squared_returns(y)) == FLOOR).all()
    assert (volatility.heterogeneous(y).excess == 0).all()

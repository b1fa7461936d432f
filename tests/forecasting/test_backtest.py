import numpy as np
import pytest

from app.forecasting.forecast import Forecast
from app.forecasting.models.baselines import GAUSSIAN, random_walk
from app.forecasting.scoring.backtest import latest_origins, losses, origins_since, realised
from tests.support.series import random_bars

Y = random_bars(300)


def test_origins_start_on_the_first_bar_of_the_date_and_leave_the_horizon_room():
    found = origins_since(Y, Y.dates[100], 20, 22)
    assert found.tolist() == list(range(100, 278, 20))
    assert found[-1] + 22 <= len(Y) - 1


def test_a_date_without_trading_means_the_next_bar():
    saturday = np.datetime64("2010-01-16")
    assert Y.dates[origins_since(Y, saturday, 20, 22)[0]] == np.datetime64("2010-01-18")


def test_the_last_origin_may_have_just_the_horizon_after_it():
    assert origins_since(Y, Y.dates[277], 1, 22).tolist() == [277]
    assert len(origins_since(Y, Y.dates[278], 1, 22)) == 0


def test_the_latest_origins_end_where_their_target_is_the_last_bar():
    assert latest_origins(Y, 3, 5, 22).tolist() == [267, 272, 277]
    assert latest_origins(Y, 100, 5, 22, first=266).tolist() == [267, 272, 277]


def test_realised_returns_are_those_of_a_loop_and_nan_beyond_the_last_bar():
    origins = np.array([10, 295, 299])
    found = realised(Y, origins, 6)
    for k, origin in enumerate(origins):
        for h in range(1, 7):
            there = origin + h < len(Y)
            expected = Y.close[origin + h] - Y.close[origin] if there else np.nan
            assert found[k, h - 1] == pytest.approx(expected, nan_ok=True)


def test_losses_are_those_of_each_origin_and_day_by_hand():
    forecast = Forecast(np.array([0]), np.tile(GAUSSIAN, (1, 2, 1)))
    found = losses(forecast, np.array([[1.5, -3.0]]), Y.dates[:1])
    assert found.error.tolist() == [[1.5, 3.0]]
    assert found.inside_80.tolist() == [[0, 0]]
    assert found.inside_95.tolist() == [[1, 0]]
    assert found.winkler_80[0, 0] == pytest.approx(2 * 1.2815516 + 10 * (1.5 - 1.2815516))
    assert found.winkler_95[0, 1] == pytest.approx(2 * 1.9599640 + 40 * (3 - 1.9599640))


def test_days_that_have_not_come_are_not_scored():
    origins = np.array([200, 298])
    found = losses(random_walk(Y, origins, 5), realised(Y, origins, 5), Y.dates[origins])
    for name in ("error", "pinball", "inside_80", "inside_95", "winkler_80", "winkler_95"):
        assert np.isnan(getattr(found, name)).tolist() == [[False] * 5, [False] + [True] * 4]

from dataclasses import fields

import numpy as np
import pytest

from app.forecasting.forecast import Forecast, LogPrices
from app.forecasting.models.baselines import GAUSSIAN, random_walk
from app.forecasting.scoring.backtest import (
    RECEIPT_ORIGINS,
    edge_origins,
    finished_origins,
    losses,
    origins_since,
    realised,
    receipt_origins,
    weekly,
)
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


def test_the_weekly_grid_is_the_first_session_of_each_week_whatever_bars_come_later():
    rows = weekly(Y)
    assert (Y.dates[rows].astype("datetime64[D]").astype(object)[3]).isoweekday() == 1
    assert np.diff(rows).tolist() == [5] * (len(rows) - 1)
    without_mondays = Y.dates.astype("datetime64[D]").astype(np.int64) % 7 != 4
    shorter = LogPrices(*(getattr(Y, field.name)[without_mondays] for field in fields(Y)))
    assert {day.isoweekday() for day in shorter.dates[weekly(shorter)].tolist()} == {2}
    assert weekly(Y.until(260)).tolist() == [row for row in rows if row <= 260]


def test_short_horizons_are_tested_twice_a_week_and_all_tests_are_finished():
    assert {day.isoweekday() for day in Y.dates[edge_origins(Y, 5)].tolist()} == {1, 4}
    assert {day.isoweekday() for day in Y.dates[edge_origins(Y, 22)].tolist()} == {1}
    for horizon in (1, 5, 22):
        assert 0 <= len(Y) - 1 - horizon - edge_origins(Y, horizon)[-1] < 5


def test_a_receipt_has_the_newest_finished_weeks():
    y = random_bars(1500)
    rows = finished_origins(y, 22)
    assert receipt_origins(y, 22).tolist() == rows[-RECEIPT_ORIGINS:].tolist()


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

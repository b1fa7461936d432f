from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forecasting.ensemble.blend import PastForecasts, current_forecasts, past_forecasts
from app.forecasting.ensemble.edge import IN_A_ROW, MIN_ORIGINS, better_by_length, claimed, month_ends, trials
from app.forecasting.ensemble.members import MEMBERS
from app.forecasting.ensemble.published import edge_at, finished, publish, record, toward_base_rate, trial_rows
from app.forecasting.models.baselines import GAUSSIAN
from app.forecasting.scoring.backtest import edge_origins
from app.forecasting.scoring.metrics import (
    diebold_mariano,
    probability_up,
    quantile_at,
    up_rates_at,
)
from tests.support.series import altered, bars_of, random_bars

ROWS, VOLATILITY = 2520, 0.015


def walk(seed, drift=0.0, rows=ROWS):
    """Ten years of a random walk that goes up by ``drift`` yearly volatilities a year."""
    moves = np.random.default_rng(seed).normal(drift / np.sqrt(252), 1, rows)
    return bars_of(VOLATILITY * moves, seed)


def echoing(seed, share):
    """Ten years in which each move has ``share`` of the one before in it."""
    moves = np.random.default_rng(seed).normal(0, VOLATILITY, ROWS)
    for row in range(1, ROWS):
        moves[row] += share * moves[row - 1]
    return bars_of(moves, seed)


def pulled_back(seed, half_life=10):
    """Ten years of a price that is drawn to a mean."""
    kept, levels = 0.5 ** (1 / half_life), np.random.default_rng(seed).normal(0, VOLATILITY, ROWS)
    for row in range(1, ROWS):
        levels[row] += kept * levels[row - 1]
    return bars_of(np.diff(levels, prepend=0), seed)


def recorded(y, horizon):
    """The record without Prophet, which is slow and has no vote."""
    past, last = edge_origins(y, horizon), np.array([len(y) - 1])
    nothing = np.full((len(past) + 1, horizon, 7), np.nan)
    said = [nothing if one.name == "prophet" else one.forecasts(y, past, last, horizon) for one in MEMBERS]
    ends = np.stack(said)[:, :-1, -1]
    return record(y, past_forecasts(y, past, horizon, ends), current_forecasts(y, past, horizon, ends[:, :, None]))


def told(make, seed, argument, horizon):
    y = make(seed, argument)
    return edge_at(y, recorded(y, horizon), len(y) - 1)


@cache
def planted():
    y = echoing(5, 0.3)
    return y, recorded(y, 1)


@pytest.mark.parametrize(("make", "argument", "horizon"), [(echoing, 0.3, 1), (echoing, -0.3, 1), (pulled_back, 10, 5)])
def test_a_planted_edge_is_told(make, argument, horizon):
    assert sum(told(make, seed, argument, horizon) for seed in range(1000, 1004)) >= 3


def test_a_walk_with_a_steady_drift_has_no_edge():
    assert not any(told(walk, seed, drift, 22) for seed, drift in ((1, 0.0), (2, 0.4), (3, 0.8)))


@pytest.mark.slow
def test_of_a_hundred_walks_with_any_drift_at_most_one_in_twenty_is_told_to_have_an_edge():
    cases = [(walk, 2000 + seed, 0.2 * (seed % 5), (1, 5, 22)[seed % 3]) for seed in range(100)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        assert sum(executor.map(told, *zip(*cases, strict=True))) <= 5


def test_three_passes_in_a_row_claim_and_only_a_loss_ends_a_claim():
    yes, no = True, False
    assert not claimed([yes, yes, no, yes, yes], [no] * 5)
    assert claimed([yes, yes, yes, no, no], [no] * 5)
    assert not claimed([yes, yes, yes, no, no], [no, no, no, no, yes])
    assert not claimed([yes, yes, yes, no, yes, yes], [no, no, no, yes, no, no])


@given(st.lists(st.booleans(), max_size=13))
def test_without_three_passes_in_a_row_nothing_is_claimed(passed):
    in_a_row = max((sum(passed[k : k + IN_A_ROW]) for k in range(len(passed))), default=0)
    assert in_a_row == IN_A_ROW or not claimed(passed, [False] * len(passed))


def test_p_by_length_is_that_of_the_test_on_the_first_so_many():
    difference = np.random.default_rng(2).normal(-0.1, 1, 90)
    for h in (1, 3, 40):
        by_hand = [diebold_mariano(difference[:n], np.zeros(n), h).p_better for n in range(91)]
        np.testing.assert_allclose(better_by_length(difference, h), by_hand, atol=1e-12)
    assert (better_by_length(np.zeros(5)) == 0.5).all()


def test_the_tests_are_taken_at_twelve_month_ends_and_on_the_day():
    y = random_bars(700)
    rows = trial_rows(y, 650)
    months = y.dates[rows].astype("datetime64[M]")
    assert rows[-1] == 650
    assert len(rows) == 13
    assert (np.diff(months[:-1]).astype(int) == 1).all()
    assert set(rows[:-1]) <= set(month_ends(y))
    assert (y.dates[rows[:-1] + 1].astype("datetime64[M]") > months[:-1]).all()


def test_what_comes_later_changes_no_test_and_no_published_forecast():
    y, found = planted()
    origin = int(found.past.origins[700])
    known = finished(found.past, np.array([origin]))[0]
    later = recorded(altered(y, origin, "reversed"), 1)
    for name in ("stays", "drifts", "p_stays", "p_drifts", "q", "brier", "brier_base"):
        seen, blind = (getattr(one.trials, name)[: known + 1] for one in (found, later))
        np.testing.assert_array_equal(seen, blind)
    np.testing.assert_array_equal(found.published[:701], later.published[:701])
    np.testing.assert_array_equal(found.edges[:701], later.edges[:701])


def test_an_edge_publishes_the_combination_and_none_publishes_it_moved():
    _, found = planted()
    assert found.edges.any()
    assert not found.edges.all()
    ends = found.model.quantiles[:, -1]
    np.testing.assert_array_equal(found.published[found.edges], ends[found.edges])
    moved = found.published[~found.edges] - ends[~found.edges]
    np.testing.assert_allclose(moved, moved[:, :1] * np.ones(7), atol=1e-12)


def test_below_sixty_finished_forecasts_nothing_is_claimed():
    _, found = planted()
    assert not found.trials.passed[:MIN_ORIGINS].any()
    assert found.trials.lost[:MIN_ORIGINS].all()
    first = int(np.flatnonzero(found.edges)[0])
    assert finished(found.past, found.past.origins[[first]])[0] >= MIN_ORIGINS


def test_a_model_that_always_expects_the_same_rise_never_passes():
    y = walk(7, 0.8)
    origins = edge_origins(y, 22)
    past = past_forecasts(y, origins, 22, np.zeros((0, len(origins), 7)))
    rising = VOLATILITY * np.sqrt(22) * (np.tile(GAUSSIAN, (len(origins), 1)) + 0.8 * np.sqrt(22 / 252))
    still = rising - rising[:, [3]]
    found = trials(y, past, rising, still, np.zeros((0, len(origins))), np.full(len(origins), 0.5))
    assert found.stays[-1] < 1
    assert found.p_drifts[-1] >= 0.5 - 1e-9
    assert not found.passed.any()


def test_the_correction_for_several_models_is_that_of_benjamini_and_hochberg():
    y = walk(3)
    origins = edge_origins(y, 5)
    rng = np.random.default_rng(0)
    actual = y.close[origins + 5] - y.close[origins]
    past = PastForecasts(origins, 5, np.zeros((0, len(origins), 7)), actual)
    bands = VOLATILITY * np.sqrt(5) * np.tile(GAUSSIAN, (len(origins), 1))
    good = bands + (actual * 0.05 + rng.normal(0, 1e-4, len(actual)))[:, None]
    idle, half = rng.normal(0, 1e-3, (2, len(actual))), np.full(len(origins), 0.5)
    alone, among = (trials(y, past, good, bands, others, half) for others in (idle[:0], idle))
    p = np.maximum(alone.p_stays, alone.p_drifts)
    np.testing.assert_allclose(alone.q, p)
    assert among.models[-1] == 3
    assert p[-1] <= among.q[-1] <= 3 * p[-1] + 1e-15


def test_the_quantile_function_is_the_inverse_of_the_chance_of_rising():
    quantiles = np.sort(np.random.default_rng(1).normal(0.2, 1, (50, 7)), axis=1)
    chances = probability_up(quantiles)
    np.testing.assert_allclose(quantile_at(quantiles, 1 - chances), 0, atol=1e-9)
    np.testing.assert_allclose(quantile_at(GAUSSIAN[None], np.array([0.9])), GAUSSIAN[5])


def test_the_chance_of_rising_goes_most_of_the_way_to_the_base_rate():
    y = walk(11, 0.8)
    origins, days = np.array([400, 2400]), np.array([1, 22])
    model = np.tile(0.01 * GAUSSIAN, (2, 2, 1))
    found = probability_up(toward_base_rate(y, origins, days, model))
    rates = np.stack([up_rates_at(y, origins, int(day)) for day in days], axis=1)
    share = (found - 0.5) / (rates - 0.5)
    assert (share > 0).all()
    assert share[1, 1] == pytest.approx(0.65 * 113 / 123, abs=0.02)
    # A short past says less of what is usual.
    assert share[0, 1] < share[1, 1] < share[1, 0]


def test_the_published_forecast_of_a_day_does_not_depend_on_which_others_are_asked_for():
    y, found = planted()
    origins, model = found.past.origins[-3:], found.model.quantiles[-3:]
    together = publish(y, found, origins, np.array([1]), model)
    np.testing.assert_array_equal(together[:, 0], found.published[-3:])

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forecasting.ensemble.members import MEMBERS
from app.forecasting.ensemble.weights import MemberRecord, Standing, votes, weigh, weighted_mean, weights_under
from app.forecasting.models.baselines import GAUSSIAN

N = 80
NAMES = [member.name for member in MEMBERS]
ALL = np.ones(len(NAMES), dtype=bool)
SIMULATION, LINEAR, LSTM, PROPHET = range(len(NAMES))


def record(seed=3, **middles):
    """Unit Gaussian bands (members, N, 7) round the given middles, and what happened."""
    actual = np.random.default_rng(seed).normal(size=N)
    quantiles = np.tile(GAUSSIAN, (len(NAMES), N, 1))
    for name, middle in middles.items():
        quantiles[NAMES.index(name)] += np.broadcast_to(middle, N)[:, None]
    return quantiles, actual


def judged(quantiles, actual, present=ALL):
    return weigh(present, MemberRecord(quantiles, actual), slice(None), 1)


@given(st.lists(st.booleans(), min_size=4, max_size=4).filter(any))
def test_votes_add_up_to_one_and_only_the_present_have_any(present):
    found = votes(np.array(present))
    assert found.sum() == pytest.approx(1)
    assert (found[~np.array(present)] == 0).all()


def test_the_network_counts_alone_where_it_is_present_and_else_all_that_are_left_the_same():
    np.testing.assert_array_equal(votes(ALL), [0, 0, 1, 0])
    np.testing.assert_array_equal(votes(ALL & (np.arange(4) != LSTM)), [1 / 3, 1 / 3, 0, 1 / 3])


def test_a_member_that_misses_more_than_the_last_price_is_left_out():
    quantiles, actual = record(lstm=2.0)

    found = judged(quantiles, actual)
    ratio = np.abs(actual - 2).sum() / np.abs(actual).sum()
    assert found.mae_ratios[LSTM] == pytest.approx(ratio)
    assert found.standings[LSTM] is Standing.LEFT_OUT
    np.testing.assert_array_equal(found.weights, [1 / 3, 1 / 3, 0, 1 / 3])


def test_where_all_with_a_vote_are_left_out_those_that_listen_are_heard():
    quantiles, actual = record(lstm=2.0, linear=-2.0)
    np.testing.assert_array_equal(judged(quantiles, actual).weights, [0.5, 0, 0, 0.5])


def test_a_member_that_clearly_beats_the_others_counts_as_much_as_they_do_together():
    _, actual = record()
    quantiles, _ = record(prophet=0.8 * actual)
    found = judged(quantiles, actual)
    assert found.standings[PROPHET] is Standing.JOINED
    np.testing.assert_allclose(found.weights, [0, 0, 0.5, 0.5])


def test_a_short_past_changes_nothing():
    _, actual = record()
    quantiles, _ = record(prophet=actual, lstm=9.0)
    found = judged(quantiles[:, :29], actual[:29])
    np.testing.assert_array_equal(found.weights, votes(ALL))
    assert np.isnan(found.mae_ratios).all()


def test_one_that_learned_too_late_is_absent():
    quantiles, actual = record()
    quantiles[LSTM] = np.nan
    found = judged(quantiles, actual, ALL & (np.arange(4) != LSTM))
    assert found.standings[LSTM] is Standing.ABSENT
    assert found.origins.tolist() == [N, N, 0, N]
    np.testing.assert_allclose(found.weights, [1 / 3, 1 / 3, 0, 1 / 3])


@given(st.lists(st.sampled_from(list(Standing)), min_size=4, max_size=4))
def test_weights_always_add_up_to_one(standings):
    if all(standing is Standing.ABSENT for standing in standings):
        return
    found = weights_under(tuple(standings))
    assert found.sum() == pytest.approx(1)
    assert (found >= 0).all()
    assert all(found[k] == 0 for k, standing in enumerate(standings) if standing is Standing.ABSENT)


def test_a_blend_is_the_mean_by_quantile_and_asks_nothing_of_who_has_no_weight():
    quantiles, _ = record(lstm=1.0)
    quantiles[SIMULATION] = np.nan
    np.testing.assert_allclose(weighted_mean(quantiles, np.array([0, 0.25, 0.75, 0])), np.tile(GAUSSIAN + 0.75, (N, 1)))


def test_each_member_is_judged_where_it_has_a_forecast():
    _, actual = record()
    quantiles, _ = record(prophet=0.8 * actual)
    quantiles[PROPHET, :40] = np.nan
    found = judged(quantiles, actual)
    assert found.origins.tolist() == [N, N, N, N - 40]
    assert found.standings[PROPHET] is Standing.JOINED
    assert found.mae_ratios[PROPHET] == pytest.approx(0.2)

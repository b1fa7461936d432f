import numpy as np
import pytest

from app.patterns.candlesticks import SHAPES
from app.patterns.evidence import SHIFTS, chances, evidence, false_discovery_rates, jeffreys

ROWS = 1500


def walk(rows=ROWS, seed=1):
    return 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.01, rows)))


def hits(counts, rows=ROWS, seed=2):
    rng, found = np.random.default_rng(seed), np.zeros((rows, len(SHAPES)), dtype=bool)
    for column, count in enumerate(counts):
        found[rng.choice(rows - 30, count, replace=False), column] = True
    return found


def test_the_chance_is_that_of_a_loop_over_the_same_shifts():
    found, returns = hits([40, 1, 0, 7, 200, 3, 90, 25]), np.random.default_rng(3).standard_t(3, ROWS)
    by = np.random.default_rng(20).integers(1, ROWS, SHIFTS)
    expected = []
    for column in found.T[[0, 1, 3, 4]]:
        observed = abs(returns[column].mean() - returns.mean())
        shifted = [abs(returns[np.roll(column, shift)].mean() - returns.mean()) for shift in by]
        expected.append((1 + np.sum(np.array(shifted) >= observed * (1 - 1e-9))) / (1 + SHIFTS))
    np.testing.assert_allclose(chances(found, returns)[[0, 1, 3, 4]], expected)


def test_a_shape_that_never_came_has_no_chance():
    assert np.isnan(chances(hits([0] * 8), walk())).all()


def test_chances_are_uniform_where_there_is_nothing_to_find():
    p = np.concatenate(
        [chances(hits([30] * 8, seed=seed), np.diff(np.log(walk(ROWS + 1, seed)))) for seed in range(40)]
    )
    assert abs((p < 0.05).mean() - 0.05) < 0.04
    assert abs((p < 0.5).mean() - 0.5) < 0.08


def test_false_discovery_rates_are_those_of_benjamini_and_hochberg():
    p = np.array([0.01, 0.04, 0.03, np.nan, 0.005, 0.9])
    expected = [0.025, 0.05, 0.05, np.nan, 0.025, 0.9]
    np.testing.assert_allclose(false_discovery_rates(p), expected)
    np.testing.assert_allclose(false_discovery_rates(p.reshape(2, 3)), np.reshape(expected, (2, 3)))
    assert np.isnan(false_discovery_rates(np.array([np.nan]))).all()


def test_jeffreys_intervals_are_those_published():
    # Brown, Cai & DasGupta (2001), table 5: x = 1 and 5 of n = 10.
    np.testing.assert_allclose(jeffreys(1, 10), (0.011, 0.381), atol=6e-4)
    np.testing.assert_allclose(jeffreys(5, 10), (0.224, 0.776), atol=6e-4)
    assert jeffreys(0, 10)[0] == 0
    assert jeffreys(10, 10)[1] == 1


def test_every_shape_is_tested_at_five_and_twenty_two_days():
    found = evidence(hits([40] * 8), walk())
    assert [(one.name, one.days) for one in found] == [(shape.name, days) for shape in SHAPES for days in (5, 22)]


def test_a_row_says_what_followed_and_what_follows_any_bar():
    close, found = walk(), hits([40, 0, 0, 0, 0, 0, 0, 0])
    row, later = evidence(found, close)[0], close[5:] / close[:-5] - 1
    at = found[:-5, 0]
    assert (row.n, row.share_up, row.base_rate) == (40, (later[at] > 0).mean(), (later > 0).mean())
    assert (row.mean, row.base_mean) == pytest.approx((later[at].mean(), later.mean()))


def test_by_default_there_is_no_edge_and_few_hits_are_no_evidence():
    found = evidence(hits([400, 19, 0, 60, 60, 60, 60, 60]), walk())
    assert {one.verdict for one in found if one.n >= 20} == {"no measurable edge"}
    assert {one.verdict for one in found if one.n < 20} == {"not enough evidence"}
    assert {(one.mean, one.share_up, one.p, one.q) for one in found if one.n == 0} == {(None,) * 4}


def test_a_shape_that_really_moves_the_price_is_found():
    found = hits([60, 40, 40, 40, 40, 40, 40, 40])
    steps = np.random.default_rng(4).normal(0, 0.01, ROWS)
    steps[np.flatnonzero(found[:, 0]) + 1] += 0.03
    told = {(one.name, one.verdict) for one in evidence(found, np.exp(np.cumsum(steps))) if one.days == 5}
    assert ("morning star", "more than chance") in told
    assert len([1 for _, verdict in told if verdict == "more than chance"]) == 1


def test_hits_whose_days_after_are_not_known_do_not_count():
    found = np.zeros((100, len(SHAPES)), dtype=bool)
    found[[10, 94, 95, 99], 0] = True
    assert [one.n for one in evidence(found, walk(100))[:2]] == [2, 1]


def test_a_price_that_stands_still_has_an_answer():
    found = evidence(hits([40] * 8), np.full(ROWS, 5.0))
    assert {(one.mean, one.share_up, one.p) for one in found} == {(0.0, 0.0, 1.0)}

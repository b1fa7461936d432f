"""Moving together: the figures against other programs, and how often the test of a tie is wrong where there is none."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import binom
from statsmodels.tsa.stattools import coint

from app.forecasting.co_movement import (
    FALSE_DISCOVERIES,
    LEAST_DAYS,
    LEAST_WEEKS,
    daily_together,
    false_discovery_rates,
    tie,
    weekly_rows,
)


def moves(rng, series, weeks, correlation=0.5):
    """Weekly moves with fat tails whose wild weeks come in spells, the same ones for all series."""
    shocks = rng.standard_t(4, size=(series, weeks)) / np.sqrt(2)
    shocks = np.sqrt(correlation) * shocks[:1] + np.sqrt(1 - correlation) * shocks
    made, level = np.empty((series, weeks)), 1.0
    for week in range(weeks):
        made[:, week] = 0.03 * np.sqrt(level) * shocks[:, week] + 0.001
        level = 0.02 + 0.15 * level * np.mean(shocks[:, week] ** 2) + 0.83 * level
    return made


def walks(rng, series, weeks):
    return np.cumsum(moves(rng, series, weeks), axis=1)


def tied_to(rng, other, half_life, width=0.05):
    kept, gap = 0.5 ** (1 / half_life), np.zeros(len(other))
    for week in range(1, len(other)):
        gap[week] = kept * gap[week - 1] + rng.normal(0, width * np.sqrt(1 - kept**2))
    return 0.7 * other + gap + 1


def told(series):
    """Which pairs a page of these series calls tied."""
    pairs = list(combinations(range(len(series)), 2))
    p = np.array([tie(series[one], series[other], simulations=199).p for one, other in pairs])
    return {pair for pair, q in zip(pairs, false_discovery_rates(p), strict=True) if q <= FALSE_DISCOVERIES}


def test_the_statistic_is_the_smaller_one_of_statsmodels_in_both_directions():
    first, second = walks(np.random.default_rng(1), 2, 300)
    theirs = [coint(one, other, maxlag=1, autolag=None)[0] for one, other in ((first, second), (second, first))]
    assert tie(first, second).statistic == pytest.approx(min(theirs), rel=1e-9)
    assert tie(second, first).statistic == pytest.approx(min(theirs), rel=1e-9)


@pytest.mark.slow
def test_of_pages_of_unrelated_prices_no_more_than_promised_tell_of_a_tie():
    rng, pages = np.random.default_rng(7), 150
    wrong = sum(bool(told(walks(rng, 4, 260))) for _ in range(pages))
    assert wrong <= binom.ppf(0.999, pages, FALSE_DISCOVERIES)


@pytest.mark.slow
def test_a_tie_is_found_among_others_that_have_none():
    rng, found, wrong = np.random.default_rng(8), 0, 0
    for _ in range(20):
        loose = walks(rng, 3, 520)
        page = told(np.vstack([loose, tied_to(rng, loose[0], half_life=5)]))
        found += (0, 3) in page
        wrong += len(page - {(0, 3)})
    assert found >= 18
    assert wrong <= 4


def test_the_half_life_of_a_tie_is_about_the_one_it_was_made_with():
    rng = np.random.default_rng(9)
    first = walks(rng, 1, 1000)[0]
    lives = [tie(tied_to(rng, first, 6), first, simulations=1).half_life for _ in range(10)]
    assert np.median(lives) == pytest.approx(6, rel=0.3)


def test_correlation_and_beta_are_those_of_numpy_and_their_intervals_hold_them():
    x, y = moves(np.random.default_rng(2), 2, 800)
    together = daily_together(np.cumsum(x), np.cumsum(y))
    assert together.correlation.value == pytest.approx(np.corrcoef(x[1:], y[1:])[0, 1])
    assert together.beta.value == pytest.approx(np.polyfit(x[1:], y[1:], 1)[0])
    for estimate in (together.correlation, together.beta):
        assert estimate.low < estimate.value < estimate.high


@pytest.mark.slow
def test_the_intervals_hold_the_true_correlation_about_as_often_as_they_say():
    rng, n, true, held = np.random.default_rng(3), 200, 0.6, 0
    for _ in range(n):
        x, y = rng.multivariate_normal([0, 0], [[1, true], [true, 1]], 750).T
        estimate = daily_together(np.cumsum(x), np.cumsum(y)).correlation
        held += estimate.low <= true <= estimate.high
    assert binom.ppf(0.001, n, 0.93) <= held <= binom.ppf(0.999, n, 0.96)


def test_too_little_in_common_is_no_figure():
    first, second = walks(np.random.default_rng(4), 2, LEAST_WEEKS)
    assert daily_together(first[:LEAST_DAYS], second[:LEAST_DAYS]) is None
    assert tie(first[:-1], second[:-1]) is None
    assert tie(first, second) is not None


def test_prices_that_stand_still_or_are_the_same_have_no_tie_to_test():
    first = walks(np.random.default_rng(5), 1, 200)[0]
    assert tie(first, np.zeros(200)) is None
    assert tie(first, first + 2) is None
    assert daily_together(first, np.zeros(200)) is None


def test_a_week_ends_with_its_last_session():
    days = np.array(["2024-01-04", "2024-01-05", "2024-01-08", "2024-01-11", "2024-01-15"], dtype="datetime64[D]")
    assert weekly_rows(days).tolist() == [1, 3, 4]

import numpy as np
import pytest
import scoringrules
from arch.bootstrap import CircularBlockBootstrap
from dieboldmariano import dm_test
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm
from sklearn.metrics import brier_score_loss, mean_pinball_loss
from statsmodels.stats.proportion import proportion_confint

from app.forecasting.forecast import QUANTILES
from app.forecasting.scoring import metrics
from app.forecasting.scoring.reliability import brier_score
from tests.support.thread_cost import thread_cost

GAUSSIAN = norm.ppf(QUANTILES)
sorted_quantiles = arrays(float, 7, elements=st.floats(-1, 1, width=32)).map(np.sort)


@pytest.fixture
def sample():
    rng = np.random.default_rng(1)
    return np.sort(rng.normal(size=(40, 7)), axis=1), rng.normal(size=40)


def test_pinball_loss_is_the_mean_that_sklearn_gives_quantile_by_quantile(sample):
    quantiles, actual = sample
    loss = metrics.pinball_loss(quantiles, actual)
    for column, level in enumerate(QUANTILES):
        assert loss[:, column].mean() == pytest.approx(mean_pinball_loss(actual, quantiles[:, column], alpha=level))


def test_pinball_loss_is_the_textbook_formula_at_every_sample(sample):
    quantiles, actual = sample
    loss = metrics.pinball_loss(quantiles, actual)
    for i in range(len(actual)):
        for column, q in enumerate(QUANTILES):
            error = actual[i] - quantiles[i, column]
            assert loss[i, column] == pytest.approx(max(q * error, (q - 1) * error))


def test_pinball_loss_takes_any_number_of_leading_axes(sample):
    quantiles, actual = sample
    stacked = metrics.pinball_loss(quantiles.reshape(8, 5, 7), actual.reshape(8, 5))
    np.testing.assert_array_equal(stacked.reshape(40, 7), metrics.pinball_loss(quantiles, actual))


def test_absolute_error_is_that_of_the_median(sample):
    quantiles, actual = sample
    assert metrics.absolute_error(quantiles, actual) == pytest.approx(
        [abs(a - q[3]) for q, a in zip(*sample, strict=True)]
    )


@pytest.mark.parametrize("alpha", [0.05, 0.2, 0.5])
def test_winkler_score_is_the_interval_score_of_scoringrules(sample, alpha):
    quantiles, actual = sample
    mine = metrics.winkler_score(quantiles[:, 0], quantiles[:, 6], actual, alpha)
    np.testing.assert_allclose(mine, scoringrules.interval_score(actual, quantiles[:, 0], quantiles[:, 6], alpha))


def test_winkler_score_charges_width_and_what_was_missed(sample):
    quantiles, actual = sample
    for (low, *_, high), y in zip(quantiles, actual, strict=True):
        miss = low - y if y < low else y - high if y > high else 0
        found = metrics.winkler_score(np.array([low]), np.array([high]), np.array([y]), 0.2)
        assert found[0] == pytest.approx(high - low + 10 * miss)


def test_a_band_holds_on_its_borders():
    found = metrics.inside(np.zeros(4), np.ones(4), np.array([-0.1, 0, 1, 1.1]))
    assert found.tolist() == [False, True, True, False]


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_coverage_has_the_wilson_interval_of_statsmodels(counts):
    found = metrics.coverage(*counts)
    expected = proportion_confint(*counts, method="wilson")
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-12)
    assert found.low <= found.value <= found.high


def test_coverage_of_nothing_says_that_anything_is_possible():
    found = metrics.coverage(0, 0)
    assert np.isnan(found.value)
    assert (found.low, found.high) == (0, 1)


@pytest.mark.parametrize(("n", "block"), [(60, 5), (61, 5), (7, 7), (30, 1), (5, 9)])
def test_the_bootstrap_draws_the_very_samples_that_arch_draws(n, block):
    mine, baseline = np.random.default_rng(2).exponential(size=(2, n))
    found = metrics.loss_ratio(mine, baseline, block, seed=3, resamples=200)
    judge = CircularBlockBootstrap(min(block, n), mine, baseline, seed=np.random.default_rng(3))
    ratios = judge.apply(lambda a, b: a.sum() / b.sum(), reps=200)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(ratios, [0.025, 0.975])))


def test_the_bootstrap_is_what_a_loop_over_blocks_gives():
    mine, baseline = np.random.default_rng(4).exponential(size=(2, 23))
    starts, ratios = np.random.default_rng(0).integers(23, size=(50, 6)), []
    for row in starts:
        picked = [(start + step) % 23 for start in row for step in range(4)][:23]
        ratios.append(mine[picked].sum() / baseline[picked].sum())
    found = metrics.loss_ratio(mine, baseline, 4, resamples=50)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(ratios, [0.025, 0.975])))


def test_the_bootstrap_of_a_receipt_takes_less_than_fifteen_milliseconds():
    mine, baseline = np.random.default_rng(5).exponential(size=(2, 100))
    assert thread_cost(lambda: metrics.loss_ratio(mine, baseline, 5)) < 0.015


def test_ratios_are_ratios_of_sums(sample):
    quantiles, actual = sample
    worse = quantiles * 2
    assert metrics.mae_ratio(-actual, 2 * actual).value == pytest.approx(0.5)
    expected = metrics.pinball_loss(quantiles, actual).sum() / metrics.pinball_loss(worse, actual).sum()
    assert metrics.pinball_ratio(quantiles, worse, actual).value == pytest.approx(expected)


def test_equal_losses_have_the_ratio_one_even_where_all_are_zero():
    found = metrics.loss_ratio(np.zeros(10), np.zeros(10), 3)
    assert (found.low, found.value, found.high) == (1, 1, 1)


def test_no_origin_has_no_ratio():
    assert np.isnan(metrics.loss_ratio(np.zeros(0), np.zeros(0)).value)


@pytest.mark.parametrize("h", [1, 2, 5])
@pytest.mark.parametrize("one_sided", [False, True])
def test_diebold_mariano_agrees_with_the_package_of_that_name(h, one_sided):
    actual, mine, theirs = np.random.default_rng(6).normal(size=(3, 60))
    expected = dm_test(actual, mine, theirs, h=h, one_sided=one_sided, variance_estimator="bartlett")
    found = metrics.diebold_mariano((actual - mine) ** 2, (actual - theirs) ** 2, h)
    assert (found.statistic, found.p_better if one_sided else found.p_two_sided) == pytest.approx(expected, abs=1e-7)


def test_diebold_mariano_is_the_plain_test_one_step_ahead():
    actual, mine, theirs = np.random.default_rng(7).normal(size=(3, 40))
    expected = dm_test(actual, mine, theirs, h=1)
    found = metrics.diebold_mariano((actual - mine) ** 2, (actual - theirs) ** 2)
    assert (found.statistic, found.p_two_sided) == pytest.approx(expected, abs=1e-7)


def test_diebold_mariano_of_equal_forecasts_finds_no_difference():
    found = metrics.diebold_mariano(np.ones(20), np.ones(20), 3)
    assert (found.statistic, found.p_two_sided, found.p_better) == (0, 1, 0.5)


@given(arrays(float, st.integers(2, 30), elements=st.floats(-1, 1, width=32)), st.integers(1, 40))
def test_diebold_mariano_gives_a_probability_whatever_the_losses(difference, h):
    found = metrics.diebold_mariano(difference, np.zeros(len(difference)), h)
    assert 0 <= found.p_two_sided <= 1
    assert 0 <= found.p_better <= 1


@given(st.floats(-3, 3), st.floats(0.01, 2))
def test_the_probability_of_a_rise_is_exact_for_a_normal_forecast(mean, deviation):
    found = metrics.probability_up(mean + deviation * GAUSSIAN)
    assert float(found) == pytest.approx(norm.cdf(mean / deviation), abs=1e-9)


def test_the_probability_of_a_rise_meets_each_quantile_at_its_level():
    shape = np.array([-3.0, -2.0, -0.5, 0.1, 0.4, 1.0, 5.0])
    assert metrics.probability_up(shape - shape[:, None]) == pytest.approx([1 - level for level in QUANTILES])


@given(sorted_quantiles, st.floats(0, 1))
def test_a_higher_forecast_never_makes_a_rise_less_likely(quantiles, lift):
    now, lifted = metrics.probability_up(np.stack([quantiles, quantiles + lift]))
    assert 0 <= now <= lifted + 1e-9 <= 1 + 2e-9


def test_a_price_that_stands_still_rises_with_even_odds():
    assert metrics.probability_up(np.zeros((1, 7))) == pytest.approx([0.5])


def test_brier_score_is_that_of_sklearn_and_scoringrules():
    rng = np.random.default_rng(8)
    probability, happened = rng.random(50), rng.random(50) < 0.5
    found = brier_score(probability, happened)
    assert found == pytest.approx(brier_score_loss(happened, probability))
    assert found == pytest.approx(scoringrules.brier_score(happened.astype(float), probability).mean())
    assert found == pytest.approx(sum((p - o) ** 2 for p, o in zip(probability, happened, strict=True)) / 50)

import numpy as np
import pytest

from app.forecasting.forecast import QUANTILES
from app.forecasting.models.baselines import ewma, random_walk
from app.forecasting.scoring.backtest import losses, origins_since, realised
from app.forecasting.scoring.metrics import diebold_mariano
from app.forecasting.scoring.score import Span, held, join, overlap, score, select, spans
from tests.support.series import days, index_bars

Y = index_bars()
ORIGINS = origins_since(Y, Y.dates[800], 10, 22)
ACTUAL = realised(Y, ORIGINS, 22)
MINE, BASELINE = (losses(f(Y, ORIGINS, 22), ACTUAL, Y.dates[ORIGINS]) for f in (ewma, random_walk))


def pinball_by_loop(forecast, first, last):
    total = 0.0
    for k in range(len(ORIGINS)):
        for h in range(first, last + 1):
            for column, q in enumerate(QUANTILES):
                error = ACTUAL[k, h - 1] - forecast.quantiles[k, h - 1, column]
                total += max(q * error, (q - 1) * error)
    return total


@pytest.mark.parametrize(
    ("horizon", "expected"),
    [(1, "1"), (3, "1 3 1–3"), (5, "1 5 1–5"), (22, "1 5 22 1–5 1–22"), (66, "1 5 22 66 1–5 1–22")],
)
def test_the_spans_are_those_that_the_horizon_reaches(horizon, expected):
    assert " ".join(map(str, spans(horizon))) == expected


@pytest.mark.parametrize("span", [Span(1, 1), Span(1, 5), Span(1, 22)], ids=str)
def test_a_pinball_ratio_is_a_ratio_of_sums_over_origins_and_days(span):
    mine, theirs = (pinball_by_loop(f(Y, ORIGINS, 22), span.first, span.last) for f in (ewma, random_walk))
    found = score(MINE, BASELINE, span)
    assert found.n == len(ORIGINS)
    assert found.pinball_ratio.value == pytest.approx(mine / theirs)
    assert found.pinball_ratio.low < mine / theirs < found.pinball_ratio.high


def test_the_baseline_against_itself_has_the_ratio_one_and_no_edge():
    found = score(BASELINE, BASELINE, Span(1, 22))
    assert (found.mae_ratio.low, found.mae_ratio.value, found.mae_ratio.high) == (1, 1, 1)
    assert found.pinball_test.p_two_sided == 1


def test_the_test_knows_how_many_origins_share_a_future():
    found = score(MINE, BASELINE, Span(22, 22)).pinball_test
    assert found == diebold_mariano(MINE.pinball[:, 21], BASELINE.pinball[:, 21], 3)


def test_coverage_is_the_mean_over_days_and_counts_origins():
    over_80, over_95 = held(MINE, Span(1, 5))
    assert over_80.value == pytest.approx(MINE.inside_80[:, :5].mean())
    assert over_95.value == pytest.approx(MINE.inside_95[:, :5].mean())
    assert over_80.low == pytest.approx(held(select(MINE, np.arange(len(ORIGINS)) >= 0), Span(1, 5))[0].low)


def test_twice_the_same_ticker_gives_the_same_ratio_and_interval():
    once = score(MINE, BASELINE, Span(1, 22))
    twice = score(join([MINE, MINE]), join([BASELINE, BASELINE]), Span(1, 22))
    assert twice.n == 2 * once.n
    assert twice.pinball_ratio.low == pytest.approx(once.pinball_ratio.low)
    assert twice.pinball_ratio.high == pytest.approx(once.pinball_ratio.high)
    assert twice.pinball_test.p_two_sided == pytest.approx(once.pinball_test.p_two_sided)


def test_origins_without_a_future_count_for_no_span_that_needs_it():
    late = np.append(ORIGINS, len(Y) - 6)
    actual = realised(Y, late, 22)
    mine, baseline = (losses(f(Y, late, 22), actual, Y.dates[late]) for f in (ewma, random_walk))
    assert score(mine, baseline, Span(1, 5)).n == len(ORIGINS) + 1
    assert score(mine, baseline, Span(1, 22)) == score(MINE, BASELINE, Span(1, 22))


@pytest.mark.parametrize(("every", "ahead", "expected"), [(20, 22, 2), (22, 22, 1), (5, 22, 5), (5, 5, 1), (1, 5, 5)])
def test_neighbours_overlap_as_far_as_the_days_ahead_reach(every, ahead, expected):
    assert overlap(days(400)[::every], ahead) == expected

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from app.forecasting.forecast import QUANTILES
from app.forecasting.models.baselines import historical_simulation
from app.forecasting.past_questions import (
    DISTANCES,
    chances_by_past,
    chances_by_paths,
    chances_by_rule,
    extremes,
    happened,
    levels_at,
)
from app.forecasting.paths import ENOUGH, at_scores, shuffled, windows_of
from app.forecasting.questions import LEAST, MOST, chances, deepest_fall, first_of, first_touch, traded_with
from app.forecasting.scoring.metrics import probability_up
from app.forecasting.scoring.reliability import reliability
from tests.support.series import altered, index_bars, random_bars, still

HORIZON = 22
LEVELS = np.log(1 + np.array([-0.2, -0.1, -0.05, -0.02, -0.001, 0.0, 0.001, 0.02, 0.05, 0.1, 0.2]))


def forecast_at(y, origin, horizon=HORIZON):
    return historical_simulation(y, np.array([origin]), horizon).quantiles[0]


@pytest.fixture(scope="module")
def y():
    return index_bars(1500)


@pytest.fixture(scope="module")
def quantiles(y):
    # Not round the last price, and wider below it than above.
    return forecast_at(y, len(y) - 1) * np.where(np.array(QUANTILES) < 0.5, 1.3, 1.0) + 0.01


@pytest.fixture(scope="module")
def paths(y, quantiles):
    return shuffled(windows_of(y, HORIZON), quantiles)


def test_between_the_seven_quantiles_the_normal_score_is_a_line_and_beyond_them_it_goes_on(quantiles):
    gaussian = 0.03 + 0.02 * np.tile(ndtri(np.array(QUANTILES)), (2, 1))
    scores = np.linspace(-4, 4, 33)
    assert at_scores(gaussian, scores) == pytest.approx(np.tile(0.03 + 0.02 * scores, (2, 1)))
    assert at_scores(quantiles, ndtri(np.array(QUANTILES))) == pytest.approx(quantiles)


def test_on_every_day_the_paths_have_the_quantiles_of_the_forecast(paths, quantiles):
    n = paths.close.shape[1]
    shares = (np.arange(n) + 0.5) / n
    assert np.sort(paths.close, axis=1) == pytest.approx(at_scores(quantiles, ndtri(shares)))
    assert pytest.approx(quantiles, abs=0.002) == np.quantile(paths.close, QUANTILES, axis=1).T


def test_each_path_keeps_the_rank_of_its_window(y, paths):
    windows = windows_of(y, HORIZON)
    assert (np.argsort(paths.close, axis=1, kind="stable") == windows.order).all()


def test_a_high_is_never_below_and_a_low_never_above_the_closes_of_its_day(paths):
    assert (paths.high >= paths.close).all()
    assert (paths.low <= paths.close).all()


def test_trading_there_is_no_less_likely_than_closing_and_closing_no_less_than_ending(paths):
    said = chances(paths, LEVELS)
    assert (said.end <= said.close).all()
    assert (said.close <= said.trade).all()
    assert (said.close[1:-1] > said.end[1:-1]).all()
    for part in (said.end, said.close, said.trade):
        assert ((part >= LEAST) & (part <= MOST)).all()
        assert (np.diff(part[LEVELS >= 0]) <= 0).all()
        assert (np.diff(part[LEVELS < 0]) >= 0).all()


def test_the_upper_tenth_of_the_forecast_has_a_chance_of_ten_percent(paths, quantiles):
    ends = chances(paths, quantiles[-1, [5, 6, 1]]).end
    assert ends == pytest.approx([0.1, 0.025, 0.1], abs=1e-9)
    assert (paths.close[-1] >= quantiles[-1, 5]).mean() == pytest.approx(0.1, abs=0.001)
    assert chances(paths, np.array([0.0])).end == pytest.approx(probability_up(quantiles[-1]))


def test_a_shorter_question_reads_the_same_paths(paths, quantiles):
    said = chances(paths.until(5), LEVELS)
    above = probability_up(quantiles[4] - LEVELS[:, None])
    assert said.end == pytest.approx(np.clip(np.where(LEVELS >= 0, above, 1 - above), LEAST, MOST))
    assert (said.trade <= chances(paths, LEVELS).trade).all()


def test_the_chance_of_having_traded_there_grows_from_day_to_day_up_to_that_of_the_whole_way(paths):
    for level in (-0.05, 0.03):
        daily = first_touch(paths, level)
        assert len(daily) == HORIZON
        assert (np.diff(daily) >= 0).all()
        assert daily[-1] == pytest.approx(chances(paths, np.array([level])).trade[0], abs=1e-9)


def test_the_price_that_trades_with_one_chance_in_four_has_that_chance(paths):
    below, above = traded_with(paths, 0.25)
    assert below < 0 < above
    assert chances(paths, np.array([below, above])).trade == pytest.approx([0.25, 0.25], abs=0.002)


def test_of_a_target_and_a_stop_one_comes_first_or_neither(paths):
    order = first_of(paths, 0.04, -0.03)
    assert order.target + order.stop + order.neither == pytest.approx(1)
    reached = chances(paths, np.array([0.04, -0.03])).trade
    assert order.target <= reached[0]
    assert order.stop <= reached[1]
    assert reached[0] - order.target <= order.stop
    assert 0 <= order.same_day <= order.stop


def test_the_deepest_fall_is_deeper_where_it_is_less_likely(paths):
    assert deepest_fall(paths, 0.1) < deepest_fall(paths, 0.5) <= 0
    assert chances(paths, np.array([deepest_fall(paths, 0.1)])).trade == pytest.approx([0.1], abs=0.002)


def test_without_highs_and_lows_nothing_is_said_of_trades():
    told = random_bars(700)
    closes = type(told)(told.dates, told.close, told.close, told.close, told.close, told.volume)
    paths = shuffled(windows_of(closes, 5), forecast_at(closes, 699, 5))
    assert paths.trades is None
    assert chances(paths, LEVELS).trade is None
    assert first_touch(paths, 0.02)[-1] == pytest.approx((paths.close.max(axis=0) >= 0.02).mean())


@pytest.mark.parametrize("horizon", [1, 22, 66])
def test_a_short_history_is_helped_out_by_simulated_windows(horizon):
    y = random_bars(250)
    quantiles = forecast_at(y, 249, horizon)
    paths = shuffled(windows_of(y, horizon), quantiles)
    windows = 250 - 20 - horizon
    assert paths.simulated == ENOUGH - windows
    assert paths.close.shape == paths.high.shape == (horizon, ENOUGH)
    assert np.quantile(paths.close[-1], 0.9) == pytest.approx(quantiles[-1, 5], rel=0.03)


def test_a_price_that_stands_still_has_paths_too():
    y = still(random_bars(600), slice(300, None))
    paths = shuffled(windows_of(y, 5), forecast_at(y, 599, 5))
    assert np.isfinite(paths.close).all()
    assert np.isfinite(paths.high).all()


@pytest.mark.parametrize("how", ["deleted", "reversed", "tripled"])
def test_a_past_question_is_answered_by_what_was_over_then(how):
    y, origin = index_bars(700), 450
    other = altered(y, origin, how)
    quantiles = forecast_at(y, origin)
    first, second = (shuffled(windows_of(bars, HORIZON), quantiles, origin) for bars in (y, other))
    for name in ("close", "high", "low"):
        assert (getattr(first, name) == getattr(second, name)).all()
    origins = np.array([origin])
    assert (levels_at(y, origins, HORIZON) == levels_at(other, origins, HORIZON)).all()
    levels = levels_at(y, origins, HORIZON)
    said = [chances_by_past(extremes(bars, HORIZON), origins, levels) for bars in (y, other)]
    assert (said[0] == said[1]).all()


def test_paths_seen_from_the_past_are_those_of_that_day(y):
    origin = 1200
    quantiles = forecast_at(y, origin)
    then = shuffled(windows_of(y.until(origin), HORIZON), quantiles)
    later = shuffled(windows_of(y, HORIZON), quantiles, origin)
    assert (then.close == later.close).all()
    assert (then.high == later.high).all()


def test_what_happened_is_what_the_bars_after_the_origin_say(y):
    origins = np.array([800, 1000])
    levels = np.tile([-0.03, 0.02], (2, 1))
    told = happened(extremes(y, HORIZON), origins, levels)
    for place, origin in enumerate(origins):
        after = slice(origin + 1, origin + 1 + HORIZON)
        close, high, low = (part[after] - y.close[origin] for part in (y.close, y.high, y.low))
        assert told[:, place, 0].tolist() == [close[-1] <= -0.03, close.min() <= -0.03, low.min() <= -0.03]
        assert told[:, place, 1].tolist() == [close[-1] >= 0.02, close.max() >= 0.02, high.max() >= 0.02]


def test_every_way_of_answering_gives_chances_for_every_event_origin_and_level(y):
    origins = np.array([600, 900, 1300])
    levels = levels_at(y, origins, HORIZON)
    quantiles = historical_simulation(y, origins, HORIZON).quantiles
    answers = (
        chances_by_paths(windows_of(y, HORIZON), quantiles, origins, levels),
        chances_by_past(extremes(y, HORIZON), origins, levels),
        chances_by_rule(y, origins, HORIZON, levels),
    )
    for said in answers:
        assert said.shape == (3, 3, len(DISTANCES))
        assert ((said >= 0) & (said <= 1)).all()
    tail = ndtr(-abs(levels[0, 0]) / (np.std(np.diff(y.close[600 - 252 : 601])) * np.sqrt(HORIZON)))
    assert answers[2][0, 0, 0] == pytest.approx(tail, rel=0.05)


def test_chances_that_were_kept_have_no_calibration_error():
    rng = np.random.default_rng(4)
    said = rng.uniform(0.02, 0.98, 40_000)
    kept = reliability(said, (rng.uniform(size=40_000) < said).astype(float))
    boasted = reliability(said, (rng.uniform(size=40_000) < said / 2).astype(float))
    assert kept.calibration_error < 0.01
    assert boasted.calibration_error == pytest.approx(said.mean() / 2, abs=0.01)
    assert kept.brier == pytest.approx((said * (1 - said)).mean(), abs=0.005)
    assert sum(row.n for row in kept.table) == 40_000
    assert [row.said for row in kept.table] == pytest.approx(np.linspace(0.06, 0.94, 10), abs=0.05)

import numpy as np
import pytest

from app.forecasting.ensemble.blend import CurrentForecasts, PastForecasts, blend
from app.forecasting.ensemble.members import MEMBERS
from app.forecasting.ensemble.weights import Standing, weights_under
from app.forecasting.forecast import MEDIAN
from app.forecasting.models.baselines import GAUSSIAN
from app.forecasting.registry import combined
from app.forecasting.scoring.backtest import RECEIPT_ORIGINS
from tests.forecasting.test_weights import LINEAR, LSTM, PROPHET, N, record
from tests.support.series import altered, index_bars

# Prophet drops columns in a way that pandas 4 will not know.
pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")

ORIGINS = np.arange(N) * 10


def past_of(quantiles, actual, day=22):
    return PastForecasts(ORIGINS[: len(actual)], day, quantiles, actual)


def at_each(quantiles, t=0.0):
    """The members' forecasts at every past origin, to be combined for the 22nd day; their own past says nothing."""
    k = quantiles.shape[1]
    nothing = np.zeros((2, k, 1))
    return CurrentForecasts(ORIGINS[:k], np.array([22]), quantiles[:, :, None], nothing, nothing, np.full(k, t))


def today(days, shares=(0.0, 0.0), own=(0.0, 0.0), **middles):
    """Unit Gaussian bands round the given middles on some days, long after every past origin."""
    quantiles = np.tile(GAUSSIAN, (len(MEMBERS), 1, len(days), 1))
    for place, member in enumerate(MEMBERS):
        quantiles[place] += middles.get(member.name, 0.0)
    expected, earned = (np.tile(np.array(part)[:, None, None], (1, 1, len(days))) for part in (own, shares))
    return CurrentForecasts(np.array([5000]), np.array(days), quantiles, expected, earned, np.zeros(1))


def test_each_origin_is_weighed_by_what_was_over_by_then():
    quantiles, actual = record(lstm=2.0)
    found = blend(past_of(quantiles, actual), at_each(quantiles))
    # At 22 days and ten bars apart, two more origins have passed than are over.
    assert [weighing.origins[LSTM] for weighing in found.weighings[:6]] == [0, 0, 0, 1, 2, 3]
    np.testing.assert_allclose(found.quantiles[10, -1, MEDIAN], 2.0)
    np.testing.assert_allclose(found.quantiles[-1, -1, MEDIAN], 0.0)


def test_what_is_not_over_changes_no_weight():
    quantiles, actual = record(lstm=2.0)
    early = blend(past_of(quantiles, actual), at_each(quantiles))
    changed = np.where(ORIGINS[40] < ORIGINS + 22, -9.0, actual)
    later = blend(past_of(quantiles, changed), at_each(quantiles))
    assert early.weights[:41].tobytes() == later.weights[:41].tobytes()
    assert early.weighings[40].mae_ratios[LSTM] == later.weighings[40].mae_ratios[LSTM]
    assert early.weighings[-1].mae_ratios[LSTM] != later.weighings[-1].mae_ratios[LSTM]


def test_the_newest_past_forecasts_judge():
    quantiles, actual = (np.concatenate([part] * 3, axis=axis) for part, axis in zip(record(), (1, 0), strict=True))
    past = PastForecasts(np.arange(3 * N) * 10, 22, quantiles, actual)
    assert 3 * N > RECEIPT_ORIGINS
    assert blend(past, today([22])).weighings[0].origins.tolist() == [RECEIPT_ORIGINS] * len(MEMBERS)


def test_who_is_left_out_at_the_horizon_is_left_out_on_every_day():
    quantiles, actual = record(prophet=2.0)
    days = [1, 8, 13, 22]
    found = blend(past_of(quantiles, actual), today(days, linear=1.0))
    standings = found.weighings[0].standings
    assert standings[PROPHET] is Standing.LEFT_OUT
    for place in range(len(days)):
        np.testing.assert_array_equal(found.weights[0, place, : len(MEMBERS)], weights_under(standings))
    np.testing.assert_allclose(found.quantiles[0, :, MEDIAN], found.weights[0, :, LINEAR])


def test_what_the_own_past_has_earned_moves_the_middle_and_keeps_the_bands():
    quantiles, actual = record()
    drift, moves = 0.75, 0.4
    found = blend(past_of(quantiles, actual), today([1, 22], (drift, moves), (1.0, 3.0), lstm=-1.0))
    np.testing.assert_allclose(found.weights.sum(axis=-1), 1)
    np.testing.assert_allclose(found.weights[0, :, -2:], [[(1 - moves) * drift, moves]] * 2)
    members = -found.weights[0, :, LSTM]
    np.testing.assert_allclose(found.quantiles[0, :, MEDIAN], members + (1 - moves) * drift * 1.0 + moves * 3.0)
    np.testing.assert_allclose(found.quantiles - found.quantiles[..., [MEDIAN]], np.tile(GAUSSIAN, (1, 2, 1)))


def test_one_without_a_forecast_is_absent():
    quantiles, actual = record()
    current = today([1, 22])
    current.quantiles[LSTM, :, 0] = np.nan
    found = blend(past_of(quantiles, actual), current)
    assert found.weighings[0].standings[LSTM] is Standing.ABSENT
    assert np.isfinite(found.quantiles).all()


def test_without_a_past_the_votes_count():
    quantiles, actual = record()
    nothing = past_of(quantiles[:, :0], actual[:0])
    found = blend(nothing, today([1, 22]))
    np.testing.assert_allclose(found.weights[0], [[0, 0, 1, 0, 0, 0]] * 2)
    assert blend(nothing, at_each(quantiles[:, :0])).quantiles.shape == (0, 1, 7)


@pytest.mark.parametrize("how", ["reversed", "tripled"])
def test_the_evaluated_verdict_sees_nothing_after_any_of_its_origins(how):
    y, origins = index_bars(1200), np.array([900, 1000, 1100, 1150])
    seen, blind = (combined(bars, origins, 22).quantiles for bars in (y, altered(y, 1000, how)))
    assert seen[:2].tobytes() == blind[:2].tobytes()
    assert seen[2:].tobytes() != blind[2:].tobytes()


def test_the_members_have_names_and_titles_of_their_own():
    assert len({member.name for member in MEMBERS}) == len({member.title for member in MEMBERS}) == len(MEMBERS)

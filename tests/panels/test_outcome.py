import statistics
from dataclasses import replace
from math import log

import numpy as np
import pytest

from app.market.history import history_until
from app.panels.outcome import following, outcome_of
from app.panels.overview import analyse
from tests.support.fakes import FakeMarket, joined, market, with_dividend, with_split
from tests.support.served import served

MARKET = market(340)
ROW, HORIZON = 265, 22
AS_OF = MARKET.dates[ROW].item()
ANALYSIS = analyse.analyse(history_until(MARKET, AS_OF), HORIZON, {})


def outcome_in(quotes):
    return outcome_of(ANALYSIS, following(quotes, AS_OF, HORIZON))


@pytest.fixture(scope="module")
def published():
    with served(FakeMarket(MARKET)) as client:
        return client.get(f"/api/v1/panels/prophet?ticker=SYN&horizon={HORIZON}&as_of={AS_OF}").json()


def test_the_outcome_is_the_closes_that_followed_in_prices_of_the_day():
    outcome = outcome_in(MARKET)
    followed = MARKET.adj_close[ROW + 1 : ROW + 1 + HORIZON] / MARKET.adj_close[ROW]
    assert outcome.dates == tuple(MARKET.dates[ROW + 1 : ROW + 1 + HORIZON].tolist())
    assert outcome.actual == pytest.approx(followed * MARKET.close[ROW])
    assert (outcome.change, outcome.complete) == (pytest.approx(followed[-1] - 1), True)
    assert (outcome.lowest, outcome.highest) == pytest.approx((followed.min() - 1, followed.max() - 1))


def test_later_splits_and_dividends_change_no_outcome_but_what_a_dividend_pays():
    day = MARKET.dates[ROW + 40].item()
    told = with_dividend(with_split(MARKET, day, 4), day, 0.98)
    assert outcome_in(told).actual == pytest.approx(outcome_in(MARKET).actual)


def test_an_outcome_that_is_not_over_says_so():
    outcome = outcome_in(MARKET.rows(np.arange(ROW + 6)))
    assert (len(outcome.dates), outcome.complete) == (5, False)


def test_the_score_of_the_forecast_can_be_recomputed(published):
    outcome, quantiles = published["outcome"], published["forecast"]["quantiles"]
    days = zip(quantiles["0.1"], outcome["actual"], quantiles["0.9"], strict=True)
    held = [low <= actual <= high for low, actual, high in days]
    error = [abs(log(actual / middle)) for actual, middle in zip(outcome["actual"], quantiles["0.5"], strict=True)]
    stayed = [abs(log(actual / published["forecast"]["last"])) for actual in outcome["actual"]]
    assert outcome["score"]["inside_80"] == pytest.approx(statistics.mean(held))
    assert outcome["score"]["end_inside_80"] == held[-1]
    assert outcome["score"]["mae_ratio"] == pytest.approx(sum(error) / sum(stayed))


def test_rows_that_contradict_each_other_after_the_horizon_leave_the_outcome_known():
    last = MARKET.rows(np.array([339]))
    contradicted = joined(MARKET, replace(last, close=last.close + 1))
    assert outcome_in(contradicted) == outcome_in(MARKET)

import asyncio
import math
import statistics
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

from app.charts.chart import WIDE
from app.market.history import history_until
from app.market.sample import SampleSource
from app.panels.overview import analyse
from app.panels.overview import charts as overview_charts
from tests.support.cards import elements
from tests.support.fakes import FakeMarket, market, quotes
from tests.support.served import served

HORIZON = 22


@pytest.fixture(scope="module")
def history():
    return history_until(asyncio.run(SampleSource().load("^GSPC")), None)


@pytest.fixture(scope="module")
def analysis(history):
    return analyse.analyse(history, HORIZON, {})


@pytest.fixture(scope="module")
def closes(history):
    return history.adj_close.tolist()


def moves(closes, days):
    return [closes[i + days] / closes[i] - 1 for i in range(len(closes) - days)]


def quantile(values, share):
    """Between order statistics, as Hyndman and Fan's type 7."""
    ordered, place = sorted(values), share * (len(values) - 1)
    below = ordered[math.floor(place)]
    return below + (place - math.floor(place)) * (ordered[math.ceil(place)] - below)


def ewma_volatilities(closes):
    """RiskMetrics' recursion with weights that add up to one."""
    above = below = 0.0
    found = []
    for old, new in pairwise(closes):
        above, below = 0.94 * above + 0.06 * math.log(new / old) ** 2, 0.94 * below + 0.06
        found.append(math.sqrt(above / below))
    return found


def test_prices_are_those_of_the_last_two_bars(analysis, history):
    assert (analysis.last_close, analysis.previous_close) == (history.close[-1], history.close[-2])
    assert analysis.change == pytest.approx(2506.85 / 2485.74 - 1, abs=1e-5)


def test_the_range_is_that_of_the_last_year(analysis, history):
    rows = [i for i, day in enumerate(history.dates.tolist()) if analysis.as_of - day < timedelta(days=365)]
    assert analysis.year_low == min(history.low[i] for i in rows) == pytest.approx(2346.58, abs=0.01)
    assert analysis.year_high == max(history.high[i] for i in rows) == pytest.approx(2940.91, abs=0.01)


def test_typical_moves_are_the_median_and_the_ninth_decile_of_past_ones(analysis, closes):
    assert [move.days for move in analysis.typical_moves] == [1, 5, 10, 22, 66]
    for move in analysis.typical_moves:
        sizes = [abs(size) for size in moves(closes, move.days)]
        assert move.median == pytest.approx(statistics.median(sizes))
        assert move.large == pytest.approx(quantile(sizes, 0.9))


def test_value_at_risk_and_shortfall_are_the_worst_twentieth(analysis, closes):
    assert [tail.days for tail in analysis.tail_risk] == [1, HORIZON]
    for tail in analysis.tail_risk:
        past = moves(closes, tail.days)
        worst = [move for move in past if move <= tail.value_at_risk]
        assert tail.value_at_risk == pytest.approx(quantile(past, 0.05))
        assert tail.expected_shortfall == pytest.approx(statistics.mean(worst))
        assert len(past) == tail.windows
        assert len(worst) == pytest.approx(0.05 * len(past), abs=1)


def test_the_base_rate_of_a_fall_counts_every_window(analysis, closes):
    windows = [closes[i + 1 : i + 1 + HORIZON] for i in range(len(closes) - HORIZON)]
    fell = sum(min(window) <= 0.95 * closes[i] for i, window in enumerate(windows))
    assert analysis.fall.windows == len(windows)
    assert analysis.fall.base_rate == pytest.approx(fell / len(windows))


def test_the_worst_drawdown_is_the_deepest_of_all_pairs(analysis, history, closes):
    deepest, peak, trough = min(
        (closes[j] / closes[i] - 1, i, j) for i in range(0, len(closes)) for j in range(i, min(len(closes), i + 400))
    )
    assert analysis.drawdown.depth == pytest.approx(deepest)
    assert (analysis.drawdown.peak, analysis.drawdown.trough) == tuple(history.dates[[peak, trough]].tolist())
    recovered = next(day for j, day in enumerate(history.dates) if j > trough and closes[j] >= closes[peak])
    assert analysis.drawdown.recovered == recovered.item()
    assert analysis.drawdown.now == pytest.approx(closes[-1] / max(closes) - 1)


def test_volatility_is_annual_and_ranked_against_its_own_past(analysis, closes):
    annual = [day * math.sqrt(252) for day in ewma_volatilities(closes)[21:]]
    assert analysis.volatility.now == pytest.approx(annual[-1])
    assert analysis.volatility.median == pytest.approx(statistics.median(annual))
    calmer = sum(day < annual[-1] for day in annual[:-1])
    assert analysis.volatility.percentile == pytest.approx(calmer / (len(annual) - 1))


def test_a_price_that_only_rises_has_no_drawdown():
    drawdown = analyse.analyse(history_until(quotes(1.001 ** np.arange(80)), None), 5, {}).drawdown
    assert (drawdown.depth, drawdown.now, drawdown.recovered) == (0, 0, None)


@pytest.mark.parametrize("close", [np.full(300, 5.0), np.r_[np.full(299, 5.0), 6.0], 1e-7 * np.arange(1, 301)])
def test_odd_prices_are_drawn_too(close):
    history = history_until(quotes(close, volume=np.zeros(300)), None)
    for horizon in (1, 66):
        assert overview_charts.draw(history, analyse.analyse(history, horizon, {}), WIDE)


@pytest.mark.parametrize("horizon", [1, 5, 10, 22, 66])
def test_the_table_gives_the_horizons_own_move(horizon):
    with served(FakeMarket(market(400))) as client:
        fragment = client.get(f"/panels/overview?ticker=SYN&horizon={horizon}").text
        published = client.get(f"/api/v1/panels/overview?ticker=SYN&horizon={horizon}").json()
    (said,) = (move for move in published["typical_moves"] if move["days"] == horizon)
    length = f"{horizon} day{'s' * (horizon > 1)}"
    assert f">{length}</th><td>{100 * said['median']:.1f}%</td>" in fragment


def test_what_too_short_a_history_cannot_say_about_the_horizon_is_not_said():
    with served(FakeMarket(market(60))) as client:
        fragment = client.get("/panels/overview?ticker=SYN&horizon=66").text
    assert elements(fragment, "img")
    assert "In 66 trading days half of its moves" not in fragment


def test_the_chance_of_a_fall_rests_on_more_than_a_handful_of_windows():
    fall = analyse.analyse(history_until(market(60), None), 66, {}).fall
    assert fall is None or fall.windows >= 20


def test_the_months_multiply_to_the_change_since_the_first_of_them_began(analysis, history):
    by_month = {}
    for when, close in zip(history.dates.tolist(), history.adj_close.tolist(), strict=True):
        by_month[when.replace(day=1)] = close
    assert [one.month for one in analysis.months] == list(by_month)[1:]
    for (_, before), (month, close), found in zip(
        by_month.items(), list(by_month.items())[1:], analysis.months, strict=False
    ):
        assert found.month == month
        assert found.change == pytest.approx(close / before - 1)

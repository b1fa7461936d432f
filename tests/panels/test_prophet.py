import asyncio
import json
import statistics
from math import log

import numpy as np
import pytest

from app.forecasting.scoring.backtest import refit_origins
from app.market.history import encode, history_until
from app.market.sample import SampleSource
from app.panels import jobs
from app.panels.forecast.convert import log_prices
from tests.support.cards import elements
from tests.support.fakes import FakeMarket, quotes
from tests.support.served import served

HORIZON = 22


@pytest.fixture(scope="module")
def history():
    told = asyncio.run(SampleSource().load("^GSPC"))
    return history_until(told, told.dates[-252].item())


@pytest.fixture(scope="module")
def published(history):
    return json.loads(jobs.analyse(b"prophet", b"22", encode(history)))


@pytest.fixture(scope="module")
def rows(published):
    return published["receipt"]["forecasts"]


def test_the_receipt_rests_on_many_origins_and_few_fits(published):
    assert published["receipt"]["origins"] >= 60
    assert 5 <= published["refits"] <= 6


def test_the_error_ratio_can_be_recomputed_from_the_rows(published, rows):
    error = statistics.mean(abs(log(row["actual"] / row["quantiles"]["0.5"])) for row in rows)
    baseline = statistics.mean(abs(log(row["actual"] / row["last"])) for row in rows)
    low, high = published["receipt"]["mae_ratio_ci"]
    assert published["receipt"]["mae_ratio"] == pytest.approx(error / baseline)
    assert low < published["receipt"]["mae_ratio"] < high


@pytest.mark.parametrize(("level", "low", "high"), [("80", "0.1", "0.9"), ("95", "0.025", "0.975")])
def test_the_coverage_can_be_recomputed_from_the_rows(published, rows, level, low, high):
    held = [row["quantiles"][low] <= row["actual"] <= row["quantiles"][high] for row in rows]
    assert published["receipt"][f"coverage_{level}"] == pytest.approx(statistics.mean(held))


def test_every_row_is_a_close_and_the_close_a_horizon_later(history, rows):
    days = [day.isoformat() for day in history.dates.tolist()]
    for row in rows:
        origin = days.index(row["origin"])
        assert row["last"] == pytest.approx(history.adj_close[origin])
        assert row["actual"] == pytest.approx(history.adj_close[origin + HORIZON])
        assert row["target"] == days[origin + HORIZON]


def test_the_rows_begin_their_weeks_up_to_the_newest_that_is_over(history, rows):
    days = history.dates.tolist()
    weeks = [day.isocalendar()[:2] for day in days]
    begin = [row for row in range(150, len(days)) if weeks[row] != weeks[row - 1]]
    over = [days[row].isoformat() for row in begin if row + HORIZON < len(days)]
    assert [row["origin"] for row in rows] == over[-192:]


def test_the_past_fits_lie_three_quarters_of_a_year_apart_and_no_later_bar_moves_them(history, published):
    y = log_prices(history)
    fitted = refit_origins(y, HORIZON)
    assert [fit["day"] for fit in published["fits"]] == y.dates[fitted].astype(str).tolist()
    assert published["receipt"]["forecasts"][0]["origin"] >= published["fits"][0]["day"]
    assert set(np.diff(y.dates[fitted[:-1]]).astype(int)) <= {7 * 39 - 1, 7 * 39, 7 * 39 + 1}
    every = {row for bars in range(len(y) - 400, len(y)) for row in refit_origins(y.until(bars), HORIZON)[:-1].tolist()}
    assert {row for row in every if row >= fitted[0]} == set(fitted[:-1].tolist())
    assert max(len(refit_origins(y.until(bars), HORIZON)) for bars in range(len(y))) == 7


def test_the_days_ahead_are_those_the_market_then_traded(published):
    told = asyncio.run(SampleSource().load("^GSPC"))
    after = told.dates[told.dates > np.datetime64(published["as_of"])][:HORIZON]
    assert published["forecast"]["dates"] == [day.isoformat() for day in after.tolist()]


def test_the_band_widens_and_the_centre_moves_in_a_line(published):
    bands = {level: np.log(prices) for level, prices in published["forecast"]["quantiles"].items()}
    assert (np.diff(bands["0.9"] - bands["0.1"]) > 0).all()
    assert bands["0.975"][-1] - bands["0.025"][-1] > 2 * (bands["0.975"][0] - bands["0.025"][0])


def test_stock_standard_prophet_is_drawn_for_each_day_and_scored_at_each_refit(published):
    standard = published["stock_standard"]
    assert len(standard["line"]) == len(standard["lower"]) == len(standard["upper"]) == HORIZON
    assert standard["origins"] == published["refits"]
    assert standard["mae_ratio"] > 0
    assert 0 <= standard["coverage_80"] <= 1


def test_the_components_cover_three_years_and_one_year(history, published):
    parts = published["components"]
    assert len(parts["trend"]) == len(parts["trend_dates"]) == 756
    assert parts["trend_dates"][-1] == published["as_of"]
    assert len(parts["season"]) == 365
    assert set(parts["bends"]) <= set(parts["trend_dates"])


@pytest.mark.parametrize("odd", ["still", "two prices"])
def test_a_price_without_errors_to_compare_with_still_makes_a_card(odd):
    close = np.full(300, 5.0) if odd == "still" else np.where(np.arange(300) % 2, 100.0, 101.0)
    with served(FakeMarket(quotes(close))) as client:
        answer = client.get("/panels/prophet?ticker=SYN&horizon=66")
    assert answer.status_code == 200
    assert elements(answer.text, "img")
    assert "nan" not in answer.text.partition("<img")[0]

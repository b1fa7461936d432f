import json
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from app.evaluation.price_files import Failure
from app.evaluation.result import Plan
from app.evaluation.run import THREADS, evaluate, losses_of_ticker, workers
from app.evaluation.table import as_json, markdown
from app.forecasting.models.baselines import ewma, random_walk
from app.forecasting.scoring.backtest import losses, origins_since, realised
from app.forecasting.scoring.metrics import loss_ratio
from tests.support.series import index_bars, random_bars, still

PLAN = Plan(np.datetime64("2014-01-01"), 10, 22, ("random_walk", "ewma", "linear"))
PRICES = {"B": index_bars(1400), "A": index_bars(1200)}


@pytest.fixture(scope="module")
def evaluation():
    bad = {"SHORT": random_bars(70), "OLD": index_bars(1400).until(60)}
    with ThreadPoolExecutor(1) as executor:
        return evaluate(PRICES | bad, PLAN, executor, (Failure("FILE", "cannot be read"),))


def test_tickers_that_cannot_be_scored_are_listed_and_the_others_are_scored(evaluation):
    assert evaluation.tickers == ("A", "B")
    assert [failure.ticker for failure in evaluation.failures] == ["FILE", "OLD", "SHORT"]
    assert "needed one on or after 2014-01-01" in evaluation.failures[1].reason


def test_a_ratio_is_one_of_sums_over_all_tickers_and_origins(evaluation):
    mine, baseline, n = 0.0, 0.0, 0
    for y in PRICES.values():
        origins = origins_since(y, PLAN.start, 10, 22)
        origins, actual = origins[origins >= 59], realised(y, origins[origins >= 59], 22)
        mine += losses(ewma(y, origins, 22), actual, y.dates[origins]).pinball.sum()
        baseline += losses(random_walk(y, origins, 22), actual, y.dates[origins]).pinball.sum()
        n += len(origins)
    pooled = evaluation.rows[1].scores[-1]
    assert pooled.pinball_ratio.value == pytest.approx(mine / baseline)
    assert pooled.n == evaluation.origins == n


def test_the_interval_resamples_dates_not_tickers():
    twins = {"A": PRICES["A"], "TWIN": PRICES["A"]}
    with ThreadPoolExecutor(1) as executor:
        pooled = evaluate(twins, PLAN, executor).rows[1].scores[-1]
    alone = losses_of_ticker(PRICES["A"], PLAN).losses
    mine, baseline = (alone[name].pinball.sum(axis=1) for name in ("ewma", "random_walk"))
    expected = loss_ratio(mine, baseline, 3)
    assert (pooled.pinball_ratio.low, pooled.pinball_ratio.high) == pytest.approx((expected.low, expected.high))


def test_tickers_like_one_another_are_scored_together():
    groups = {"A": "Japanese stocks", "B": "US funds", "C": "US funds"}
    with ThreadPoolExecutor(1) as executor:
        found = evaluate(PRICES | {"C": PRICES["A"]}, PLAN, executor, groups=groups)
        alone = evaluate({"A": PRICES["A"]}, PLAN, executor, groups=groups).rows[1]
    by_group = found.rows[1].by_group
    assert {name: each.tickers for name, each in by_group.items()} == {"Japanese stocks": 1, "US funds": 2}
    assert sum(each.n for each in by_group.values()) == found.origins
    assert by_group["Japanese stocks"].pinball_ratio == alone.scores[-1].pinball_ratio
    held = by_group["Japanese stocks"].coverage_80
    assert held.value == pytest.approx(alone.scores[-1].coverage_80.value)
    assert held.low < held.value < held.high
    assert "| US funds | 2 |" in markdown(found)
    assert json.loads(as_json(found))["members"]["ewma"]["by_group"]["US funds"]["tickers"] == 2


def test_every_third_of_the_volatilities_has_its_own_coverage(evaluation):
    for row in evaluation.rows:
        assert [tercile.name for tercile in row.terciles] == ["calm", "usual", "stormy"]
        assert sum(tercile.n for tercile in row.terciles) == evaluation.origins
        over = sum(tercile.n * tercile.coverage_80.value for tercile in row.terciles) / evaluation.origins
        assert over == pytest.approx(row.scores[-1].coverage_80.value)


def test_the_table_has_a_row_for_each_member_and_a_line_for_each_failure(evaluation):
    lines = markdown(evaluation).splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert len({row.count("|") for row in rows}) == 1
    assert [row.split(" | ")[0] for row in rows[2:]] == [f"| {row.title}" for row in evaluation.rows]
    assert "1.000 [1.000, 1.000]" in rows[2]
    assert next(line for line in lines if line.startswith("- ")) == "- FILE: cannot be read"


def test_the_json_holds_every_score(evaluation):
    found = json.loads(as_json(evaluation))
    ours = found["members"]["ewma"]
    assert list(ours["scores"]) == ["1", "5", "22", "1–5", "1–22"]
    ratio = evaluation.rows[1].scores[-1].pinball_ratio.value
    assert ours["scores"]["1–22"]["pinball_ratio"]["value"] == pytest.approx(ratio, rel=1e-5)
    tickers = ours["by_ticker"].values()
    assert sum(one["n"] for one in tickers) == evaluation.origins
    assert min(one["pinball_ratio"] for one in tickers) <= ratio <= max(one["pinball_ratio"] for one in tickers)
    assert list(ours["below"].values()) == sorted(ours["below"].values())
    assert ours["coverage_by_volatility"]["calm"]["n"] > 0
    assert (found["from"], found["origins"], len(found["failures"])) == ("2014-01-01", evaluation.origins, 3)


def test_fits_that_fail_are_counted_in_the_table():
    plan = Plan(np.datetime64("2010-04-12"), 20, 5, ("garch",))
    with ThreadPoolExecutor(1) as executor:
        found = evaluate({"HALTED": still(random_bars(140), slice(0, 140))}, plan, executor)
    assert found.rows[0].failed_fits == found.origins > 0
    assert f"GARCH(1,1) ({found.origins} fits failed)" in markdown(found)
    assert "NaN" not in as_json(found)


def test_nothing_to_score_makes_a_table_that_says_so():
    with ThreadPoolExecutor(1) as executor:
        found = evaluate({"A": random_bars(70)}, PLAN, executor)
    assert found.rows == ()
    assert "Nothing could be scored." in markdown(found)


def test_workers_compute_on_one_thread_and_leave_the_environment_as_it_was(monkeypatch):
    monkeypatch.setenv(THREADS[0], "7")
    monkeypatch.delenv(THREADS[1], raising=False)
    with workers(1) as executor:
        assert executor.submit(os.getenv, THREADS[0]).result() == "1"
        assert executor.submit(os.getenv, THREADS[1]).result() == "1"
    assert (os.getenv(THREADS[0]), os.getenv(THREADS[1])) == ("7", None)

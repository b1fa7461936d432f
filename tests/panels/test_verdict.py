import asyncio
import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from functools import cache
from multiprocessing import get_context

import numpy as np
import pytest

from app.errors import NotApplicableError
from app.forecasting.forecast import MEDIAN, QUANTILES
from app.forecasting.registry import FORECASTERS
from app.forecasting.scoring.backtest import realised
from app.forecasting.scoring.metrics import brier_score, diebold_mariano
from app.market.history import decode, encode, history_until
from app.market.sample import SampleSource
from app.panels import BY_SLUG, jobs
from app.panels.forecast.convert import log_prices
from app.panels.verdict.analyse import judged
from app.panels.verdict.edge import MIN_ORIGINS, edge_of
from tests.support.cards import needed
from tests.support.series import random_bars

MEMBERS = ["Historical simulation", "Range regression", "LSTM", "Prophet", "Its own drift"]


def bars(seed, drift=0.0):
    """Seven hundred days of a random walk since 2019 that goes up by ``drift`` daily deviations a day."""
    y, up = random_bars(700, seed, 0.015), 0.015 * drift * np.arange(700)
    dates = np.busday_offset(np.datetime64("2019-01-02"), np.arange(700), roll="forward")
    return replace(y, dates=dates, open=y.open + up, high=y.high + up, low=y.low + up, close=y.close + up)


def claimed(seed, drift=0.0, horizon=22):
    y = bars(seed, drift)
    trial = judged(y, horizon, needed(y, horizon))[2]
    assert trial.n >= MIN_ORIGINS
    return edge_of(trial).claimed


def answered(day):
    """The verdict on the sample and the cards behind it, as JSON, by slug."""
    history = encode(history_until(asyncio.run(SampleSource().load("^GSPC")), day))
    found = {slug: answer for slug in ("prophet", "lstm", "patterns") if (answer := said(slug, history))}
    needs = BY_SLUG["verdict"].needs
    found["verdict"] = jobs.analyse(b"verdict", b"22", history, *(said(slug, history) for slug in needs))
    return {slug: json.loads(answer) for slug, answer in found.items()}


@cache
def said(slug, history, horizon=22):
    """A card's answer, empty where its model has nothing to say."""
    try:
        return jobs.analyse(slug.encode(), str(horizon).encode(), history)
    except NotApplicableError:
        return b""


@pytest.fixture(scope="module")
def cards():
    return answered(date(2018, 6, 29))


def test_a_planted_strong_and_stable_edge_is_told():
    assert all(claimed(seed, drift=0.3) for seed in range(3))


@pytest.mark.slow
def test_of_two_hundred_random_walks_at_most_one_in_twenty_is_told_to_have_an_edge():
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        found = list(executor.map(claimed, range(1000, 1200)))
    assert len(found) == 200
    assert sum(found) <= 10


def test_the_end_is_the_weighted_mean_of_the_members(cards):
    verdict = cards["verdict"]
    assert [member["name"] for member in verdict["members"]] == MEMBERS
    weights = [member["weight"] for member in verdict["members"]]
    assert sum(weights) == pytest.approx(1)
    last = verdict["forecast"]["last"]
    for level, side in (("0.1", "low"), ("0.5", "middle"), ("0.9", "high")):
        logs = [np.log(member[side] / last) for member in verdict["members"]]
        assert verdict["forecast"]["quantiles"][level][-1] == pytest.approx(last * np.exp(np.dot(weights, logs)))


def test_members_are_what_their_own_cards_say(cards):
    for slug, name in (("lstm", "LSTM"), ("prophet", "Prophet")):
        member = cards["verdict"]["members"][MEMBERS.index(name)]
        quantiles = cards[slug]["forecast"]["quantiles"]
        assert [member["low"], member["middle"], member["high"]] == pytest.approx(
            [quantiles[level][-1] for level in ("0.1", "0.5", "0.9")]
        )


@pytest.mark.parametrize("horizon", [5, 22, 66])
@pytest.mark.parametrize("ticker", ["^GSPC", "^IXIC"])
def test_the_receipt_is_the_evaluation_of_the_same_ticker_and_origins(ticker, horizon):
    history = encode(history_until(asyncio.run(SampleSource().load(ticker)), date(2018, 12, 31)))
    needs = [said(slug, history, horizon) for slug in BY_SLUG["verdict"].needs]
    verdict = json.loads(jobs.analyse(b"verdict", str(horizon).encode(), history, *needs))
    y, rows = log_prices(decode(history)), verdict["receipt"]["forecasts"]
    past = np.searchsorted(y.dates, np.array([row["origin"] for row in rows], dtype="datetime64[D]"))
    assert len(past) == 96
    evaluated = FORECASTERS["combined"].forecaster(y, np.append(past, len(y) - 1), horizon).quantiles
    for place, level in enumerate(QUANTILES):
        served = [np.log(row["quantiles"][str(level)] / row["last"]) for row in rows]
        np.testing.assert_allclose(served, evaluated[:-1, -1, place], rtol=0, atol=1e-12)
        prices = np.array(verdict["forecast"]["quantiles"][str(level)])
        np.testing.assert_allclose(np.log(prices / verdict["forecast"]["last"]), evaluated[-1, :, place], atol=1e-12)
    actual = realised(y, past, horizon)[:, -1]
    error = np.abs(actual - evaluated[:-1, -1, MEDIAN]).sum() / np.abs(actual).sum()
    assert verdict["receipt"]["mae_ratio"] == pytest.approx(error)


def test_every_weight_has_its_reason(cards):
    assert all(len(member["reason"]) > 20 for member in cards["verdict"]["members"])


def test_the_receipt_is_of_the_combination_at_prophets_origins(cards):
    rows = {slug: cards[slug]["receipt"]["forecasts"] for slug in ("verdict", "prophet", "lstm")}
    origins = {slug: [row["origin"] for row in found] for slug, found in rows.items()}
    assert origins["verdict"] == origins["prophet"]
    assert set(origins["verdict"]) <= set(origins["lstm"])
    assert cards["verdict"]["receipt"]["origins"] == 96


def test_the_first_test_of_an_edge_can_be_recomputed_from_the_rows(cards):
    rows = cards["verdict"]["receipt"]["forecasts"]
    error = np.array([abs(np.log(row["actual"] / row["quantiles"]["0.5"])) for row in rows])
    stays = np.array([abs(np.log(row["actual"] / row["last"])) for row in rows])
    # Ten bars apart and 22 ahead, three neighbours share a day.
    assert cards["verdict"]["receipt"]["p_better"] == pytest.approx(diebold_mariano(error, stays, 3).p_better)
    tests = {test["name"]: test for test in cards["verdict"]["edge"]["tests"]}
    assert tests["Error against “price stays”"]["found"] == f"{error.sum() / stays.sum():.3f}"
    assert tests["Past forecasts"]["found"] == "96"
    assert cards["verdict"]["edge"]["claimed"] == all(test["passed"] for test in tests.values())


def test_the_base_rates_are_counts_over_the_past(cards):
    verdict, history = cards["verdict"], asyncio.run(SampleSource().load("^GSPC"))
    closes = history_until(history, date(2018, 6, 29)).adj_close
    moves = closes[22:] / closes[:-22] - 1
    assert verdict["windows"] == len(moves)
    assert verdict["base_rate"] == pytest.approx((moves > 0).mean())
    assert verdict["fall"]["base_rate"] == pytest.approx((moves <= -0.05).mean())


def test_the_brier_score_is_against_a_base_rate_known_at_the_time(cards):
    verdict = cards["verdict"]
    rose = np.array([row["actual"] > row["last"] for row in verdict["receipt"]["forecasts"]])
    in_sample = brier_score(np.full(len(rose), rose.mean()), rose)
    assert 0 < verdict["brier"] < 0.35
    # The share among the very rows that are scored is the best that one number can do.
    assert verdict["brier_base_rate"] >= in_sample


def test_the_replay_is_a_verdict_a_month_from_the_receipts_own_rows(cards):
    replay = cards["verdict"]["replay"]
    rows = {row["origin"]: row for row in cards["verdict"]["receipt"]["forecasts"]}
    assert len(replay) == 12
    assert len({one["origin"][:7] for one in replay}) == 12
    for one in replay:
        row = rows[one["origin"]]
        assert [one["low"], one["high"], one["actual"]] == pytest.approx(
            [row["quantiles"]["0.1"], row["quantiles"]["0.9"], row["actual"]]
        )
        assert one["inside_80"] == (one["low"] <= one["actual"] <= one["high"])


def test_before_the_networks_cut_off_the_verdict_does_without_it():
    found = answered(date(2008, 6, 30))
    assert "lstm" not in found
    members = {member["name"]: member for member in found["verdict"]["members"]}
    assert members["LSTM"]["weight"] == members["Range regression"]["weight"] == 0
    assert members["LSTM"]["middle"] is None
    assert members["Prophet"]["weight"] > 0

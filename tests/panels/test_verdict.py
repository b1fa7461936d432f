import asyncio
import json
from datetime import date
from functools import cache

import numpy as np
import pytest

from app.errors import NotApplicableError
from app.forecasting.ensemble.blend import Blended, CurrentForecasts
from app.forecasting.ensemble.weights import Standing, Weighing, weights_under
from app.forecasting.forecast import QUANTILES
from app.forecasting.registry import FORECASTERS
from app.forecasting.scoring.backtest import edge_origins, realised
from app.forecasting.scoring.metrics import coverage, probability_up
from app.forecasting.scoring.reliability import brier_score
from app.market.history import decode, encode, history_until
from app.market.sample import SampleSource
from app.panels import BY_SLUG, jobs
from app.panels.forecast.convert import log_prices
from app.panels.verdict.reasons import combined_members
from tests.support.fakes import quotes
from tests.support.series import bars_of

MEMBERS = ["Historical simulation", "Range regression", "LSTM", "Prophet", "Its own drift", "Its own last moves"]


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


def test_the_end_is_the_weighted_mean_of_the_members_moved_to_the_base_rate(cards):
    verdict = cards["verdict"]
    assert [member["name"] for member in verdict["members"]] == MEMBERS
    weights = [member["weight"] for member in verdict["members"]]
    assert sum(weights) == pytest.approx(1)
    last = verdict["forecast"]["last"] * (1 + verdict["moved"])
    for level, side in (("0.1", "low"), ("0.5", "middle"), ("0.9", "high")):
        logs = [np.log(member[side] / verdict["forecast"]["last"]) for member in verdict["members"]]
        assert verdict["forecast"]["quantiles"][level][-1] == pytest.approx(last * np.exp(np.dot(weights, logs)))


def test_without_an_edge_the_chance_of_rising_is_nearer_the_base_rate_than_the_models(cards):
    verdict = cards["verdict"]
    assert not verdict["edge"]["claimed"]
    assert abs(verdict["p_up"] - verdict["base_rate"]) < 0.5 * abs(verdict["p_up_model"] - verdict["base_rate"])
    end = np.array([prices[-1] for prices in verdict["forecast"]["quantiles"].values()])
    assert verdict["p_up"] == pytest.approx(probability_up(np.log(end / verdict["forecast"]["last"])))


def test_members_are_what_their_own_cards_say(cards):
    for slug, name in (("lstm", "LSTM"), ("prophet", "Prophet")):
        member = cards["verdict"]["members"][MEMBERS.index(name)]
        quantiles = cards[slug]["forecast"]["quantiles"]
        assert [member["low"], member["middle"], member["high"]] == pytest.approx(
            [quantiles[level][-1] for level in ("0.1", "0.5", "0.9")]
        )


def test_a_members_skill_is_that_of_its_own_past_forecasts_and_its_own_past_has_none(cards):
    by_name = {member["name"]: member["skill"] for member in cards["verdict"]["members"]}
    assert [name for name, skill in by_name.items() if skill is None] == MEMBERS[4:]
    # What simulates history has the last price as its median, which no better guess can be ahead of.
    assert by_name["Historical simulation"]["guess_ratio"] >= 1
    receipt = cards["lstm"]["receipt"]
    assert by_name["LSTM"]["coverage_80"] == pytest.approx(receipt["coverage_80"], abs=0.02)
    assert by_name["LSTM"]["guess_ratio"] == pytest.approx(receipt["guess_ratio"], abs=0.03)


@pytest.mark.parametrize("horizon", [5, 22, 66])
@pytest.mark.parametrize("ticker", ["^GSPC", "^IXIC"])
def test_the_receipt_is_the_evaluation_of_the_same_ticker_and_origins(ticker, horizon):
    history = encode(history_until(asyncio.run(SampleSource().load(ticker)), date(2018, 12, 31)))
    needs = [said(slug, history, horizon) for slug in BY_SLUG["verdict"].needs]
    verdict = json.loads(jobs.analyse(b"verdict", str(horizon).encode(), history, *needs))
    y, rows = log_prices(decode(history)), verdict["receipt"]["forecasts"]
    past = np.searchsorted(y.dates, np.array([row["origin"] for row in rows], dtype="datetime64[D]"))
    assert past.tolist() == edge_origins(y, horizon).tolist()
    evaluated = FORECASTERS["combined"].forecaster(y, np.append(past, len(y) - 1), horizon).quantiles
    for place, level in enumerate(QUANTILES):
        served = np.array([np.log(row["quantiles"][str(level)] / row["last"]) for row in rows])
        np.testing.assert_allclose(served, evaluated[:-1, -1, place], rtol=0, atol=1e-12)
        prices = np.array(verdict["forecast"]["quantiles"][str(level)])
        np.testing.assert_allclose(np.log(prices / verdict["forecast"]["last"]), evaluated[-1, :, place], atol=1e-12)
    actual = realised(y, past, horizon)[:, -1]
    middles = np.array([np.log(row["quantiles"]["0.5"] / row["last"]) for row in rows])
    assert verdict["receipt"]["mae_ratio"] == pytest.approx(np.abs(actual - middles).sum() / np.abs(actual).sum())


def test_every_weight_has_its_reason(cards):
    assert all(len(member["reason"]) > 20 for member in cards["verdict"]["members"])


def test_the_receipt_is_of_every_week_and_prophets_are_its_newest(cards):
    rows = {slug: cards[slug]["receipt"]["forecasts"] for slug in ("verdict", "prophet", "lstm")}
    origins = {slug: [row["origin"] for row in found] for slug, found in rows.items()}
    assert origins["prophet"] == origins["verdict"][-192:]
    assert set(origins["lstm"]) <= {*origins["verdict"], *origins["lstm"][:6]}
    assert cards["verdict"]["receipt"]["origins"] == len(origins["verdict"]) > 480


@pytest.mark.parametrize(
    ("without_the_lstm", "others", "why"),
    [(Standing.LEFT_OUT, Standing.LISTENS, "is left out"), (Standing.ABSENT, Standing.VOTES, "not learned by")],
)
def test_members_that_count_for_want_of_the_lstm_say_so(without_the_lstm, others, why):
    standings = tuple(without_the_lstm if name == "LSTM" else others for name in MEMBERS[:4])
    weighing = Weighing(weights_under(standings), standings, np.full(4, 100), np.full(4, 0.9), np.full(4, 0.5))
    weights = np.array([[[*weighing.weights, 0, 0]]])
    today = Blended(np.zeros((1, 1, 7)), np.zeros((2, 1, 1, 7)), weights, (weighing,))
    quantiles, own = np.zeros((4, 1, 1, 7)), np.zeros((2, 1, 1))
    current = CurrentForecasts(np.array([9]), np.array([22]), quantiles, own, own, np.zeros(1))
    members = combined_members(today, current, 100.0, [None] * 4)[:4]
    assert [why in member.reason for member in members] == [member.name != "LSTM" for member in members]
    assert [member.weight for member in members] == [0 if member.name == "LSTM" else 1 / 3 for member in members]


def test_the_tests_of_an_edge_and_the_receipt_state_one_coverage(cards):
    tests = {test["name"]: test for test in cards["verdict"]["edge"]["tests"]}
    receipt = cards["verdict"]["receipt"]
    assert tests["Past forecasts"]["found"] == str(receipt["origins"])
    inside = [row["quantiles"]["0.1"] <= row["actual"] <= row["quantiles"]["0.9"] for row in receipt["forecasts"]]
    # A week apart and 22 days ahead, five neighbours share a day.
    by_hand = coverage(sum(inside) / 5, len(inside) / 5)
    assert receipt["coverage_80_ci"] == pytest.approx([by_hand.low, by_hand.high])
    share, low, high = (f"{100 * part:.0f}%" for part in (by_hand.value, by_hand.low, by_hand.high))
    assert tests["80% range held"]["found"] == f"{share} of the time, plausibly {low} to {high}"


@pytest.mark.slow
def test_a_replay_claims_what_its_day_claimed():
    moves = np.random.default_rng(5).normal(0, 0.015, 2520)
    for row in range(1, len(moves)):
        moves[row] += 0.22 * moves[row - 1]
    y = bars_of(moves, 5)
    prices = {name: np.exp(getattr(y, name)) for name in ("open", "high", "low")}
    quoted = quotes(np.exp(y.close), dates=y.dates, **prices)
    replay = tomorrow(quoted, y.dates[-700].item())["replay"]
    claimed = {one["edge"]: date.fromisoformat(one["origin"]) for one in replay}
    assert set(claimed) == {True, False}
    assert {edge: tomorrow(quoted, day)["edge"]["claimed"] for edge, day in claimed.items()} == {
        True: True,
        False: False,
    }


def tomorrow(quoted, day):
    """The verdict on ``quoted`` as of a day, for the next one."""
    history = encode(history_until(quoted, day))
    needs = [said(slug, history, 1) for slug in BY_SLUG["verdict"].needs]
    return json.loads(jobs.analyse(b"verdict", b"1", history, *needs))


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

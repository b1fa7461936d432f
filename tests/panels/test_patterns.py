import asyncio
import json
import os
import time
from datetime import date

import numpy as np
import pytest

from app.market.history import encode, history_until
from app.market.sample import SampleSource
from app.panels import jobs
from app.panels.patterns import analyse
from tests.support.candle_series import talib_shapes
from tests.support.cards import elements
from tests.support.fakes import FakeMarket, market, quotes
from tests.support.served import served

NAMES = (
    "morning star", "evening star", "bullish engulfing", "bearish engulfing", "bullish harami", "bearish harami",
    "shooting star", "inverted hammer",
)  # fmt: skip
HISTORY = history_until(asyncio.run(SampleSource().load("^GSPC")), date(2018, 6, 29))


@pytest.fixture(scope="module")
def published():
    return json.loads(jobs.analyse(b"patterns", b"22", encode(HISTORY)))


@pytest.fixture(scope="module")
def still():
    with served(FakeMarket(quotes(np.full(300, 7.5)))) as client:
        yield client.get("/api/v1/panels/patterns?ticker=SYN").json(), client.get("/panels/patterns?ticker=SYN").text


def days(rows):
    return [HISTORY.dates[row].item().isoformat() for row in rows]


def test_every_hit_of_the_last_250_bars_is_listed_and_talib_agrees(published):
    judge = talib_shapes(HISTORY)[-250:]
    rows, which = np.nonzero(judge)
    expected = list(zip(days(len(HISTORY) - 250 + rows), (NAMES[shape] for shape in which), strict=True))
    assert [(one["date"], one["name"]) for one in published["patterns"]] == expected
    assert {one["direction"] for one in published["patterns"]} <= {"up", "down"}
    assert {one["trend"] for one in published["patterns"]} <= {"up", "down", "sideways"}


def test_the_network_names_its_top_class_for_each_of_those_bars(published):
    assert [one["date"] for one in published["network"]] == days(range(len(HISTORY) - 250, len(HISTORY)))
    assert {one["name"] for one in published["network"]} <= {None, *NAMES}
    assert all(1 / 9 <= one["probability"] <= 1 for one in published["network"])


def test_agreement_precision_and_recall_can_be_recomputed_from_the_rows(published):
    rules = {(one["date"], one["name"]) for one in published["patterns"]}
    network = {(one["date"], one["name"]) for one in published["network"] if one["name"]}
    assert published["agreement"]["both"] == len(rules & network)
    assert len(rules & network) >= 0.8 * len(network)
    assert len(rules & network) >= 0.7 * len(rules)
    assert {(one["date"], one["name"]) for one in published["patterns"] if one["agreed"]} == rules & network


def test_the_same_shape_is_shown_once_newest_first(published):
    newest = published["newest"]
    assert len({one["name"] for one in newest}) == len(newest)
    assert [one["date"] for one in newest] == sorted((one["date"] for one in newest), reverse=True)
    last = {one["name"]: one["date"] for one in published["patterns"]}
    assert {one["name"]: one["date"] for one in newest} == last


def test_evidence_is_two_tests_a_shape_over_the_whole_past(published):
    rows = published["evidence"]
    assert [(one["name"], one["days"]) for one in rows] == [(name, ahead) for name in NAMES for ahead in (5, 22)]
    counted = talib_shapes(HISTORY)[:-5].sum(axis=0)
    assert [one["n"] for one in rows if one["days"] == 5] == counted.tolist()
    assert all(one["share_up_ci"][0] <= one["share_up"] <= one["share_up_ci"][1] for one in rows if one["n"])


def test_analogues_end_before_what_followed_them_would_not_be_known(published):
    seen = published["analogues"]
    latest = days([len(HISTORY) - 1 - seen["days"]])[0]
    assert all(one["end"] <= latest for one in seen["matches"])
    assert 5 <= len(seen["matches"]) <= 20
    assert len(seen["dates"]) == len(seen["fan"]["0.5"]) == len(seen["base_rate"]["0.1"]) == 22


def test_the_fan_ends_at_the_quantiles_of_what_followed(published):
    seen = published["analogues"]
    returns = np.log1p([one["change"] for one in seen["matches"]])
    for level, prices in seen["fan"].items():
        assert prices[-1] == pytest.approx(seen["last"] * np.exp(np.quantile(returns, float(level))))


def test_the_skill_of_the_picture_is_measured_at_past_origins(published):
    skill = published["analogues"]["skill"]
    assert skill["origins"] >= 200
    assert 0.8 < skill["mae_ratio"] < 1.2
    assert skill["mae_ratio_ci"][0] < skill["mae_ratio"] < skill["mae_ratio_ci"][1]


def test_the_card_says_what_it_found():
    with served(SampleSource()) as client:
        text = client.get("/panels/patterns?ticker=^GSPC").text
    for words in ("None of the eight shapes", "not enough evidence", "The rules decide", "price stays", "Trained on"):
        assert words in text
    assert len(elements(text, "img")) == 5


def test_a_price_that_stands_still_has_no_shape_and_no_field(still):
    published, text = still
    assert published["patterns"] == published["newest"] == []
    assert {(one["name"], one["probability"]) for one in published["network"]} == {(None, None)}
    assert published["analogues"]["matches"] == []
    assert "No shape" in text
    assert "There are not five past windows" in text


def test_a_short_past_is_called_untested():
    with served(FakeMarket(market(250))) as client:
        skill = client.get("/api/v1/panels/patterns?ticker=SYN").json()["analogues"]["skill"]
    assert skill["origins"] <= 3


@pytest.mark.skipif(os.cpu_count() < 2, reason="too slow a machine to say")
def test_a_warm_card_of_ten_years_takes_at_most_a_second():
    history = encode(HISTORY)
    analyse.warm()
    seconds = []
    for _ in range(5):
        begun = time.process_time()
        jobs.draw(b"patterns", b"wide", history, jobs.analyse(b"patterns", b"22", history))
        seconds.append(time.process_time() - begun)
    assert min(seconds) <= 1.0

import logging

import numpy as np
import pytest

from app.forecasting.models.baselines import GAUSSIAN
from app.forecasting.scoring.metrics import probability_up
from app.panels.odds.ladder import ladder
from app.store.cache import MemoryCache
from tests.support.cards import elements
from tests.support.fakes import FakeMarket, InlineEngine, market, quotes
from tests.support.served import served

BARS = 600
LAST = float(market(BARS).close[-1])


@pytest.fixture(scope="module")
def client():
    with served(FakeMarket(market(BARS))) as open_client:
        yield open_client


def get_json(client, asked="", slug="odds"):
    answer = client.get(f"/api/v1/panels/{slug}?ticker=SYN{asked}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def beyond(rungs, last):
    """The price's side of the last one: at or above it, or below it."""
    return [rung for rung in rungs if rung["level"] >= last], [rung for rung in rungs if rung["level"] < last]


@pytest.mark.parametrize("last", [380.0, 1.0845, 0.00001234, 68_241.0, 7.0, 2506.85, 0.5, 154.2])
@pytest.mark.parametrize("width", [0.004, 0.02, 0.09, 0.3])
@pytest.mark.parametrize("tilt", [-0.4, 0.0, 0.4])
def test_the_ladder_has_round_prices_on_both_sides_at_any_size_of_price(last, width, tilt):
    end = width * (GAUSSIAN + tilt)
    prices = ladder(end, last)
    assert list(prices) == sorted(set(prices))
    assert prices[4] == last
    assert len(prices) == 9
    assert prices[0] > 0
    above = probability_up(end - np.log(np.array(prices) / last)[:, None])
    assert ((above[5:8] > 0.03) & (above[5:8] < 0.45)).all()
    assert ((above[1:4] < 0.97) & (above[1:4] > 0.55)).all()
    round_prices = np.array([*prices[1:4], *prices[5:8]])
    steps = [lead * 10.0**exponent for exponent in range(-12, 6) for lead in (1, 2, 2.5, 5)]
    divides = [step for step in steps if np.allclose(round_prices / step, np.round(round_prices / step), atol=1e-6)]
    assert max(divides) > np.ptp(round_prices) / 40


def test_a_price_that_stands_still_has_a_ladder():
    prices = ladder(np.zeros(7), 12.5)
    assert len(set(prices)) == 9
    assert 12.49 < prices[0] < prices[-1] < 12.51


def test_every_price_of_the_ladder_has_ordered_chances(client):
    told = get_json(client)
    assert told["last"] == LAST
    assert (told["days"], told["asked"], told["amount"]) == (22, None, None)
    for rung in told["ladder"]:
        assert 0.001 <= rung["p_end"] <= rung["p_close"] <= rung["p_trade"] <= 0.999
        assert rung["change"] == pytest.approx(rung["level"] / LAST - 1)
    above, below = beyond(told["ladder"], LAST)
    for side in (above, below[::-1]):
        for name in ("p_end", "p_close", "p_trade"):
            chances = [rung[name] for rung in side]
            assert chances == sorted(chances, reverse=True)


@pytest.mark.parametrize("horizon", [1, 22])
def test_the_odds_are_those_of_the_verdict(client, horizon):
    forecast = get_json(client, f"&horizon={horizon}", "verdict")["forecast"]
    tenth, fortieth = (forecast["quantiles"][level][-1] for level in ("0.9", "0.025"))
    told = get_json(client, f"&horizon={horizon}&level={tenth:.10f};{fortieth:.10f}")
    assert [rung["p_end"] for rung in told["asked"]] == pytest.approx([0.1, 0.025], abs=1e-4)
    assert (told["by"], told["days"]) == (forecast["dates"][-1], horizon)


def test_asked_prices_are_answered_in_their_order_with_a_chance_for_each_day(client):
    told = get_json(client, "&level=-5%25;130.5;%2B2.5%25")
    assert [rung["level"] for rung in told["asked"]] == pytest.approx([0.95 * LAST, 130.5, 1.025 * LAST])
    for rung in told["asked"]:
        assert len(rung["first"]) == 22
        assert rung["first"] == sorted(rung["first"])
        assert rung["first"][-1] == pytest.approx(rung["p_trade"], abs=0.003)


def test_the_same_question_by_a_date_is_the_same_answer(client):
    by_days = get_json(client, "&horizon=10&level=-5%25")
    by_date = get_json(client, f"&by={by_days['by']}&level=-5%25")
    assert by_date == by_days


def test_a_day_without_trading_means_the_last_session_before_it(client):
    friday = get_json(client, "&horizon=5")["by"]
    saturday = np.datetime64(friday) + (5 - (np.datetime64(friday).astype(int) + 3) % 7)
    assert get_json(client, f"&by={saturday}")["by"] <= str(saturday)


def test_two_prices_on_both_sides_are_a_target_and_a_stop(client):
    order = get_json(client, "&level=-4%25;5%25")["bracket"]
    assert order["p_target"] + order["p_stop"] + order["p_neither"] == pytest.approx(1)
    assert (order["target"], order["stop"]) == pytest.approx((1.05 * LAST, 0.96 * LAST))
    assert get_json(client, "&level=4%25;5%25")["bracket"] is None


def test_an_amount_becomes_sums_in_money(client):
    told = get_json(client, "&level=-5%25&amount=2000")
    sums, spread = told["amount"], told["spread"]
    assert sums["amount"] == 2000
    assert sums["changes"]["worst_20th"] == pytest.approx(2000 * spread["worst_20th"])
    assert sums["at_levels"] == pytest.approx([-100])
    assert spread["worst_20th"] < spread["low_half"] < spread["middle"] < spread["high_half"]
    assert spread["deepest_10th"] < spread["deepest_half"] <= 0
    assert get_json(client, "&level=-5%25") == {**told, "amount": None}


def test_an_amount_is_kept_nowhere(caplog):
    engine, cache = InlineEngine(), MemoryCache(2**26)
    with caplog.at_level(logging.DEBUG, "app"), served(FakeMarket(market(BARS)), engine, cache) as client:
        asked = "/panels/odds?ticker=SYN&level=-5%25&amount=71236.5"
        assert "71,236.50" in client.get(asked).text
        answer = client.get(f"/api/v1{asked}")
        assert client.get("/panels/odds?ticker=SYN&amount=-71236.5").status_code == 422
        assert "71236" not in client.get("/metrics").text
    assert answer.headers["cache-control"] == "no-store"
    assert not any(b"71236" in part for call in engine.calls for part in call[1:])
    kept = [(key, entry.value) for key, entry in cache._entries.items()]
    assert any("odds" in key for key, _ in kept)
    assert not [key for key, value in kept if "71236" in key or b"71236" in value]
    assert not [record for record in caplog.records if record.name.startswith("app") and "71236" in record.getMessage()]


def test_another_level_costs_no_other_card_a_run(client):
    engine = InlineEngine()
    with served(FakeMarket(market(BARS)), engine) as other:
        other.get("/api/v1/panels/odds?ticker=SYN")
        done = len(engine.calls)
        other.get("/api/v1/panels/odds?ticker=SYN&level=-5%25")
    assert [call[:2] for call in engine.calls[done:]] == [("analyse", b"odds")]


def test_without_highs_and_lows_nothing_is_said_of_trades():
    with served(FakeMarket(quotes(market(400).close))) as client:
        told = get_json(client)
        fragment = client.get("/panels/odds?ticker=SYN").text
    assert {rung["p_trade"] for rung in told["ladder"]} == {None}
    assert told["receipt"]["p_trade"] is None
    assert told["receipt"]["p_close"]["brier"] > 0
    assert "Trades there" not in fragment
    assert "no highs and lows" in fragment


def test_the_receipt_counts_every_question(client):
    receipt = get_json(client)["receipt"]
    for name in ("p_end", "p_close", "p_trade"):
        event = receipt[name]
        assert sum(row["n"] for row in event["table"]) == 12 * receipt["origins"]
        assert all(0 <= row[part] <= 1 for row in event["table"] for part in ("said", "happened"))
        assert {row["n"] for row in event["distances"]} == {receipt["origins"]}
        asked, happened = (sum(row[part] * row["n"] for row in event["table"]) for part in ("said", "happened"))
        assert sum(row["said"] * row["n"] for row in event["distances"]) == pytest.approx(asked)
        assert sum(row["happened"] * row["n"] for row in event["distances"]) == pytest.approx(happened)
        assert 0 < event["brier"] < 0.3
        assert event["brier_past"] > 0
        assert event["brier_rule"] > 0


def test_a_price_is_told_what_such_questions_came_to(client):
    told = get_json(client, "&level=-5%25;900")
    near, far = told["asked"]
    row = min(told["receipt"]["p_trade"]["distances"], key=lambda row: abs(row["distance"] - near["distance"]))
    fragment = client.get("/panels/odds?ticker=SYN&level=-5%25").text
    assert f"happened {round(100 * row['happened'])} in 100" in fragment
    assert far["distance"] > 5
    assert "so far away" not in client.get("/panels/odds?ticker=SYN&level=900").text


def test_chances_are_said_as_cases_of_a_hundred_and_never_none_or_all(client):
    fragment = client.get("/panels/odds?ticker=SYN&level=12;-5%25").text
    assert "less than 1 in 100" in fragment
    assert " in 100" in fragment
    assert ">0 in 100" not in fragment
    assert "100 in 100" not in fragment


def test_the_form_holds_the_question_and_asks_for_the_card_itself(client):
    fragment = client.get("/panels/odds?ticker=SYN&level=-5%25&amount=2000").text
    (form,) = [attributes for tag, attributes in elements(fragment, "form")]
    assert (form["hx-get"], form["action"], form["method"]) == ("/panels/odds", "/", "get")
    values = {a["name"]: a["value"] for _, a in elements(fragment, "input")}
    assert values == {
        "ticker": "SYN",
        "source": "sample",
        "as_of": "",
        "level": "-5%",
        "by": get_json(client)["by"],
        "amount": "2000",
    }
    assert client.get("/panels/odds", params=values).status_code == 200


def test_the_page_hands_the_question_to_its_cards(client):
    page = client.get("/?ticker=SYN&by=2017-05-05&level=-5%25;140&amount=2000").text
    (card,) = [a for _, a in elements(page, "section") if a.get("id") == "panel-odds"]
    assert card["hx-get"] == "/panels/odds?ticker=SYN&by=2017-05-05&source=sample&level=-5%25%3B140&amount=2000"


@pytest.mark.parametrize("path", ["/summary.txt", "/report"])
def test_a_document_refuses_what_its_odds_refuse(client, path):
    answer = client.get(path, params={"ticker": "SYN", "level": "100000"})
    assert answer.status_code == 422
    assert "ten times" in answer.text


BAD = [
    ("level", "100000"),
    ("level", "-95%"),
    ("level", "0.001"),
    ("by", "2017-01-02"),
    ("by", "2019-06-03"),
]


@pytest.mark.parametrize(("field", "text"), BAD)
def test_what_only_the_prices_can_refuse_is_refused_before_anything_is_computed(field, text):
    engine = InlineEngine()
    with served(FakeMarket(market(BARS)), engine) as client:
        answer = client.get("/api/v1/panels/odds", params={"ticker": "SYN", field: text})
        fragment = client.get("/panels/odds", params={"ticker": "SYN", "canvas": "wide", field: text}).text
    assert (answer.status_code, engine.calls) == (422, [])
    assert f"“{field}”" in answer.json()["detail"]
    assert "/?ticker=SYN" in [attributes["href"] for _, attributes in elements(fragment, "a")]

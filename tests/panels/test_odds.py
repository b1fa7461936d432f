import logging

import numpy as np
import pytest

from app.forecasting.models.baselines import GAUSSIAN
from app.forecasting.scoring.metrics import probability_up
from app.market.source import Announced
from app.panels.odds.ladder import ladder
from app.store.cache import MemoryCache
from tests.support.cards import elements
from tests.support.fakes import FakeMarket, InlineEngine, market, quotes
from tests.support.served import served

BARS = 600
LAST = float(market(BARS).close[-1])
BEFORE = market(BARS).dates[-30].item()


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


def test_without_highs_and_lows_the_outcome_tells_of_closes_alone():
    told = quotes(market(400).close)
    asked = f"panels/odds?ticker=SYN&as_of={told.dates[-20].item()}&horizon=10&level=-1%25"
    with served(FakeMarket(told)) as client:
        (reached,) = client.get(f"/api/v1/{asked}").json()["outcome"]["reached"]
        section = client.get(f"/{asked}").text.partition('id="outcome-odds"')[2]
    assert reached["traded_on"] is None
    assert "closed there or below" in section
    assert "traded" not in section


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
    (card,) = [a for _, a in elements(fragment, "section") if a.get("id") == "panel-odds"]
    assert ("submit prevent" in card["hx-trigger"], card["hx-include"]) == (True, "find form")
    (form,) = [attributes for tag, attributes in elements(fragment, "form")]
    assert (form["action"], form["method"]) == ("/", "get")
    values = {a["name"]: a["value"] for _, a in elements(fragment, "input")}
    # Else the address of the card would say how far ahead twice.
    assert values.pop("horizon") == ""
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
    assert card["hx-get"] == "/panels/odds/live?ticker=SYN&by=2017-05-05&source=sample&level=-5%25%3B140&amount=2000"


class Announcing(FakeMarket):
    """A market that lets know from which day on a buyer gets no part of the next dividend."""

    def __init__(self, told, day):
        super().__init__(told)
        self.day = day

    async def announced(self, ticker):
        return Announced(ex_dividend=self.day)


def with_announced(day, asked):
    """The odds once the announcement has come, as JSON and as a card, and those of a past day."""
    past = f"/api/v1/panels/odds?ticker=SYN&as_of={BEFORE}"
    with served(Announcing(market(BARS), day)) as client:
        client.get(f"/panels/odds?ticker=SYN{asked}")
        return get_json(client, asked), client.get(f"/panels/odds?ticker=SYN{asked}").text, client.get(past).json()


def test_an_announced_dividend_comes_off_the_quoted_prices_as_large_as_the_last_one(client):
    plain = get_json(client, "&level=5%25;-5%25")
    day = np.busday_offset(np.datetime64(plain["data"]["last_bar"]), 8).item()
    share = 1 - 0.9937
    paid = float(market(BARS).close[BARS - 64]) * share
    off = paid / LAST
    asked = "".join(f";{rung['level'] * (1 - off):.10f}" for rung in plain["asked"])[1:]
    told, card, past = with_announced(day, f"&level={asked}")
    assert told["due"] == {"day": str(day), "amount": pytest.approx(paid, rel=1e-3)}
    assert f"dividend of ${paid:.4f}, as much as the last one, comes off these prices on" in " ".join(card.split())
    same = get_json(client, f"&level={asked}")["asked"]
    for due, total, unchanged in zip(told["asked"], plain["asked"], same, strict=True):
        assert due["p_end"] == pytest.approx(total["p_end"], abs=1e-5)
        low, high = sorted((total["p_trade"], unchanged["p_trade"]))
        assert low <= due["p_trade"] <= high
        assert due["p_trade"] != unchanged["p_trade"]
    assert told["spread"] == plain["spread"]
    assert (plain["due"], past["due"]) == (None, None)


def test_a_dividend_after_the_asked_day_comes_off_nothing(client):
    plain = get_json(client, "&horizon=5")
    day = np.busday_offset(np.datetime64(plain["by"]), 1).item()
    told, card, _ = with_announced(day, "&horizon=5")
    assert told == plain
    assert "not taken off these prices" in card


@pytest.mark.parametrize("level", ["-6%", "-1%", "1%", "6%"])
def test_a_past_day_is_told_on_which_days_the_quotes_reached_an_asked_price(client, level):
    told = get_json(client, f"&as_of={BEFORE}&horizon=10&level={level.replace('%', '%25')}")
    (reached,), quotes = told["outcome"]["reached"], market(BARS)
    rows, price = slice(BARS - 29, BARS - 19), told["asked"][0]["level"]
    highs, lows, closes = (getattr(quotes, name)[rows] for name in ("high", "low", "close"))
    above = not level.startswith("-")
    traded, closed = (highs >= price, closes >= price) if above else (lows <= price, closes <= price)
    days = [quotes.dates[rows][met][:1].astype(str).tolist() for met in (traded, closed)]
    assert [reached["traded_on"], reached["closed_on"]] == [next(iter(found), None) for found in days]
    assert (reached["above"], reached["ended"]) == (above, bool(closed[-1]))


def test_the_card_says_of_a_past_day_what_became_of_asked_prices(client):
    asked = f"/panels/odds?ticker=SYN&as_of={BEFORE}&horizon=10&level=1%25;300"
    section = client.get(asked).text.partition('id="outcome-odds"')[2]
    near, far = section.partition("300.00")[::2]
    assert "was first traded on" in near
    assert "300.00 was not traded; it never closed there or above" in " ".join(f"300.00{far}".split())


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

"""How tickers move together: what the fragment says of pairs, who is left out, and that nothing later shows."""

import asyncio
import re
from dataclasses import replace

import numpy as np
import pytest

from app.errors import SourceRefusedError
from app.market import history as histories
from app.panels.together import analyse, decode_together
from tests.support.cards import elements
from tests.support.fakes import LATER, LISTING, FakeMarket, InlineEngine, market, quotes
from tests.support.pages import assert_contained
from tests.support.served import served

SYN = market(900)
EURO = market(900, seed=12, listing=replace(LISTING, ticker="EURO", currency="EUR"))
SHORT = market(50, seed=13, listing=replace(LISTING, ticker="SHORT"))
TOKYO = market(900, seed=14, listing=replace(LISTING, ticker="TOKYO", time_zone="Asia/Tokyo"))
ASKED = "/compare/together?ticker=SYN&ticker={}&horizon=5"


def follower(of=SYN, half_life=8):
    """Prices that stray from those of another and come back."""
    rng, gap = np.random.default_rng(5), np.zeros(len(of.dates))
    kept = 0.5 ** (1 / half_life)
    for day in range(1, len(gap)):
        gap[day] = kept * gap[day - 1] + rng.normal(0, 0.01)
    return quotes(of.adj_close * np.exp(gap), replace(LISTING, ticker="TIED"), dates=of.dates)


class RefusingMarket(FakeMarket):
    """Refuses to tell anything of EURO."""

    async def load(self, ticker):
        if ticker == "EURO":
            raise SourceRefusedError(self.title, 7)
        return await super().load(ticker)


@pytest.fixture(scope="module")
def client():
    with served(FakeMarket(SYN, EURO, SHORT, TOKYO, follower())) as open_client:
        yield open_client


def test_unrelated_prices_have_no_lasting_tie_and_it_is_said(client):
    answer = client.get(ASKED.format("EURO"))
    assert answer.status_code == 200
    assert "No lasting tie" in answer.text
    assert "1 pair was tested" in answer.text
    assert "SYN and EURO" in answer.text
    assert "Beta to SYN" in answer.text
    assert_contained(answer.text)


def test_prices_that_come_back_to_each_other_are_named(client):
    answer = client.get(ASKED.format("TIED") + "&ticker=EURO").text
    assert "SYN and TIED" in answer
    assert "about 5 in 100 are luck" in answer
    assert "yes, half of a gap went in" in answer
    assert answer.count("<tr>") == 1 + 3 + 1 + 2


def test_figures_are_of_the_days_in_common():
    made = [histories.encode(histories.history_until(raw, None)) for raw in (SYN, EURO.rows(np.arange(100, 900, 2)))]
    (pair,) = decode_together(analyse(*made)).pairs
    first, second = (histories.decode(one) for one in made)
    at = np.isin(first.dates, second.dates)
    shared = np.diff(np.log(first.adj_close[at])), np.diff(np.log(second.adj_close))
    assert pair.days == 400
    assert pair.correlation.value == pytest.approx(np.corrcoef(*shared)[0, 1])


def test_too_short_a_past_is_not_tested(client):
    answer = client.get(ASKED.format("SHORT")).text
    assert "Not tested" in answer
    assert "–" in answer


def test_exchanges_of_other_hours_are_pointed_out(client):
    assert "close at different hours" in client.get(ASKED.format("TOKYO")).text
    assert "close at different hours" not in client.get(ASKED.format("EURO")).text


def test_who_has_no_prices_is_left_out_and_where_only_one_is_left_the_place_fails():
    with served(RefusingMarket(SYN, EURO, TOKYO)) as refusing:
        three, two = (refusing.get(ASKED.format("EURO") + rest) for rest in ("&ticker=TOKYO", ""))
    assert (three.status_code, two.status_code) == (200, 503)
    assert "<strong>EURO</strong> is left out" in three.text
    assert "SYN and TOKYO" in three.text
    assert elements(two.text)[0][1]["id"].startswith("panel-together-")


def test_a_form_asks_for_the_basket_of_the_same_comparison(client):
    answer = client.get(ASKED.format("EURO") + "&as_of=2016-06-30").text
    form = answer.partition("<form")[2].partition("</form>")[0]
    fields = [(a["name"], a.get("value")) for _, a in elements(f"<form{form}</form>", "input")]
    asked = [("ticker", "SYN"), ("ticker", "EURO"), ("horizon", "5"), ("as_of", "2016-06-30"), ("source", "sample")]
    assert fields == [*asked, ("weight", None)]
    (pattern,) = (a["pattern"] for _, a in elements(form, "input") if a["name"] == "weight")
    assert [bool(re.fullmatch(pattern, text)) for text in ("60,40", "60, 40.5", "60;40", "60,-1")] == [
        *(True, True, False, False)
    ]


def test_one_ticker_has_no_such_place(client):
    assert "panel-together" not in client.get("/compare?ticker=SYN").text
    assert client.get("/compare/together?ticker=SYN").status_code == 422


@pytest.mark.parametrize("change", ["tripled", "deleted", "a 2:1 split"])
def test_what_came_later_changes_nothing(client, change):
    day = SYN.dates[700].item()
    asked = ASKED.format("EURO") + f"&as_of={day}"
    with served(FakeMarket(*(LATER[change](raw, day) for raw in (SYN, EURO)))) as changed:
        assert changed.get(asked).text == client.get(asked).text


def test_it_is_computed_once_by_a_worker_and_counts_as_a_card_for_each_ticker():
    engine = InlineEngine()
    with served(FakeMarket(SYN, EURO), engine, rate_limit="5/minute") as limited:
        answers = [limited.get(ASKED.format("EURO")) for _ in range(3)]
    assert [call[0] for call in engine.calls] == ["analyse"]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_workers_are_told_what_to_say():
    words = []
    history = histories.encode(histories.history_until(asyncio.run(FakeMarket(SYN).load("SYN")), None))
    other = histories.encode(histories.history_until(EURO, None))
    analyse(history, other, say=words.append)
    assert words == ["Simulating what chance ties together, pair 1 of 1"]

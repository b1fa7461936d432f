"""A basket of tickers: one series with a range and a record of its own, from the same engine as any ticker's."""

import asyncio
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit

import numpy as np
import pytest

from app.market import history as histories
from app.panels.panel import Query
from app.services.basket import load_basket
from app.services.loaded_history import HistoryLoader
from app.store.cache import MemoryCache
from tests.support.cards import elements, outcome_in
from tests.support.fakes import LATER, LISTING, FakeMarket, InlineEngine, market
from tests.support.pages import assert_contained
from tests.support.served import TODAY, served

SYN = market()
EURO = market(seed=12, listing=replace(LISTING, ticker="EURO", currency="EUR"))
SHORT = market(100, seed=13, listing=replace(LISTING, ticker="SHORT"))
BOTH = "ticker=SYN&ticker=EURO&horizon=5"
ASKED = f"/compare/basket?{BOTH}&weight=60,40"


@pytest.fixture(scope="module")
def client():
    with served(FakeMarket(SYN, EURO, SHORT)) as open_client:
        yield open_client


def loaded(source, shares, as_of=None, tickers=("SYN", "EURO")):
    loader = HistoryLoader({"sample": source}, MemoryCache(2**24), 60, today=lambda: TODAY)
    queries = [Query(ticker, 5, as_of, "sample") for ticker in tickers]
    return asyncio.run(load_basket(loader, queries, shares))


def columns(page):
    return [urlsplit(a["hx-get"]) for _, a in elements(page, "section") if a.get("id", "").startswith("panel-column")]


def test_it_is_worth_100_today_and_moves_each_day_as_its_shares_say():
    made = histories.decode(loaded(FakeMarket(SYN, EURO), (0.6, 0.4)).history)
    parts = [histories.history_until(raw, None).adj_close for raw in (SYN, EURO)]
    moves = sum(share * (one[1:] / one[:-1] - 1) for share, one in zip((0.6, 0.4), parts, strict=True))
    assert made.adj_close[-1] == 100
    assert made.adj_close[1:] / made.adj_close[:-1] - 1 == pytest.approx(moves, abs=1e-8)
    assert made.passport.name == "60% SYN, 40% EURO"


def test_a_basket_of_one_moves_like_it():
    made = histories.decode(loaded(FakeMarket(SYN), (1.0,), tickers=("SYN",)).history)
    alone = histories.history_until(SYN, None).adj_close
    assert made.adj_close == pytest.approx(100 * alone / alone[-1], rel=1e-8)


def test_only_days_that_all_have_count():
    gaps = EURO.rows(np.delete(np.arange(len(EURO.dates)), [50, 51, 200]))
    made = histories.decode(loaded(FakeMarket(SYN, gaps), (0.5, 0.5)).history)
    assert set(made.dates.tolist()) == set(gaps.dates.tolist())


def test_a_fault_in_one_of_them_is_one_of_the_basket():
    broken = replace(SYN, **{name: np.r_[getattr(SYN, name)[:200], 25 * getattr(SYN, name)[200:]] for name in PRICES})
    assert [jump.unbelievable for jump in loaded(FakeMarket(broken, EURO), (0.5, 0.5)).passport.jumps] == [True]


PRICES = ("open", "high", "low", "close", "adj_close")


def test_shares_add_a_column_that_asks_for_the_whole(client):
    places = columns(client.get(f"/compare?{BOTH}&weight=60,40").text)
    assert [place.path for place in places] == ["/compare/column", "/compare/column", "/compare/basket"]
    asked = parse_qs(places[-1].query)
    assert (asked["ticker"], asked["weight"], asked["horizon"]) == (["SYN", "EURO"], ["60,40"], ["5"])
    assert len(columns(client.get(f"/compare?{BOTH}").text)) == 2


def test_the_column_has_a_range_and_a_record_of_its_own(client):
    answer = client.get(ASKED)
    assert answer.status_code == 200
    assert elements(answer.text)[0][1]["id"].startswith("panel-column-")
    for label in (
        "Last close",
        "80% range in 5 trading days",
        "80% range held",
        "Edge",
        "60% SYN, 40% EURO",
    ):
        assert label in answer.text
    assert "worth 100 on its last day" in answer.text
    assert "All cards of" not in answer.text
    assert_contained(answer.text)


def test_it_goes_through_the_cards_of_any_ticker_and_only_once():
    engine = InlineEngine()
    with served(FakeMarket(SYN, EURO), engine) as client:
        first, again = client.get(ASKED), client.get(f"/compare/basket?{BOTH}&weight=6,4")
    cards = [call[1] for call in engine.calls if call[0] == "analyse"]
    assert sorted(cards) == [b"lstm", b"overview", b"patterns", b"verdict"]
    bodies = []
    for answer in (first, again):
        slug = elements(answer.text)[0][1]["id"].removeprefix("panel-")
        bodies.append(answer.text.partition("</header>")[2].replace(slug, ""))
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize(
    ("weight", "needed"),
    [
        ("60", "tickers, such as 60,40"),
        ("60,30,10", "a number above zero for each"),
        ("60,0", "above zero"),
        ("60,-40", "above zero"),
        ("60;40", "above zero"),
        ("", "the shares of the basket"),
    ],
)
def test_other_shares_are_422_and_say_what_is_needed(client, weight, needed):
    answer = client.get(f"/compare/basket?{BOTH}&weight={quote(weight)}")
    assert answer.status_code == 422
    assert needed in answer.text
    assert elements(answer.text)[0][1]["id"].startswith("panel-column-")


def test_wrong_shares_are_told_on_the_page_and_nothing_loads(client):
    page = client.get(f"/compare?{BOTH}&weight=60")
    assert page.status_code == 422
    assert "The field “Shares of a basket” (weight)" in page.text
    assert columns(page.text) == []


def test_shares_said_twice_are_refused(client):
    assert client.get(f"/compare?{BOTH}&weight=60,40&weight=50,50").status_code == 422


def test_a_basket_with_an_unknown_ticker_fails_in_its_place(client):
    answer = client.get("/compare/basket?ticker=SYN&ticker=NONE&weight=60,40")
    assert answer.status_code == 404
    assert "does not list “NONE”" in answer.text


def test_a_basket_too_short_for_a_verdict_says_so(client):
    answer = client.get("/compare/basket?ticker=SYN&ticker=SHORT&weight=60,40&horizon=5")
    assert answer.status_code == 200
    assert "needs 250 daily bars; there are 100" in answer.text


@pytest.mark.parametrize("change", ["tripled", "deleted", "a 2:1 split"])
def test_what_came_later_stands_in_its_own_place(client, change):
    day = SYN.dates[311].item()
    column = client.get(f"{ASKED}&as_of={day}").text
    with served(FakeMarket(*(LATER[change](raw, day) for raw in (SYN, EURO)))) as changed:
        other = changed.get(f"{ASKED}&as_of={day}").text
    slug = elements(column)[0][1]["id"].removeprefix("panel-")
    happened, around = outcome_in(column, slug)
    assert "By " in happened
    assert outcome_in(other, slug)[1] == around


def test_what_happened_is_what_the_shares_came_to():
    day = SYN.dates[311].item()
    made = loaded(FakeMarket(SYN, EURO), (0.6, 0.4), day)
    whole = histories.decode(loaded(FakeMarket(SYN, EURO), (0.6, 0.4)).history).adj_close
    assert len(made.following.dates) == 5
    assert made.following.closes == pytest.approx(100 * whole[311:317] / whole[311], rel=1e-6)

"""Tickers side by side: what the page asks for, what its columns and its chart say, and what goes wrong alone."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from app.errors import SourceRefusedError
from app.market.history import closes_in_common, history_until
from app.text.numbers import day, signed_percent
from app.web.failures import LABELS
from tests.support.cards import elements, outcome_in
from tests.support.fakes import LATER, LISTING, FakeMarket, InlineEngine, market
from tests.support.pages import assert_contained, links
from tests.support.served import served

SYN = market()
EURO = market(seed=12, listing=replace(LISTING, ticker="EURO", name="Synthetique SA", currency="EUR"))
SHORT = market(100, seed=13, listing=replace(LISTING, ticker="SHORT"))
COLUMN, RANGES = "/compare/column?ticker={}&horizon=5", "/compare/ranges?ticker=SYN&ticker={}&horizon=5"
HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"


class RefusingMarket(FakeMarket):
    """Refuses to tell anything of EURO for seven seconds."""

    async def load(self, ticker):
        if ticker == "EURO":
            raise SourceRefusedError(self.title, 7)
        return await super().load(ticker)


@pytest.fixture(scope="module")
def client():
    with served(FakeMarket(SYN, EURO, SHORT)) as open_client:
        yield open_client


def fields(page):
    """The ticker fields that can be filled in, behind what stands in the page already."""
    return [
        field for _, field in elements(page, "input") if field["name"] == "ticker" and field.get("type") != "hidden"
    ]


def chosen(page):
    return [field["value"] for _, field in elements(page, "input") if field.get("type") == "hidden"]


def places(page):
    """Where the fragments of a page come from, by the id of the section they fill, in the order of the page."""
    return {a["id"]: urlsplit(a["hx-get"]) for _, a in elements(page, "section") if "hx-trigger" in a}


def kinds(page):
    return [place.split("-")[1] for place in places(page)]


def terms(column):
    return [text.partition("</dt>")[0] for text in column.partition('class="terms"')[0].split("<dt>")[1:]]


def values(column):
    return [text.partition("</span>")[0] for text in column.split('<span class="value">')[1:]]


def notes(column):
    return [text.partition("</span>")[0] for text in column.split('<span class="note" dir="auto">')[1:]]


def test_the_page_has_a_place_for_the_chart_and_for_each_column_and_runs_nothing():
    source, engine = FakeMarket(SYN, EURO), InlineEngine()
    with served(source, engine) as client:
        page = client.get("/compare?ticker=syn&ticker=EURO&horizon=5&as_of=2016-01-29").text
    found = places(page)
    rest = {"horizon": ["5"], "as_of": ["2016-01-29"], "source": ["sample"]}
    assert kinds(page) == ["ranges", "column", "column", "together"]
    paths = ["/compare/ranges", "/compare/column", "/compare/column", "/compare/together"]
    assert [one.path for one in found.values()] == paths
    asked = [parse_qs(one.query) for one in found.values()]
    both = ["SYN", "EURO"]
    assert asked == [{"ticker": tickers, **rest} for tickers in (both, ["SYN"], ["EURO"], both)]
    assert (source.loads, engine.calls) == (0, [])
    assert_contained(page)


def test_two_fields_begin_a_comparison_and_one_goes_on_with_it(client):
    first, later = client.get("/compare").text, client.get("/compare?ticker=&ticker=EURO&ticker=").text
    assert [[field["value"] for field in fields(page)] for page in (first, later)] == [["", ""], [""]]
    assert not [field for field in fields(first) if "required" in field]
    assert (chosen(first), chosen(later)) == ([], ["EURO"])
    assert (kinds(first), kinds(later)) == ([], ["ranges", "column"])


def test_each_ticker_has_a_link_to_the_comparison_without_it(client):
    page = client.get("/compare?ticker=SYN&ticker=EURO&ticker=SHORT&horizon=5").text
    without = [parse_qs(urlsplit(a["href"]).query)["ticker"] for _, a in elements(page, "a") if "hx-get" in a]
    assert without == [["EURO", "SHORT"], ["SYN", "SHORT"], ["SYN", "EURO"]]
    assert [a["href"] for _, a in elements(page, "a") if "hx-get" in a] == [
        a["hx-get"] for _, a in elements(page, "a") if "hx-get" in a
    ]


def test_a_column_keeps_its_name_while_others_come_and_go_but_not_for_other_days(client):
    names = [
        [place for place in places(client.get(f"/compare?{asked}").text) if "column" in place]
        for asked in ("ticker=SYN&ticker=EURO", "ticker=SHORT&ticker=EURO", "ticker=EURO&horizon=5")
    ]
    assert names[0][1] == names[1][1]
    assert len({*names[0], *names[1], *names[2]}) == 4


def test_a_ticker_named_twice_is_shown_once_and_the_page_says_so(client):
    page = client.get("/compare?ticker=SYN&ticker=EURO&ticker=syn").text
    assert kinds(page) == ["ranges", "column", "column", "together"]
    assert "SYN was named more than once and is shown once." in page


def test_who_compares_one_ticker_is_asked_for_a_second(client):
    tickers = ("", "&ticker=SYN", "&ticker=SYN&ticker=EURO")
    pages = [client.get(f"/compare?horizon=5{named}").text for named in tickers]
    assert ["Add a second ticker to compare with." in page for page in pages] == [False, True, False]


def test_a_fifth_ticker_is_one_too_many_and_nothing_loads(client):
    answer = client.get("/compare?ticker=A&ticker=B&ticker=C&ticker=D&ticker=E")
    assert answer.status_code == 422
    assert "at most 4" in answer.text
    assert places(answer.text) == {}
    assert [field["value"] for field in fields(answer.text)] == ["A", "B", "C", "D"]


def test_a_ticker_that_cannot_be_one_is_told_at_its_field_and_the_other_still_loads(client):
    answer = client.get("/compare", params={"ticker": ["two words", "SYN"]})
    (wrong,) = fields(answer.text)
    assert answer.status_code == 422
    assert (wrong["aria-invalid"], wrong["value"], chosen(answer.text)) == ("true", "TWO WORDS", ["SYN"])
    assert wrong["aria-describedby"] in [a.get("id") for _, a in elements(answer.text, "p")]
    assert "The field “Ticker or name” (ticker) has “TWO WORDS”" in answer.text
    assert kinds(answer.text) == ["ranges", "column"]


@pytest.mark.parametrize("fault", ["horizon=67", "as_of=tomorrow", "source=moon", "horizon=5&horizon=6"])
def test_any_other_wrong_field_is_told_above_and_nothing_loads(client, fault):
    answer = client.get(f"/compare?ticker=SYN&{fault}")
    assert answer.status_code == 422
    name = fault.partition("=")[0]
    assert f"The field “{LABELS[name]}” ({name})" in answer.text
    assert places(answer.text) == {}


def test_a_wrong_day_is_marked_in_the_form_too(client):
    page = client.get("/compare?ticker=SYN&as_of=tomorrow").text
    wrong = [a for _, a in elements(page) if "aria-invalid" in a]
    assert [(a["name"], a["aria-describedby"]) for a in wrong] == [("as_of", "fault")]


@pytest.mark.parametrize("name", ["ticker", "horizon", "as_of", "source"])
@pytest.mark.parametrize("path", ["/compare", "/compare/ranges", "/compare/column"])
def test_what_is_typed_is_shown_as_text_only(client, path, name):
    page = client.get(path, params={"ticker": "SYN", name: HOSTILE}).text
    assert all(a.get("src", "/static").startswith(("/static", "/vendor")) for _, a in elements(page, "script"))
    assert elements(page, "img") == []


def test_a_column_says_what_the_cards_say(client):
    column = client.get(COLUMN.format("SYN")).text
    slugs = ("overview", "verdict")
    overview, verdict = (client.get(f"/api/v1/panels/{slug}?ticker=SYN&horizon=5").json() for slug in slugs)
    said = dict(zip(terms(column), values(column), strict=True))
    low, high = (verdict["forecast"]["quantiles"][level][-1] / overview["last_close"] - 1 for level in ("0.1", "0.9"))
    assert said["Last close"] == f"${overview['last_close']:.2f}"
    assert said["80% range in 5 trading days"] == f"{low:+.1%} to {high:+.1%}".replace("-", "−")
    assert said["Chance of being higher"] == f"{100 * verdict['p_up']:.0f} in 100"
    assert said["80% range held"] == f"{100 * verdict['receipt']['coverage_80']:.0f}%"
    assert said["Edge"] == "none shown"


def test_columns_have_the_same_rows_whatever_their_history_and_their_own_currency(client):
    columns = [client.get(COLUMN.format(ticker)).text for ticker in ("SYN", "EURO", "SHORT")]
    assert len(terms(columns[0])) == 12
    assert terms(columns[0]) == terms(columns[1]) == terms(columns[2])
    assert [values(column)[0][0] for column in columns] == ["$", "€", "$"]


def test_a_history_too_short_for_a_verdict_says_so_where_the_range_would_stand(client):
    column = client.get(COLUMN.format("SHORT")).text
    assert values(column)[1] == "–"
    assert notes(column)[1] == "A forecast needs 250 daily bars; there are 100."


def test_a_column_of_an_unknown_ticker_fails_alone_in_its_place(client):
    answer = client.get(COLUMN.format("NONE"))
    assert answer.status_code == 404
    assert elements(answer.text)[0][1]["id"].startswith("panel-column-")
    assert "does not list “NONE”" in answer.text
    assert ("section", COLUMN.format("NONE")) in links(answer.text)


def test_nothing_is_modelled_that_the_cards_have_not_modelled():
    engine = InlineEngine()
    with served(FakeMarket(SYN, EURO), engine) as client:
        for ticker in ("SYN", "EURO"):
            client.get(f"/panels/overview?ticker={ticker}&horizon=5")
            client.get(f"/panels/verdict?ticker={ticker}&horizon=5")
        before = len(engine.calls)
        assert client.get(COLUMN.format("SYN")).status_code == 200
        assert client.get(RANGES.format("EURO")).status_code == 200
        assert client.get(RANGES.format("EURO")).status_code == 200
    assert [call[0] for call in engine.calls[before:]] == ["draw_ranges"]


def test_the_chart_tells_its_finding_in_words_and_in_numbers(client):
    answer = client.get(RANGES.format("EURO")).text
    (picture,) = (attributes for _, attributes in elements(answer, "img"))
    assert "times as wide as that of" in picture["alt"]
    assert "SYN" in picture["alt"]
    assert "EURO" in picture["alt"]
    assert len(elements(answer, "tr")) == 3


def test_the_past_year_is_drawn_from_the_histories_of_the_verdicts_and_none_is_loaded_again():
    source, engine = FakeMarket(SYN, EURO), InlineEngine()
    with served(source, engine) as client:
        answer = client.get(RANGES.format("EURO")).text
    days, closes = closes_in_common([history_until(raw, None) for raw in (SYN, EURO)])
    assert source.loads == 2
    assert f'<th scope="col">Since {day(days[0].item())}</th>' in answer
    assert all(signed_percent(line[-1] / 100 - 1) in answer for line in closes)


def test_tickers_without_a_day_in_common_have_their_ranges_alone():
    later = replace(EURO, dates=EURO.dates + np.timedelta64(7 * 200, "D"))
    with served(FakeMarket(SYN, later)) as client:
        answer = client.get(RANGES.format("EURO"))
    assert answer.status_code == 200
    assert "Past year</th>" in answer.text


def test_the_chart_leaves_out_who_has_no_verdict_and_says_why(client):
    answer = client.get(RANGES.format("SHORT"))
    assert answer.status_code == 200
    assert "<strong>SHORT</strong> is left out: A forecast needs 250 daily bars" in answer.text
    assert len(elements(answer.text, "tr")) == 2


def test_a_chart_of_nobody_fails_in_its_place(client):
    answer = client.get("/compare/ranges?ticker=NONE&ticker=SHORT")
    assert answer.status_code == 404
    assert elements(answer.text)[0][1]["id"].startswith("panel-ranges-")


def test_a_ticker_refused_for_the_moment_is_left_out_of_the_chart_and_asked_for_again():
    with served(RefusingMarket(SYN, EURO)) as refusing:
        answers = [refusing.get(path) for path in (RANGES.format("EURO"), COLUMN.format("EURO"))]
    assert [answer.status_code for answer in answers] == [200, 503]
    assert [answer.text.count('data-retry-after="7"') for answer in answers] == [1, 1]
    assert 'class="card incomplete"' in answers[0].text


@pytest.mark.parametrize(("path", "runs"), [(COLUMN.format("SYN"), 2), (RANGES.format("EURO"), 2)])
def test_a_fragment_counts_as_the_cards_that_it_runs(path, runs):
    with served(FakeMarket(SYN, EURO), rate_limit=f"{2 * runs - 1}/minute") as client:
        answers = [client.get(path) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert "data-retry-after" in answers[1].text


@pytest.mark.parametrize("change", ["tripled", "deleted", "a 2:1 split"])
def test_what_came_later_stands_in_its_own_place_of_a_column(client, change):
    asked = COLUMN.format("SYN") + "&as_of=2016-03-15"
    column = client.get(asked).text
    with served(FakeMarket(LATER[change](SYN, SYN.dates[311].item()))) as changed:
        other = changed.get(asked).text
    name = elements(column)[0][1]["id"].removeprefix("panel-")
    happened, around = outcome_in(column, name)
    assert "By 22 Mar 2016" in happened
    assert outcome_in(other, name)[1] == around


def test_a_tickers_page_leads_to_the_comparison_and_a_column_back(client):
    page, column = client.get("/?ticker=SYN&horizon=5").text, client.get(COLUMN.format("SYN")).text
    assert ("a", "/compare?ticker=SYN&horizon=5&source=sample") in links(page)
    assert ("a", "/?ticker=SYN&horizon=5&source=sample") in links(column)


def test_without_scripts_the_page_points_to_each_report(client):
    page = client.get("/compare?ticker=SYN&ticker=EURO").text.partition("<noscript>")[2].partition("</noscript>")[0]
    assert [urlsplit(address).path for _, address in links(page)] == ["/report", "/report"]


@pytest.mark.parametrize(
    ("path", "field"), [(COLUMN.format("EURO"), "/#prices"), ("/panels/overview?ticker=EURO", "#prices")]
)
def test_a_file_can_be_chosen_where_there_is_a_field_for_it(path, field):
    with served(RefusingMarket(EURO)) as client:
        failed = client.get(path).text
    assert field in [a.get("href") for _, a in elements(failed, "a")]


def test_a_column_whose_prices_are_old_says_since_when(client):
    address = COLUMN.format("SYN")
    old, on_that_day = client.get(address).text, client.get(f"{address}&as_of=2016-04-22").text
    assert "These prices end on" in old
    assert "trading days ago" in old
    assert "These prices end on" not in on_that_day

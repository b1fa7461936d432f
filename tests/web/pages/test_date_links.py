import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.market.sample import SampleSource
from app.panels.panel import Query
from app.web.pages.index import replay_of
from tests.support.cards import elements
from tests.support.served import TODAY
from tests.support.uploads import post

WORDS = ["A month earlier", "A week earlier", "A week later", "A month later", "Newest"]


def steps(as_of, latest=date(2018, 12, 31)):
    """The days that can be gone to, by the words of their links."""
    replay = replay_of(Query("SYN", 5, as_of, "sample"), latest)
    told = {step.name: parse_qs(urlsplit(step.url).query).get("as_of", [None])[0] for step in replay.steps}
    return {words: day and date.fromisoformat(day) for words, day in told.items()}


def test_a_step_is_a_week_or_a_month():
    days = [date(2018, 5, 29), date(2018, 6, 22), date(2018, 7, 6), date(2018, 7, 29), None]
    assert steps(date(2018, 6, 29)) == dict(zip(WORDS, days, strict=True))


@pytest.mark.parametrize(("day", "earlier", "later"), [
    (date(2018, 3, 31), date(2018, 2, 28), date(2018, 4, 30)),
    (date(2016, 1, 30), date(2015, 12, 30), date(2016, 2, 29)),
    (date(2017, 12, 31), date(2017, 11, 30), date(2018, 1, 31)),
])  # fmt: skip
def test_a_shorter_month_ends_on_its_last_day(day, earlier, later):
    assert (steps(day)["A month earlier"], steps(day)["A month later"]) == (earlier, later)


def test_from_the_newest_day_there_is_no_later_one():
    assert list(steps(None)) == WORDS[:2]
    assert list(steps(date(2018, 12, 31))) == [*WORDS[:2], "Newest"]
    assert list(steps(date(2018, 12, 20))) == [*WORDS[:3], "Newest"]


@given(st.dates(), st.dates())
def test_no_step_leads_past_the_last_day_that_can_be_known(day, latest):
    days = [target for target in steps(day, latest).values() if target]
    assert all(target <= latest for target in days)
    assert days == sorted(days)


def test_the_page_steps_by_links_that_keep_the_rest_of_the_query(client):
    page = client.get("/?ticker=m%26m&horizon=7&as_of=2016-01-29&source=sample").text
    (steps_of,) = re.findall(r'<nav class="replay".*?</nav>', page, re.DOTALL)
    found = [urlsplit(a["href"]) for _, a in elements(steps_of, "a")]
    asked = [parse_qs(link.query) for link in found]
    assert [link.path for link in found] == ["/"] * 5
    assert [one.pop("as_of", None) for one in asked][:2] == [["2015-12-29"], ["2016-01-22"]]
    assert asked == [{"ticker": ["M&M"], "horizon": ["7"], "source": ["sample"]}] * 5
    assert all(client.get(link.geturl()).status_code == 200 for link in found)


def test_every_day_that_can_be_typed_has_a_page(client):
    for day in ("0001-01-01", "0001-01-31", TODAY.isoformat()):
        assert client.get(f"/?ticker=SYN&as_of={day}").status_code == 200


def test_without_a_ticker_and_for_a_file_there_are_no_steps(client):
    assert "replay" not in client.get("/").text
    assert "replay" not in post(client, "/panels").text


@pytest.mark.anyio
async def test_the_sample_ends_on_the_day_it_says():
    for ticker in SampleSource.tickers:
        assert (await SampleSource().load(ticker)).dates.max().item() == SampleSource.last_day

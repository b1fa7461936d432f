import asyncio
import http.client
import re
import threading
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import TooLargeError
from app.market.upload.source import MAXIMUM_BYTES
from app.panels import IN_PAGE_ORDER
from app.web.http.form import MAXIMUM_BYTES as MAXIMUM_BODY
from app.web.middleware.bounds import RequestBounds
from tests.support.fakes import FakeMarket, InlineEngine, market, weekdays
from tests.support.served import served, served_on_a_port
from tests.support.uploads import ACME, post

OVERVIEW, CARD, REPORT, PLACES = "/api/v1/panels/overview", "/panels/overview", "/report", "/panels"
EVERYWHERE = [OVERVIEW, CARD, REPORT, PLACES]


def errors_in(client, content):
    """What every form of answer says of a file: statuses and texts."""
    answers = [post(client, path, content) for path in EVERYWHERE]
    return {answer.status_code for answer in answers}, [answer.text for answer in answers]


def test_a_file_is_analysed_like_the_same_bars_from_a_source():
    with served(FakeMarket(market(80, seed=5))) as client:
        posted = post(client, OVERVIEW, horizon="5", ticker="syn").json()
        asked = client.get(OVERVIEW, params={"ticker": "SYN", "horizon": "5"}).json()
    assert posted["data"].pop("source") == "upload"
    for passport in (posted["data"], asked["data"]):
        assert passport.pop("sha256")
    assert {name: posted[name] for name in posted.keys() - {"data"}} == {
        name: asked[name] for name in asked.keys() - {"data"}
    }


def test_the_passport_is_the_files_own(client):
    passport = post(client, OVERVIEW).json()["data"]
    assert (passport["source"], passport["name"], passport["currency"]) == (
        "upload",
        "acme.csv",
        "your file's currency",
    )


def test_a_card_of_a_file_is_run_again_by_posting_it_again(client):
    answer = post(client, CARD, horizon="5", canvas="narrow")
    assert answer.status_code == 200
    assert 'hx-post="/panels/overview/live"' in answer.text
    assert "hx-get" not in answer.text


def test_a_failed_card_of_a_file_is_run_again_by_posting_it_again(client):
    answer = post(client, "/panels/prophet")
    assert answer.status_code == 422
    assert "needs 250 daily bars" in answer.text
    assert 'hx-post="/panels/prophet/live"' in answer.text


@pytest.mark.parametrize("path", ["/panels/prophet", "/panels/prophet/live", "/api/v1/panels/verdict"])
def test_a_file_too_short_for_a_card_is_told_how_many_rows_to_add(client, path):
    assert "Add at least 170 earlier rows to your file" in post(client, path).text


def test_a_short_history_that_is_no_file_has_no_rows_to_add(client):
    assert "ticker with a longer history" in client.get("/panels/prophet?ticker=SYN&as_of=2015-05-29").text


def test_a_later_date_is_advised_to_who_asks_for_an_earlier_day_alone(client):
    later = "Or choose a later date."
    assert later in client.get("/panels/prophet?ticker=SYN&as_of=2015-05-29").text
    assert later in client.get("/report?ticker=SYN&as_of=2015-05-29").text
    assert later not in post(client, "/panels/prophet").text
    with served(FakeMarket(market(100))) as short:
        assert later not in short.get("/panels/prophet?ticker=SYN").text


def test_a_price_that_stood_still_where_it_was_tested_has_a_receipt_without_a_ratio(client):
    rows = (f"{day},{100 + (row >= 150)}" for row, day in enumerate(weekdays(300)))
    content = "\n".join(["Date,Close", *rows]).encode()
    assert post(client, "/api/v1/panels/prophet", content).json()["receipt"]["mae_ratio"] is None
    assert "the price never moved" in post(client, "/panels/prophet", content).text


def test_the_report_of_a_file_has_every_card_and_no_link_to_a_page_that_cannot_be(client):
    answer = post(client, REPORT)
    assert answer.status_code == 200
    assert re.findall(r'id="panel-(\w+)"', answer.text) == [panel.slug for panel in IN_PAGE_ORDER]
    assert "prices from acme.csv" in " ".join(answer.text.split())
    assert "live page" not in answer.text


def test_the_places_of_a_files_cards_post_as_soon_as_they_are_there(client):
    answer = post(client, PLACES, ticker="abc")
    places = re.findall(r'hx-post="/panels/(\w+)/live"\s+hx-trigger="load, ', answer.text)
    assert places == [panel.slug for panel in IN_PAGE_ORDER]
    assert "<title>ABC · " in answer.text
    assert 'formaction="/report"' in answer.text


def test_a_file_wins_over_a_source_and_an_empty_one_too(client):
    assert post(client, OVERVIEW, ticker="SYN", source="sample").json()["data"]["source"] == "upload"
    empty = post(client, OVERVIEW, b"", ticker="SYN", source="sample")
    assert (empty.status_code, empty.json()["line"]) == (422, 1)


def test_a_form_without_a_file_is_like_an_address(client):
    asked = client.get(OVERVIEW, params={"ticker": "SYN"}).content
    assert client.post(OVERVIEW, data={"ticker": "SYN"}).content == asked
    assert client.post(OVERVIEW, params={"ticker": "SYN"}).content == asked
    # A browser sends a nameless part where no file was chosen.
    part = b'--b\r\nContent-Disposition: form-data; name="prices"; filename=""\r\n\r\n\r\n'
    body = part + b'--b\r\nContent-Disposition: form-data; name="ticker"\r\n\r\nSYN\r\n--b--\r\n'
    assert client.post(OVERVIEW, content=body, headers=multipart("b")).content == asked


def test_fields_of_the_form_win_over_those_of_the_address(client):
    answer = client.post(OVERVIEW, params={"horizon": "5"}, data={"ticker": "SYN", "horizon": "7"})
    assert answer.json()["horizon"] == 7
    assert post(client, OVERVIEW + "?horizon=5").json()["horizon"] == 5


def test_an_upload_cannot_be_asked_for_by_an_address(client):
    answer = client.get(OVERVIEW, params={"ticker": "SYN", "source": "upload"})
    assert (answer.status_code, answer.json()["field"]) == (422, "source")
    page = client.get("/", params={"ticker": "SYN", "prices": "acme.csv"})
    assert (page.status_code, "Report from this file" in page.text) == (422, True)


@pytest.mark.parametrize(
    "fields", [{"horizon": "67"}, {"as_of": "2018-02-30"}, {"ticker": "a b"}, {"as_of": "2014-01-01"}]
)
@pytest.mark.parametrize("path", EVERYWHERE)
def test_bad_fields_beside_a_file_are_refused_like_in_an_address(client, path, fields):
    answer = post(client, path, **fields)
    assert answer.status_code == 422
    assert next(iter(fields)) in answer.text


def test_a_file_seen_from_the_past_tells_what_happened_next(client):
    day = market(80).dates[69].item().isoformat()
    told = post(client, OVERVIEW, as_of=day, horizon="5").json()
    assert (told["as_of"], len(told["outcome"]["actual"])) == (day, 5)
    past = b"\n".join(ACME.splitlines()[:71])
    then = {"outcome": None, "age_sessions": 0}
    assert {**told, "outcome": None} == {**post(client, OVERVIEW, past, horizon="5").json(), **then}


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"", "Line 1"),
        (b"\xff\xfe\x00", "Line 1"),
        (ACME + b"\n2015-05-01,1,1,1,abc,1,1", "Line 82, column “Close”"),
        (ACME + b"\n2015-05-01,1,1,1,-1,1,1\n2015-05-04,1,1,1,0,1,1", "Line 82, column “Close”"),
        (ACME + b"\n2015-05-01,1,1,1,\xe9,1,1", "Line 82, column “Close”"),
        (ACME + ACME.splitlines()[-1].replace(b"2015", b"\n2015") + b"9", "Line 82, column “Volume”"),
    ],
)
def test_a_bad_file_is_refused_with_line_and_column_in_every_form_of_answer(client, content, where):
    statuses, texts = errors_in(client, content)
    assert statuses == {422}
    assert all(where in text for text in texts)


@pytest.mark.parametrize("hostile", ["=cmd()", "<script>alert(1)</script>", "<img src=x onerror=y>" * 500])
def test_hostile_cells_headers_and_names_are_shown_escaped_and_short(client, hostile):
    cell = ACME + f"\n2015-05-01,1,1,1,{hostile},1,1".encode()
    for content in (cell, f"{hostile},b\n1,2".encode()):
        _, texts = errors_in(client, content)
        assert not any("<script>alert" in text or "<img src=x" in text for text in texts[1:])
        assert all(text.count("onerror") < 10 for text in texts)
    assert "<script>alert" not in post(client, CARD, name=hostile + ".csv").text


@pytest.mark.parametrize("path", EVERYWHERE)
def test_a_file_over_the_limit_is_refused_in_the_form_of_the_path(client, path):
    for size in (MAXIMUM_BYTES + 1, MAXIMUM_BODY + 1):
        answer = post(client, path, b"x" * size)
        assert answer.status_code == 413
        assert "at most 2 MiB" in answer.text
        assert answer.headers["content-type"].startswith(
            "application/problem+json" if path == OVERVIEW else "text/html"
        )


def multipart(boundary):
    return {"Content-Type": f"multipart/form-data; boundary={boundary}"}


PART = b'--b\r\nContent-Disposition: form-data; name="ticker"\r\n\r\nSYN\r\n'


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Type": "multipart/form-data"}, PART),
        (multipart("b" * 500), PART),
        (multipart("b"), b""),
        (multipart("b"), PART),
        (multipart("b"), b"nonsense"),
        (multipart("b"), b"--b\r\nContent-Disposition: form-data\r\n\r\nSYN\r\n--b--\r\n"),
        (multipart("b"), PART * 21 + b"--b--\r\n"),
        (multipart("b"), PART.replace(b"SYN", b"S" * 2000) + b"--b--\r\n"),
        (multipart("b"), PART.replace(b"ticker", b'prices"; filename="a') * 2 + b"--b--\r\n"),
        (multipart("b"), b'--b\r\nContent-Disposition: form-data; name="ticker"\r\n\r\nS\xffN\r\n--b--\r\n'),
        (multipart('"b\\"c"'), PART + b"--b--\r\n"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"ticker=S%FFN"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"ticker=S\xffN"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"ticker=" + b"S" * 1025),
        ({"Content-Type": "application/json"}, b"{}"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"a=1&" * 30),
    ],
)
@pytest.mark.parametrize("path", EVERYWHERE)
def test_what_is_no_form_is_refused(client, path, headers, body):
    answer = client.post(path, content=body, headers=headers)
    assert answer.status_code == 400
    assert "cannot be read" in answer.text


def test_prices_as_a_text_field_are_refused_by_name(client):
    answer = client.post(OVERVIEW, data={"prices": ACME.decode()[:500]})
    assert (answer.status_code, answer.json()["field"]) == (422, "prices")


def test_an_unknown_card_reads_no_body(client):
    assert post(client, "/panels/nonsense").status_code == 404
    assert client.get("/panels").status_code == 405


class CountingEngine(InlineEngine):
    """Begins no analysis before two have been asked for in vain to make another."""

    async def run(self, function, *payload):
        await asyncio.sleep(0.2)
        return await super().run(function, *payload)


def test_equal_files_at_the_same_time_are_analysed_once():
    engine = CountingEngine()
    with served(engine=engine) as client:
        posts = [threading.Thread(target=post, args=(client, OVERVIEW)) for _ in range(4)]
        for one in posts:
            one.start()
        for one in posts:
            one.join()
    assert len(engine.calls) == 1


@pytest.mark.anyio
@pytest.mark.parametrize(("sent", "read"), [(3, 3), (7, 7), (30, 9)])
async def test_too_long_a_body_is_read_on_for_a_while_and_no_further(sent, read):
    chunks = iter([{"type": "http.request", "body": bytes(2**20), "more_body": n + 1 < sent} for n in range(sent)])

    async def app(scope, receive, send):
        while True:
            await receive()

    async def receive():
        return next(chunks)

    with pytest.raises(TooLargeError):
        await RequestBounds(app)({"type": "http", "headers": []}, receive, None)
    assert sent - len(list(chunks)) == read


@pytest.mark.parametrize("mebibytes", [3, 7])
def test_who_sends_too_much_sees_the_answer_whatever_the_body_claims_of_its_length(mebibytes):
    with served_on_a_port() as port:
        for body in (bytes(mebibytes * 2**20), iter([bytes(2**16)] * 16 * mebibytes)):
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
                connection.request("POST", OVERVIEW, body, multipart("b"), encode_chunked=not isinstance(body, bytes))
                answer = connection.getresponse()
                assert (answer.status, b"at most 2 MiB" in answer.read()) == (413, True)


CELLS = st.one_of(
    st.sampled_from(
        ["Date", "Close", "Open", "Volume", "2020-01-02", "03/04/2020", "1", "1.5", "1,5", "-", '"', "", "nan"]
    ),
    st.from_regex(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]", fullmatch=True),
    st.floats().map(str),
    st.text(max_size=8),
)
TABLES = st.builds(
    lambda rows, between, end: end.join(between.join(row) for row in rows).encode("utf-8", "surrogatepass"),
    st.lists(st.lists(CELLS, max_size=8), max_size=12),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n", "\r", "\n\n"]),
)


@st.composite
def damaged(draw):
    """A good file with a few bytes put in place of others."""
    content = bytearray(ACME)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        content[start : start + draw(st.integers(0, 30))] = draw(st.one_of(st.binary(max_size=6), TABLES))
    return bytes(content)


@pytest.mark.parametrize("path", [OVERVIEW, PLACES])
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.one_of(st.binary(max_size=300), TABLES, damaged()))
def test_no_file_is_answered_with_a_fault_of_ours(client, path, content):
    answer = post(client, path, content)
    assert answer.status_code in (200, 422)
    if answer.status_code == 422 and path == OVERVIEW:
        error = answer.json()
        assert error["found"]
        assert error["needed"]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=st.one_of(st.binary(max_size=200), st.binary(max_size=60).map(lambda some: PART + some + b"\r\n--b--\r\n")))
def test_no_form_is_answered_with_a_fault_of_ours(client, body):
    assert client.post(OVERVIEW, content=body, headers=multipart("b")).status_code in (200, 400, 404, 422)

import csv
import hashlib
import io
import json
import re
import struct
import textwrap
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import numpy as np
import pandas as pd
import pytest

from app.compute.errors import OverloadedError
from app.market.passport import Stale
from app.market.upload.source import MAXIMUM_BYTES
from app.panels import BY_SLUG, PANELS
from app.panels.analysis import ForecastAnalysis
from app.text.numbers import day
from tests.support.cards import SLUGS, elements
from tests.support.fakes import LATER, FailingEngine, FakeMarket, InlineEngine, market, nothing_later
from tests.support.served import served
from tests.support.uploads import csv_of, post

MEMBERS = [panel.slug for panel in PANELS if issubclass(panel.analysis, ForecastAnalysis)]
TEXTS = ["/forecast.csv", "/summary.txt"]
DOCUMENTS = [*TEXTS, "/report"]
AS_OF = market().dates[265].item()
ASKED = f"ticker=SYN&horizon=5&as_of={AS_OF}"


def receipt_of(text):
    """The receipt's lines as a dict."""
    inside = text.partition("-----BEGIN RECEIPT-----")[2].partition("-----END RECEIPT-----")[0].replace("\\n", "\n")
    lines = [line.lstrip("# ") for line in inside.splitlines()]
    return dict(line.split(": ", 1) for line in lines if line)


@pytest.fixture(scope="module")
def documents(client):
    return {path: client.get(f"{path}?{ASKED}") for path in DOCUMENTS}


def test_the_table_has_the_numbers_of_the_cards(client, documents):
    table = pd.read_csv(io.StringIO(documents["/forecast.csv"].text), comment="#")
    assert list(table["member"].unique()) == MEMBERS
    for member, rows in table.groupby("member"):
        said = client.get(f"/api/v1/panels/{member}?{ASKED}").json()["forecast"]
        assert list(rows["date"]) == said["dates"]
        assert set(rows["last"]) == {round(said["last"], 2)}
        names = {level: f"p{100 * float(level):g}".replace(".", "_") for level in said["quantiles"]}
        assert all(list(rows[names[level]]) == np.round(said["quantiles"][level], 2).tolist() for level in names)


def test_the_table_is_read_without_knowing_of_comments_too(documents):
    rows = list(csv.DictReader(io.StringIO(documents["/forecast.csv"].text)))
    assert rows[0]["member"] == MEMBERS[0]
    assert [row["day"] for row in rows[:5]] == ["1", "2", "3", "4", "5"]


def test_with_its_receipt_in_a_header_the_table_is_rows_alone(client, documents):
    answer = client.get(f"/forecast.csv?{ASKED}&receipt=header")
    assert answer.text == documents["/forecast.csv"].text.partition("# ")[0]
    receipt = json.loads(f'"{answer.headers["x-receipt"]}"')
    assert receipt_of(receipt)["forecasts"] == hashlib.sha256(answer.content).hexdigest()
    for pasted in (receipt, answer.headers["x-receipt"], f"{answer.text}{receipt}"):
        assert "Signed by this deployment, and unchanged" in client.post("/verify", data={"receipt": pasted}).text


def test_with_semicolons_the_table_has_the_same_numbers_and_receipt(client, documents):
    text = client.get(f"/forecast.csv?{ASKED}&delimiter=semicolon").text
    numbers = pd.read_csv(io.StringIO(text), comment="#", sep=";", decimal=",")
    pd.testing.assert_frame_equal(numbers, pd.read_csv(io.StringIO(documents["/forecast.csv"].text), comment="#"))
    assert receipt_of(text) == receipt_of(documents["/forecast.csv"].text)
    assert "unchanged like all that was pasted" in client.post("/verify", data={"receipt": text}).text
    changed = text.replace(f"{numbers['p10'][0]}".replace(".", ","), "1,5", 1)
    assert changed != text
    assert "changed after it was signed" in client.post("/verify", data={"receipt": changed}).text


@pytest.mark.parametrize("field", ["receipt", "delimiter"])
def test_a_table_of_another_kind_is_refused(client, field):
    answer = client.get(f"/forecast.csv?{ASKED}&{field}=tab")
    assert (answer.status_code, f"“{field}”" in answer.text) == (422, True)


def test_the_summary_says_the_answer_first_in_at_most_fifteen_lines(client, documents):
    lines = documents["/summary.txt"].text.splitlines()
    assert len(lines) <= 15
    assert re.fullmatch(rf"Synthetic Industries \(SYN\) closed at \$[\d.]+ on {day(AS_OF)}, from sample\.", lines[0])
    assert "Synthetic Industries will probably stand between $" in lines[1]
    assert [line.partition(" ")[0] for line in lines[3:5]] == ["Trades", "Trades"]
    assert f"http://testserver/?{ASKED}&source=sample" in lines


@pytest.mark.parametrize("wrapped", [64, 76, 998])
def test_a_summary_is_known_however_a_mail_wraps_it(client, documents, wrapped):
    lines = documents["/summary.txt"].text.splitlines()
    quoted = [
        f"> {part}"
        for line in lines
        for part in textwrap.wrap(line, wrapped, break_long_words=False, break_on_hyphens=False)
    ]
    page = client.post("/verify", data={"receipt": "\n".join(quoted)}).text
    assert "unchanged like all that was pasted with it" in page


def test_what_a_shared_link_shows_is_the_fan_in_its_size(client):
    answer = client.get(f"/preview.png?{ASKED}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert struct.unpack(">II", answer.content[16:24]) == (1200, 630)
    assert len(answer.content) <= 200_000


def test_a_page_tells_whoever_shares_it_what_it_is(client):
    page = client.get(f"/?{ASKED}", headers={"X-Forwarded-Proto": "https"}).text
    told = {a.get("property", a.get("name")): a.get("content") for _, a in elements(page, "meta")}
    (canonical,) = (a["href"] for _, a in elements(page, "link") if a["rel"] == "canonical")
    assert canonical == told["og:url"] == f"http://testserver/?{ASKED}&source=sample"
    assert told["og:image"] == f"http://testserver/preview.png?{ASKED}&source=sample"
    assert "SYN" in told["og:title"]
    assert "SYN" in told["og:description"] == told["description"]
    assert client.get("/manifest.webmanifest").json()["icons"][0]["type"] == "image/svg+xml"


def test_behind_a_proxy_a_page_is_where_its_visitor_asked_for_it():
    with served(proxy_hops=1) as client:
        page = client.get("/?ticker=SYN", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "1.2.3.4"}).text
    assert '<link rel="canonical" href="https://testserver/?ticker=SYN' in page


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_receipt_says_what_a_document_was_made_from(client, documents, path):
    receipt = receipt_of(documents[path].text)
    passport = client.get(f"/api/v1/panels/overview?{ASKED}").json()["data"]
    assert (receipt["ticker"], receipt["horizon"], receipt["as_of"]) == ("SYN", "5", str(AS_OF))
    assert (receipt["data"], receipt["seed"]) == (passport["sha256"], "0")
    assert {"app", "code", "python", "numpy", "prophet", "tensorflow"} <= receipt.keys()
    assert receipt["left_out"] == "none"


def test_every_document_of_a_query_carries_the_hash_of_the_same_table(documents):
    rows = [line for line in documents["/forecast.csv"].text.splitlines(keepends=True) if not line.startswith("#")]
    found = {path: receipt_of(document.text)["forecasts"] for path, document in documents.items()}
    assert found["/forecast.csv"] == found["/report"] == hashlib.sha256("".join(rows).encode()).hexdigest()
    told = [row for place, row in enumerate(rows) if not place or '"verdict"' in row]
    assert found["/summary.txt"] == hashlib.sha256("".join(told).encode()).hexdigest()


@pytest.mark.parametrize("path", DOCUMENTS)
def test_the_same_query_gives_the_same_bytes(client, documents, path):
    assert client.get(f"{path}?{ASKED}").content == documents[path].content


@pytest.mark.parametrize("path", TEXTS)
@pytest.mark.parametrize("later", LATER)
def test_nothing_later_changes_a_byte_of_what_is_taken_along(documents, path, later):
    """Signatures apart, because each app has a key of its own."""
    with served(FakeMarket(LATER[later](market(), AS_OF))) as client:
        other = client.get(f"{path}?{ASKED}").text
    before, after = (text.partition("signature: ")[0] for text in (documents[path].text, other))
    assert after == before


def test_the_report_of_a_past_day_holds_outcomes_that_its_receipt_does_not_depend_on(documents):
    with served(FakeMarket(nothing_later(market(), AS_OF))) as client:
        then = client.get(f"/report?{ASKED}").text
    assert documents["/report"].text.count("What happened") > then.count("What happened")
    unsigned = [receipt_of(text) | {"signature": ""} for text in (then, documents["/report"].text)]
    assert unsigned[0] == unsigned[1]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_what_the_cards_have_computed_is_not_computed_again(path):
    engine, source = InlineEngine(), FakeMarket(market())
    with served(source, engine) as client:
        for slug, canvas in product(SLUGS, ("wide", "narrow")):
            client.get(f"/panels/{slug}?ticker=SYN&canvas={canvas}")
        done = len(engine.calls)
        assert client.get(f"{path}?ticker=SYN").status_code == 200
    assert (len(engine.calls), source.loads) == (done, 1)


def test_the_table_computes_forecasts_and_what_they_need_alone():
    engine = InlineEngine()
    with served(engine=engine) as client:
        client.get("/forecast.csv?ticker=SYN")
    needed = {slug for member in MEMBERS for slug in BY_SLUG[member].needs}
    assert sorted(call[1].decode() for call in engine.calls if call[0] == "analyse") == sorted({*MEMBERS, *needed})
    assert {call[0] for call in engine.calls} == {"analyse", "fit"}


@pytest.mark.parametrize("path", TEXTS)
def test_a_refusal_of_the_moment_makes_no_document(path):
    with served(engine=FailingEngine(OverloadedError(7), "verdict")) as client:
        answer = client.get(f"{path}?ticker=SYN")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.splitlines()[-1] == "Worth another try in 7 s."


def test_a_card_that_can_never_be_had_is_left_out_and_said():
    with served(FakeMarket(market(100))) as client:
        text, table = client.get("/summary.txt?ticker=SYN"), client.get("/forecast.csv?ticker=SYN")
    assert text.status_code == 200
    assert "needs 250 daily bars; there are 100" in " ".join(text.text.split())
    assert receipt_of(text.text)["left_out"].split() == ["verdict", "odds"]
    assert table.status_code == 422
    assert "needs 250 daily bars" in table.text


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_file_can_be_posted_for_a_document(client, path):
    answer = post(client, path, csv_of(market(300)), name='=ev"il\r\n<b>;#.csv', ticker="=CMD", horizon="5")
    assert answer.status_code == 200
    assert receipt_of(answer.text)["source"] == "upload"
    assert "<b>" not in answer.text if path == "/report" else "\r" not in answer.text


@pytest.mark.parametrize("path", TEXTS)
@pytest.mark.parametrize(("content", "status", "sentence"), [
    (b"Date,Close\n2020-01-02,abc\n", 422, "Line 2, column “Close”"),
    (b"x" * (MAXIMUM_BYTES + 1), 413, "at most 2 MiB"),
])  # fmt: skip
def test_a_file_that_cannot_be_used_is_told_in_text(client, path, content, status, sentence):
    answer = post(client, path, content)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/plain")
    assert sentence in answer.text


@pytest.mark.parametrize("ticker", ["^GSPC", "=CMD", "-X", "..X", "&X", "CON", "BRK.B"])
def test_a_document_has_a_file_name_that_every_system_takes(client, ticker):
    answer = post(client, "/forecast.csv", csv_of(market(300)), ticker=ticker)
    kind, name = answer.headers["content-disposition"].split("; filename=")
    stem = name.strip('"').removesuffix(".csv")
    assert (kind, name[0], name[-5:]) == ("attachment", '"', '.csv"')
    assert stem.startswith("forecast-")
    assert stem.replace("-", "").isalnum()


def test_a_summary_of_old_prices_says_when_they_were_loaded():
    stale = Stale(datetime(2018, 6, 29, 8, 5, tzinfo=UTC), 90, "The market is closed to us.")
    with served(FakeMarket(replace(market(80), stale=stale))) as client:
        text = " ".join(client.get("/summary.txt?ticker=SYN").text.split())
    assert "The market is closed to us. These prices were loaded on 29 Jun 2018 at 08:05 UTC." in text


OLD = "These prices end on 24 Apr 2015, {} trading days {}: what follows is what would have been said that day."


def old_and_new():
    """Clients of prices of eighty weekdays until 24 April 2015, on the fifth and on the sixth weekday after these."""
    return [served(FakeMarket(market(80)), today=date(2015, 5, day)) for day in (1, 4)]


@pytest.mark.parametrize("path", ["/panels/overview", "/report", "/summary.txt"])
def test_prices_older_than_five_sessions_are_called_old_once(path):
    texts = []
    for one in old_and_new():
        with one as client:
            texts.append(" ".join(client.get(f"{path}?ticker=SYN").text.split()))
    assert [text.count("These prices end") for text in texts] == [0, 1]
    assert OLD.format(6, "ago") in texts[1]
    with served(FakeMarket(market(80))) as client:
        asked = " ".join(client.get(f"{path}?ticker=SYN&as_of=2015-05-05").text.split())
    assert OLD.format(7, "before 5 May 2015") in asked


def test_how_old_prices_are_is_in_every_answer_and_in_no_hash_of_the_prices():
    answers = []
    for one in old_and_new():
        with one as client:
            answers.append(client.get("/api/v1/panels/overview?ticker=SYN").json())
    assert [answer.pop("age_sessions") for answer in answers] == [5, 6]
    assert answers[0] == answers[1]


def test_a_receipt_knows_nothing_of_how_old_prices_are():
    texts = []
    for one in old_and_new():
        with one as client:
            texts.append(client.get("/summary.txt?ticker=SYN").text)
            checked = [client.post("/verify", data={"receipt": text}).text for text in texts]
            changed = client.post("/verify", data={"receipt": texts[-1].replace("SYN", "SYM", 1)}).text
        assert all("unchanged like all that was pasted with it" in answer for answer in checked)
        assert "The text was changed" in changed
    assert "These prices end" in texts[1]
    assert receipt_of(texts[0]) == receipt_of(texts[1])


def test_the_page_of_a_ticker_links_to_every_document(client):
    page = client.get("/?ticker=^syn&horizon=5&source=sample").text
    found = [a["href"] for _, a in elements(page, "a") if "horizon=5" in a["href"] and not a["href"].startswith("/?")]
    assert [link.partition("?")[0] for link in found if not link.startswith("/compare")][1:] == [
        "/report",
        "/forecast.csv",
        "/summary.txt",
    ]
    assert {link.partition("?")[2] for link in found} == {"ticker=%5ESYN&horizon=5&source=sample"}


def test_the_page_of_a_file_sends_it_again_for_every_document(client):
    page = post(client, "/panels").text
    buttons = [a for _, a in elements(page, "button") if "formaction" in a]
    assert [button["formaction"] for button in buttons] == ["/report", "/forecast.csv", "/summary.txt"]
    assert {(b["form"], b["formmethod"], b["formenctype"]) for b in buttons} == {("ask", "post", "multipart/form-data")}


def test_what_a_source_calls_a_ticker_cannot_break_the_lines_of_a_summary(client):
    name = "X\n-----BEGIN RECEIPT-----\n\u2028\x1b[31m.csv"
    text = post(client, "/summary.txt", csv_of(market(80)), name=name).text
    assert len(text.splitlines()) <= 15
    assert "unchanged like all that was pasted" in client.post("/verify", data={"receipt": text}).text
    assert "\x1b" not in text

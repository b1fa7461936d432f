import asyncio
import hashlib
import hmac
import re
import time
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.services.receipts import format
from app.services.receipts.signer import ReceiptSigner
from app.text.numbers import signed_percent
from tests.support.cards import elements
from tests.support.fakes import FakeMarket, InlineEngine, adjusted_before, market
from tests.support.pages import HEADERS, HOSTILE, assert_contained
from tests.support.served import served
from tests.support.uploads import csv_of, post
from tests.support.visitors import Visitor, running

KEY = "a key for these tests"
ASKED = "ticker=SYN&horizon=3&as_of=2016-01-29"
GENUINE, FORGED, ALTERED = "Signed by this deployment", "not signed by this deployment", "changed after it was signed"


@pytest.fixture(scope="module")
def client():
    with served(secret_key=KEY) as open_client:
        yield open_client


@pytest.fixture(scope="module")
def documents(client):
    return {path: client.get(f"/{path}?{ASKED}").text for path in ("forecast.csv", "summary.txt", "report")}


def receipt_in(text):
    found = re.search(r"(# )?-----BEGIN RECEIPT-----.*-----END RECEIPT-----", text, re.DOTALL)
    return found[0]


def check(client, pasted):
    """The status and the sentence."""
    answer = client.post("/verify", data={"receipt": pasted})
    assert_contained(answer.text)
    said = re.search(r"<strong>([^<]*)</strong></p>", answer.text)
    return answer.status_code, said[1] if said else None


@pytest.mark.parametrize("path", ["forecast.csv", "summary.txt", "report"])
def test_a_receipt_of_ours_is_known(client, documents, path):
    status, said = check(client, receipt_in(documents[path]))
    assert (status, said) == (200, f"{GENUINE}, and unchanged.")


@pytest.mark.parametrize("path", ["forecast.csv", "summary.txt"])
def test_a_whole_document_of_ours_is_known(client, documents, path):
    assert check(client, documents[path])[1] == f"{GENUINE}, and unchanged like all that was pasted with it."


@pytest.mark.parametrize("pasted", ["", "  \n"])
def test_an_empty_form_is_told_of_by_its_field(client, pasted):
    answer = client.post("/verify", data={"receipt": pasted})
    (field,) = (a for _, a in elements(answer.text, "textarea"))
    (fault,) = (a for _, a in elements(answer.text, "span") if a.get("role") == "alert")
    assert answer.status_code == 422
    assert (field["aria-invalid"], field["aria-describedby"]) == ("true", fault["id"])
    assert "Paste a receipt first." in answer.text


def test_a_good_receipt_says_what_it_is_of_before_its_hashes(client, documents):
    page = client.post("/verify", data={"receipt": documents["summary.txt"]}).text.partition("<form")[0]
    before, folded = page.split("<details>")
    assert "SYN, 3 trading days ahead, from prices until 29 Jan 2016." in before
    assert ("<dt>data</dt>" in before, "<dt>data</dt>" in folded) == (False, True)


class SilentMarket(FakeMarket):
    """Has begun to load prices and never ends it, unless nobody waits any more."""

    def __init__(self):
        super().__init__(market())
        self.begun, self.left = asyncio.Event(), asyncio.Event()

    async def load(self, ticker):
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.left.set()


@pytest.mark.anyio
async def test_who_leaves_while_a_receipt_is_scored_ends_the_loading_of_prices(documents):
    source = SilentMarket()
    async with running(InlineEngine(), source, secret_key=KEY) as app:
        visitor = Visitor(app, "/verify", urlencode({"receipt": receipt_in(documents["summary.txt"])}))
        await asyncio.wait_for(source.begun.wait(), 10)
        visitor.leave()
        assert await visitor.status() == 499
        assert source.left.is_set()


def test_anybody_with_the_key_can_make_the_signature(documents):
    lines = [line.removeprefix("# ") for line in receipt_in(documents["forecast.csv"]).splitlines()][1:-1]
    signed = "".join(f"{line}\n" for line in lines[:-1]).encode()
    assert lines[-1] == "signature: " + hmac.new(KEY.encode(), signed, hashlib.sha256).hexdigest()


def test_any_changed_line_is_noticed(client, documents):
    lines = receipt_in(documents["summary.txt"]).splitlines()
    for number in range(1, len(lines) - 1):
        name, value = lines[number].split(": ", 1)
        other = value[:-1] + ("0" if value[-1] != "0" else "1")
        changed = [*lines[:number], f"{name}: {other}", *lines[number + 1 :]]
        assert FORGED in check(client, "\n".join(changed))[1], name


@pytest.mark.parametrize(
    "change", [lambda lines: lines[:3] + lines[4:], lambda lines: [*lines[:2], "a: b", *lines[2:]]]
)
def test_a_line_more_or_less_is_noticed(client, documents, change):
    assert FORGED in check(client, "\n".join(change(receipt_in(documents["report"]).splitlines())))[1]


def test_a_changed_number_is_noticed(client, documents):
    table = documents["forecast.csv"]
    number = re.search(r",(\d+\.\d+),", table)[1]
    assert ALTERED in check(client, table.replace(number, number + "1", 1))[1]
    row = table.splitlines(keepends=True)[1]
    assert ALTERED in check(client, table.replace(row, "", 1))[1]


def test_a_changed_word_is_noticed(client, documents):
    assert ALTERED in check(client, documents["summary.txt"].replace("Not advice", "Advice"))[1]


def quoted(text):
    return "\n".join(f"> {line}" for line in text.splitlines())


def unwrapped(text):
    body, mark, receipt = text.partition("-----BEGIN")
    return body.replace("\n", " ") + "\n" + mark + receipt


def saved_by_a_spreadsheet(text):
    return "\n".join(f'"{line}",,,,' if line.startswith("#") else line for line in text.splitlines())


@pytest.mark.parametrize(
    "way", [quoted, unwrapped, lambda text: text.replace("\n", "\r\n"), lambda text: f"\n\n {text}"]
)
def test_what_mail_does_to_a_text_is_forgiven(client, documents, way):
    assert GENUINE in check(client, way(documents["summary.txt"]))[1]


@pytest.mark.parametrize("way", [lambda text: text.replace("\n", "\r\n"), saved_by_a_spreadsheet])
def test_what_programs_do_to_the_comments_of_a_table_is_forgiven(client, documents, way):
    comments = receipt_in(documents["forecast.csv"])
    assert GENUINE in check(client, way(comments))[1]


def test_another_deployments_receipt_is_not_ours(documents):
    with served() as other:
        assert FORGED in check(other, documents["summary.txt"])[1]


def test_without_a_key_each_start_has_its_own(client):
    texts = set()
    for _ in range(2):
        with served(secret_key="") as other:
            texts.add(other.get(f"/summary.txt?{ASKED}").text)
    assert len(texts) == 2


BROKEN = {
    "no receipt": "hello",
    "no end": "-----BEGIN RECEIPT-----\na: b\n",
    "no begin": "a: b\n-----END RECEIPT-----",
    "the end first": "-----END RECEIPT-----\n-----BEGIN RECEIPT-----",
    "nothing in it": "-----BEGIN RECEIPT-----\n-----END RECEIPT-----",
    "no signature": "-----BEGIN RECEIPT-----\na: b\n-----END RECEIPT-----",
    "a line of another kind": "-----BEGIN RECEIPT-----\nA=b\nsignature: 0\n-----END RECEIPT-----",
    "two": "-----BEGIN RECEIPT-----\nsignature: 0\n-----END RECEIPT-----\n" * 2,
    "signs of all kinds": "\x00\ud7ff\u2028" + HOSTILE,
}


@pytest.mark.parametrize("pasted", BROKEN.values(), ids=BROKEN)
def test_what_is_no_receipt_is_told_in_a_sentence(client, pasted):
    answer = client.post("/verify", data={"receipt": pasted})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "Paste it from" in answer.text
    assert all(name in answer.headers for name in HEADERS)


@pytest.mark.parametrize("signature", ["0", "é", "0" * 64, "z" * 10_000])
def test_a_signature_of_any_kind_is_compared_in_peace(client, signature):
    pasted = f"-----BEGIN RECEIPT-----\na: b\nsignature: {signature}\n-----END RECEIPT-----"
    status, said = check(client, pasted)
    assert status == 200
    assert FORGED in said


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=200), st.text(max_size=60))
def test_nothing_that_is_pasted_breaks_anything(client, inside, signature):
    pasted = f"-----BEGIN RECEIPT-----\n{inside}\nsignature: {signature}\n-----END RECEIPT-----"
    answer = client.post("/verify", data={"receipt": pasted})
    assert answer.status_code in (200, 422)
    assert GENUINE not in answer.text


def test_too_much_is_refused_and_much_is_not(client):
    for much in (3 * 2**20, 2**18):
        answer = client.post("/verify", data={"receipt": "a" * much})
        assert answer.status_code == 413
        assert 'role="alert"' in answer.text
        assert "0.25 MiB" in answer.text or much > 2**21
    assert client.post("/verify", data={"receipt": "a" * (2**18 - 10)}).status_code == 422


def test_only_what_a_document_of_ours_can_be_is_shown_again(client):
    shown = [client.post("/verify", data={"receipt": "<" * length}).text.count("&lt;") for length in (2**16, 2**16 + 1)]
    assert shown == [2**16, 0]


def test_what_is_pasted_is_shown_as_text_only(client):
    page = client.post("/verify", data={"receipt": f"</textarea>{HOSTILE}"}).text
    assert elements(page, "img") == []
    assert len(elements(page, "textarea")) == 1
    assert page.count("</textarea>") == 1


def test_the_page_works_by_itself_and_every_page_links_to_it(client):
    page = client.get("/verify").text
    (form,) = (a for _, a in elements(page, "form"))
    assert (form["action"], form["method"]) == ("/verify", "post")
    assert re.search(r"<label.*?<textarea name=\"receipt\"", page, re.DOTALL)
    assert 'href="/verify"' in client.get("/").text
    assert 'role="alert"' not in page


@pytest.mark.parametrize("fields", [{"a": "b\nsignature: c"}, {"a": ""}, {"A b": "c"}, {"a": "b "}, {"a": "b'"}])
def test_a_receipt_that_could_not_be_read_back_is_never_written(fields):
    with pytest.raises(ValueError, match="cannot hold"):
        format.write(fields, b"key")


def test_the_key_is_shown_nowhere(client, documents):
    assert KEY not in "".join(documents.values()) + client.get("/verify").text + repr(ReceiptSigner(KEY.encode()))


ROWS = "".join(f"2024-{1 + day // 28:02}-{1 + day % 28:02},{100 + day % 7}\n" for day in range(300))


def test_a_receipt_of_a_posted_file_says_that_somebody_sent_it_and_does_not_read_like_the_ticker(client):
    file = {"prices": ("AAPL.csv", b"Date,Close\n" + ROWS.encode())}
    made = client.post("/forecast.csv", data={"ticker": "AAPL", "horizon": "3"}, files=file).text
    answer = client.post("/verify", data={"receipt": made})
    assert "Signed by this deployment, and unchanged like all that was pasted with it" in answer.text
    assert "from a file that somebody sent" in answer.text
    assert "AAPL (uploaded), 3 trading days ahead" in answer.text
    assert [a for _, a in elements(answer.text, "section") if a.get("class") == "notice"]


ADDED = ("# Our analysts: STRONG BUY, target 9999", '"# Buy, now",,', "#buy", " # BUY")


@pytest.mark.parametrize("line", ADDED)
@pytest.mark.parametrize("place", ["first", "before the receipt", "last"])
def test_a_comment_that_was_added_to_a_forecast_is_seen(client, documents, line, place):
    lines = documents["forecast.csv"].splitlines()
    at = {"first": 0, "before the receipt": lines.index("# -----BEGIN RECEIPT-----"), "last": len(lines)}[place]
    assert ALTERED in check(client, "\n".join([*lines[:at], line, *lines[at:]]))[1]


def test_rows_that_became_comments_are_seen(client, documents):
    lines = documents["forecast.csv"].splitlines()
    assert ALTERED in check(client, "\n".join(line if line.startswith("#") else f"# {line}" for line in lines))[1]


def test_what_stands_beside_a_reports_receipt_is_listed_as_not_compared(client, documents):
    answer = client.post("/verify", data={"receipt": receipt_in(documents["report"]) + "\nSTRONG BUY <b>now</b>"})
    assert "What was pasted with it was not compared" in answer.text
    assert "<li>STRONG BUY &lt;b&gt;now&lt;/b&gt;</li>" in answer.text
    assert "like all that was pasted" not in answer.text


def test_receipts_of_earlier_keys_are_known_as_long_as_these_are_named():
    with served(secret_key=KEY) as before:
        pasted = before.get(f"/summary.txt?{ASKED}").text
    assert re.search(r"\\nkey: [0-9a-f]{16}\\n", pasted)
    assert KEY not in pasted
    for named, sentence in ((f"another, {KEY} ", GENUINE), ("another", FORGED), ("", FORGED)):
        with served(secret_key=f"newer than {KEY}", secret_key_old=named) as after:
            assert sentence in check(after, pasted)[1]
            newer = after.get(f"/summary.txt?{ASKED}").text
            assert GENUINE in check(after, newer)[1]
    assert re.findall(r"\\nkey: \w+", newer) != re.findall(r"\\nkey: \w+", pasted)


@pytest.mark.parametrize("path", ["forecast.csv", "summary.txt", "report"])
@pytest.mark.parametrize(
    "unit", ["These prices end on ", "These prices end on 1, 2", "#", "# ", "> ", "a: b\n", "\n", '"']
)
def test_whatever_is_pasted_beside_a_genuine_receipt_is_soon_compared(documents, path, unit):
    pasted = f"{unit * (250_000 // len(unit))}\n{receipt_in(documents[path])}"
    begun = time.thread_time()
    assert ReceiptSigner(KEY.encode()).check(pasted).lines
    assert time.thread_time() - begun < 1


def outcome(client, path, asked=ASKED):
    """The sentence on what came of a range, by the document of ``asked``."""
    page = client.post("/verify", data={"receipt": receipt_in(client.get(f"/{path}?{asked}").text)}).text
    found = re.search(r"<p>(It (?:said|is|cannot)[^<]*)</p>", page)
    return found[1] if found else None


@pytest.mark.parametrize("path", ["forecast.csv", "summary.txt", "report"])
def test_a_range_whose_day_has_passed_is_scored(client, path):
    verdict = client.get(f"/api/v1/panels/verdict?{ASKED}").json()
    change, inside = verdict["outcome"]["change"], verdict["outcome"]["score"]["end_inside_80"]
    said = outcome(client, path)
    assert f"had changed by {signed_percent(change)}: {'inside' if inside else 'outside'} the range." in said
    ends = [verdict["forecast"]["quantiles"][level][-1] / verdict["forecast"]["last"] - 1 for level in ("0.1", "0.9")]
    assert "{} to {}".format(*map(signed_percent, ends)) in said


def test_changes_are_scored_and_not_prices(client):
    """A later dividend rescales the past; what was said is as right as before."""
    receipt, said = client.get(f"/forecast.csv?{ASKED}").text, outcome(client, "forecast.csv")
    with served(FakeMarket(adjusted_before(market(), "2016-03-31", 0.9)), secret_key=KEY) as later:
        assert said in later.post("/verify", data={"receipt": receipt}).text


def test_a_day_to_come_is_not_scored(client):
    assert re.match(
        r"It (is scored from|cannot be scored yet)", outcome(client, "forecast.csv", "ticker=SYN&horizon=3")
    )


def test_a_file_is_not_scored(client):
    text = post(client, "/forecast.csv", csv_of(market(300)), horizon="5").text
    page = client.post("/verify", data={"receipt": text}).text
    assert "It is not scored: its prices are of a file" in page

import asyncio
import json
import os
import re
import subprocess
import sys

import pytest

from app.__main__ import main
from app.cli.analyse import FORMATS, document_of
from app.compute.errors import OverloadedError
from app.main import running_parts
from app.market.upload.source import MAXIMUM_BYTES
from app.panels.panel import Query
from app.settings import Settings
from tests.support.cards import SLUGS
from tests.support.fakes import FailingEngine, FakeMarket, InlineEngine, market
from tests.support.served import TODAY, served
from tests.support.uploads import csv_of

AS_OF = market().dates[265].item()
KEY = "one for all"
QUERY = Query("SYN", 5, AS_OF, "sample")
DOWNLOADS = {"text": "/summary.txt", "csv": "/forecast.csv", "html": "/report"}


def made(form, engine=None):
    settings = Settings(source="sample", secret_key=KEY)
    sources = {"sample": FakeMarket(market())}
    app = running_parts(settings, sources, engine or InlineEngine(), today=lambda: TODAY)
    return asyncio.run(document_of(app, QUERY, form))


@pytest.fixture(scope="module")
def client():
    with served(secret_key=KEY) as open_client:
        yield open_client


def without_links(document):
    """A document on standard output has no page to lead back to; the receipt of a summary is of its words, too."""
    document = re.sub(r"http://testserver/[^\s\"]*\n?|text: \w+\\n|signature: \w+\\n", "", document)
    before, link, after = document.partition('<a href="/?ticker')
    return (before + after.partition("</a>")[2]).split() if link else document.split()


@pytest.mark.parametrize("form", DOWNLOADS)
def test_a_format_is_the_download_of_the_page(client, form):
    answer = client.get(f"{DOWNLOADS[form]}?ticker=SYN&horizon=5&as_of={AS_OF}")
    assert without_links(made(form)) == without_links(answer.text)


def test_json_holds_every_card_as_the_api_has_it(client):
    cards = json.loads(made("json"))
    assert list(cards) == list(SLUGS)
    for slug, said in cards.items():
        assert said == client.get(f"/api/v1/panels/{slug}?ticker=SYN&horizon=5&as_of={AS_OF}").json()


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "html"])
def test_what_fails_for_the_moment_makes_no_document(form):
    with pytest.raises(OverloadedError):
        made(form, FailingEngine(OverloadedError(7), "verdict"))


WRONG = {
    "a ticker nobody knows": (["NOPE"], "does not list “NOPE”"),
    "no ticker": ([], "“ticker”"),
    "a horizon out of bounds": (["^GSPC", "--horizon", "67"], "“horizon”"),
    "a day that is none": (["^GSPC", "--as-of", "2018-02-30"], "“as_of”"),
    "a day before the data": (["^GSPC", "--as-of", "1980-01-01"], "1999-01-04"),
    "too short a past": (["^GSPC", "--as-of", "1999-02-01"], "An analysis needs 60 daily bars; there are 20"),
    "another source": (["^GSPC", "--source", "bloomberg"], "“source”"),
}


@pytest.fixture
def sample(monkeypatch):
    monkeypatch.setenv("SOURCE", "sample")


def assert_one_sentence(capsys, status, sentence):
    said = capsys.readouterr()
    assert status == 1
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert sentence in said.err


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize(("arguments", "sentence"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_one_sentence_and_a_status(capsys, arguments, sentence):
    assert_one_sentence(capsys, main(["analyse", *arguments]), sentence)


FILES = {
    "no table": (b"hello", "a text that begins “hello”"),
    "a bad cell": (b"Date,Close\n2020-01-02,abc\n", "Line 2, column “Close”"),
    "too large": (b"a" * (MAXIMUM_BYTES + 1), "larger than 2 MiB"),
}


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize(("content", "sentence"), FILES.values(), ids=FILES)
def test_a_file_that_cannot_be_used_is_one_sentence(capsys, tmp_path, content, sentence):
    (tmp_path / "prices.csv").write_bytes(content)
    assert_one_sentence(capsys, main(["analyse", "--file", str(tmp_path / "prices.csv")]), sentence)


@pytest.mark.usefixtures("sample")
def test_a_file_that_is_not_there_is_one_sentence(capsys, tmp_path):
    assert_one_sentence(capsys, main(["analyse", "--file", str(tmp_path / "none.csv")]), "cannot be read: No such file")


@pytest.mark.slow
def test_the_command_answers_with_workers_of_its_own_and_no_network(tmp_path):
    (tmp_path / "acme.csv").write_bytes(csv_of(market(80)))
    command = [sys.executable, "-m", "app", "analyse", "--file", str(tmp_path / "acme.csv"), "--horizon", "3"]
    told = {**os.environ, "WORKERS": "1", "TMPDIR": str(tmp_path)}
    ended = subprocess.run(command, env=told, capture_output=True, text=True, timeout=170)
    assert ended.returncode == 0
    assert ended.stdout.startswith("acme.csv (ACME) closed at ")
    assert ended.stdout.endswith("-----END RECEIPT-----\n")
    assert [path.name for path in tmp_path.iterdir()] == ["acme.csv"]

"""The examples beside this repository, where they are: each read to the day and the cent, or refused as it should."""

import json

import pytest

from app.errors import BadFileError
from app.market.history import history_until
from app.market.upload.reader import read_quotes
from tests.support.paths import ROOT

FILES = ROOT.parent / "shared" / "files"
EXPECTED = json.loads((FILES / "expected.json").read_text()) if FILES.exists() else {}
READ = {name: given for name, given in EXPECTED.items() if given["ok"]}
NAMED = {
    "two_tickers.csv": "prices of 2 tickers: “AAA” and “BBB”",
    "html_saved_as_csv.csv": "a web page (“Sign in”)",
    "error_saved_as_csv.csv": "an answer that says “Our standard API rate limit",
    "intraday_5min.csv": "bars 5 minutes apart",
    "weekly.csv": "rows 7 days apart",
}


@pytest.mark.skipif(not READ, reason="the shared files are not here")
@pytest.mark.parametrize("name", READ)
def test_a_file_is_read_to_its_last_close(name):
    history = history_until(read_quotes((FILES / name).read_bytes(), "SYN", name), None)
    found = (str(history.dates[-1]), round(float(history.close[-1]), 6), len(history))
    assert found == (READ[name]["last"], READ[name]["close"], READ[name]["bars"])


@pytest.mark.skipif(not EXPECTED, reason="the shared files are not here")
@pytest.mark.parametrize("name", sorted(EXPECTED.keys() - READ.keys()))
def test_a_file_that_cannot_be_read_is_named_for_what_it_is(name):
    with pytest.raises(BadFileError) as error:
        read_quotes((FILES / name).read_bytes(), "SYN", name)
    assert NAMED[name] in error.value.sentence

from datetime import date

import pytest

from app.market.history import encode, history_until
from app.panels import jobs
from app.panels.jobs import say
from tests.support.fakes import market

HISTORY = encode(history_until(market(300), date(2016, 2, 26)))


def test_prophet_says_which_fit_begins_and_what_for():
    words = []
    jobs.analyse(b"prophet", b"5", HISTORY, say=words.append)
    tests = [said for said in words if said.startswith("Testing on the past, fit ")]
    assert words[: len(tests) + 1] == [*tests, "Fitting the trend"]
    assert tests[-1] == f"Testing on the past, fit {len(tests)} of {len(tests)}"
    assert words[-1] == "Looking at the seasons"


@pytest.mark.parametrize("slug", ["lstm", "patterns"])
def test_a_network_says_what_it_does(slug):
    words = []
    jobs.analyse(slug.encode(), b"5", HISTORY, say=words.append)
    assert len(words) == len(set(words)) >= 2


def test_what_is_said_changes_no_byte():
    heard = jobs.analyse(b"patterns", b"5", HISTORY, say=[].append)
    assert heard == jobs.analyse(b"patterns", b"5", HISTORY)


def test_a_drawing_is_said_to_be_one_and_nothing_is_said_after_the_work():
    words = []
    jobs.draw(b"overview", b"wide", HISTORY, jobs.analyse(b"overview", b"5", HISTORY), say=words.append)
    say("to nobody")
    assert words == [jobs.DRAWING]

from datetime import date

import pytest

from app.market.history import decode, encode, history_until
from app.panels import jobs
from app.panels.jobs import say
from app.panels.prophet import fits
from app.panels.prophet.panel import all_fits
from tests.support.fakes import market

HISTORY = encode(history_until(market(300), date(2016, 2, 26)))


def test_a_fit_of_prophet_says_what_it_is_for():
    planned = all_fits(decode(HISTORY), 5)
    words = []
    fits.fit(planned[0].kind.encode(), planned[0].window.pack(), planned[0].words.encode(), say=words.append)
    assert words == [planned[0].words]
    tests = [one.words for one in planned if one.words.startswith("Testing on the past, fit ")]
    assert tests == [f"Testing on the past, fit {number} of {len(tests)}" for number in range(1, len(tests) + 1)]
    assert [one.words for one in planned][len(tests)] == "Fitting the trend"
    assert planned[-1].words == "Looking at the seasons"


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

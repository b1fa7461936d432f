"""How Yahoo is treated, and what a load leaves behind: nothing on disk, no thread that hangs, no second question."""

import asyncio
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from app.errors import SourceRefusedError, SourceSilentError, UnknownTickerError
from app.market.yahoo.source import YahooSource
from tests.support.yahoo_payloads import TOO_MANY, UNKNOWN, answer, chart, walk
from tests.support.yahoo_stand_in import Answer, Clock, error_of

GOOD = answer(chart(walk(5)))


def limited(**headers):
    return replace(TOO_MANY, headers={**TOO_MANY.headers, **headers})


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ({}, 60),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "99999999"}, 86400),
        ({"Retry-After": "soon"}, 60),
        ({"Date": "Fri, 28 Jun 2024 12:00:00 GMT", "Retry-After": "Fri, 28 Jun 2024 12:02:00 GMT"}, 120),
        ({"Date": "Fri, 28 Jun 2024 12:00:00 GMT", "Retry-After": "Fri, 28 Jun 2024 11:00:00 GMT"}, 1),
    ],
)
def test_yahoo_says_when_to_come_back(source, yahoo, said, seconds):
    yahoo.charts = [limited(**said)]
    assert error_of(source).retry_after == seconds


def test_a_refusal_is_remembered_for_all_tickers_until_its_time_is_over(yahoo):
    clock = Clock()
    source = YahooSource(clock=clock)
    yahoo.charts = [limited(**{"Retry-After": "30"}), GOOD]
    assert error_of(source).retry_after == 30
    clock.now += 29.5
    assert (type(error_of(source, "MSFT")), error_of(source, "MSFT").retry_after) == (SourceRefusedError, 1)
    assert len(yahoo.requests) == 1
    clock.now += 0.6
    assert len(asyncio.run(source.load("MSFT")).dates) == 5


def test_an_unknown_ticker_is_not_asked_for_again_at_once(yahoo):
    clock = Clock()
    source = YahooSource(clock=clock)
    yahoo.charts = [UNKNOWN, GOOD]
    assert {type(error_of(source, "NOSUCH")) for _ in range(3)} == {UnknownTickerError}
    assert len(yahoo.requests) == 1
    clock.now += 301
    assert len(asyncio.run(source.load("NOSUCH")).dates) == 5


def test_one_load_leaves_no_trace_in_the_next(source, yahoo):
    yahoo.charts = [Answer(b"oops", 500), UNKNOWN, GOOD, GOOD]
    error_of(source, "ONE")
    error_of(source, "TWO")
    first, second = (asyncio.run(source.load("AAPL")) for _ in range(2))
    assert first.close.tolist() == second.close.tolist()
    assert len(yahoo.requests) == 4


async def _many(source, count):
    loads = (source.load(f"T{n}") for n in range(count))
    return await asyncio.gather(*loads, return_exceptions=True)


def test_loads_at_the_same_time_do_not_wait_for_each_other(yahoo):
    yahoo.charts = [Answer(hangs=True), GOOD]
    answers = asyncio.run(_many(YahooSource(patience=8), 6))
    assert sorted(type(answer).__name__ for answer in answers) == ["RawHistory"] * 5 + ["SourceSilentError"]


def test_those_who_wait_for_a_thread_are_answered_in_time_too(yahoo):
    yahoo.charts = [Answer(hangs=True)]
    begun = time.monotonic()
    answers = asyncio.run(_many(YahooSource(patience=3), 20))
    assert {type(answer) for answer in answers} == {SourceSilentError}
    assert time.monotonic() - begun < 8
    assert len(yahoo.requests) <= 8


def test_a_source_never_has_more_than_a_few_threads(yahoo):
    yahoo.charts = [GOOD]
    source = YahooSource(patience=20)
    before = set(threading.enumerate())
    asyncio.run(_many(source, 30))
    assert len({thread for thread in threading.enumerate() if thread.name.startswith("yahoo")} - before) <= 8


def test_no_file_is_written_anywhere(yahoo, tmp_path, monkeypatch):
    for name in ("HOME", "XDG_CACHE_HOME", "TMPDIR"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    yahoo.charts = [Answer(b"{}", 401), GOOD]
    script = (
        "import asyncio; from app.market.yahoo.source import YahooSource; asyncio.run(YahooSource(90).load('AAPL'))"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=100)
    assert any("getcrumb" in request for request in yahoo.requests)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_importing_the_source_does_not_import_yfinance():
    script = "import sys, app.main; sys.exit('yfinance' in sys.modules or 'pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0

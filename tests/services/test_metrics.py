import os
import subprocess
import sys

import pytest

from app.compute.errors import OverloadedError
from app.errors import SourceSilentError
from app.services.metrics import resident_bytes
from tests.support.fakes import BrokenMarket, FailingEngine, StatedEngine
from tests.support.pages import numbers
from tests.support.served import KEY, served

CARD = "/panels/overview?ticker=SYN"


def test_requests_are_counted_by_route_and_not_by_what_was_asked():
    with served() as client:
        for path in (
            CARD,
            "/panels/overview?ticker=NONE",
            "/panels/secret",
            "/secret",
            "/static/app.css",
            "/static/secret",
        ):
            client.get(path)
        seen = numbers(client)
        text = client.get("/metrics").text
    for route, status in (("/panels/{slug}", "200"), ("none", "404"), ("/static/*", "200"), ("/static/*", "404")):
        assert seen["stock_requests_total", *sorted((route, "GET", status))] == 1
    assert seen["stock_requests_total", *sorted(("/panels/{slug}", "GET", "404"))] == 2
    assert not [word for word in ("SYN", "NONE", "secret") if word in text]


def test_cards_are_timed_by_slug_and_outcome():
    with served(engine=FailingEngine(OverloadedError(3), "prophet"), rate_limit="3/minute") as client:
        for path in (CARD, "/panels/overview?ticker=%3C", "/panels/prophet?ticker=SYN", CARD, CARD, CARD):
            client.get(path)
        seen = numbers(client)
    counted = {key[1:]: value for key, value in seen.items() if key[0] == "stock_card_seconds_count"}
    assert counted == {
        ("ok", "overview"): 3,
        ("overview", "refused"): 1,
        ("busy", "prophet"): 1,
        ("limited", "overview"): 1,
    }
    assert seen["stock_card_seconds_sum", "ok", "overview"] > 0


def test_jobs_of_the_engine_are_timed_by_what_became_of_them():
    with served(engine=FailingEngine(OverloadedError(3), "prophet")) as client:
        client.get(CARD)
        client.get("/panels/prophet?ticker=SYN")
        seen = numbers(client)
    assert seen["stock_job_seconds_count", "analyse", "ok"] == seen["stock_job_seconds_count", "draw", "ok"] == 1
    assert seen["stock_job_seconds_count", "OverloadedError", "analyse"] == 1


def test_looks_into_the_cache_are_counted_by_kind():
    with served() as client:
        for _ in range(3):
            client.get(CARD)
        seen = numbers(client)
    assert (
        seen["stock_cache_lookups_total", "analysis", "no"],
        seen["stock_cache_lookups_total", "analysis", "yes"],
    ) == (
        1,
        2,
    )


def test_loads_from_sources_are_counted_by_outcome():
    with served(BrokenMarket(SourceSilentError("Yahoo", 15))) as client:
        client.get(CARD)
        assert numbers(client)["stock_source_loads_total", "sample", "silent"] == 1
    with served() as client:
        client.get(CARD)
        client.get("/panels/overview?ticker=NONE")
        seen = numbers(client)
    assert (
        seen["stock_source_loads_total", "ok", "sample"] == seen["stock_source_loads_total", "sample", "unknown"] == 1
    )


def test_the_workers_and_their_queue_are_as_the_engine_says():
    with served(engine=StatedEngine(warm=2, running=1, waiting=5, restarts=3)) as client:
        seen = numbers(client)
    assert [seen["stock_workers", state] for state in ("expected", "warm", "running")] == [2, 2, 1]
    assert (seen["stock_queue_depth",], seen["stock_worker_restarts_total",]) == (5, 3)


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="no /proc on this system")
def test_the_memory_of_this_process_and_of_those_below_it_is_told():
    with served() as client:
        assert 30e6 < numbers(client)["stock_resident_memory_bytes", "web"] < 30e9
    before = resident_bytes()[1]
    command = [sys.executable, "-c", "held = b'x' * 80_000_000; input('x')"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.read(1)
        held = resident_bytes()[1] - before
        child.communicate(b"\n")
    assert held > 80e6


@pytest.mark.parametrize("host", ["10.0.0.7:7860", "anything.example"])
def test_a_scraper_may_ask_under_any_name(host):
    with served(space_id="a/b", metrics_token=KEY) as client:
        answer = client.get("/metrics", headers={"Host": host, "Authorization": f"Bearer {KEY}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")

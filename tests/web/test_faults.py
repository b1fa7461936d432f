"""The served app while its processes are killed from outside, and while visitors leave by the hundred."""

import asyncio
import gc
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import httpx2
import pytest

from app.market import history as histories
from app.market.sample import SampleSource
from app.panels.jobs import analyse
from tests.support.cards import analysis_in
from tests.support.compute.processes import alive, descendants, parent
from tests.support.compute.redis import free_port
from tests.support.fakes import WaitingEngine
from tests.support.pages import numbers
from tests.support.visitors import Visitor, running, within

CARD = "/panels/prophet?ticker=%5EGSPC&as_of="
FIT = "prophet_model"


class Served:
    """python -m app with two workers, a client of it, and its processes."""

    def __init__(self, home):
        port = free_port()
        said = {"HOST": "127.0.0.1", "PORT": str(port), "SOURCE": "sample", "WORKERS": "2", "LOG_LEVEL": "warning"}
        said |= {"TMPDIR": str(home), "RATE_LIMIT": "off"}
        self.home = home
        self.process = subprocess.Popen([sys.executable, "-m", "app"], env=os.environ | said)
        self.client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=90)
        self._port = port

    def wait_until_warm(self):
        within(20, self._accepts)
        within(90, lambda: self.workers()["warm"] == 2)
        self._grown_up = descendants(self.process.pid)

    def workers(self):
        return self.client.get("/readyz").json()["workers"]

    def _accepts(self):
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self._port)) == 0

    def at_work(self):
        """The process of Stan that fits for a visitor and its worker, as soon as there are such.

        A worker that warms up fits too, but it is not one of those that were warm before.
        """
        return within(30, lambda: next(self._at_work(), None))

    def _at_work(self):
        fits = [pid for pid in descendants(self.process.pid) if FIT in name(pid)]
        return ((fit, worker) for fit in fits if (worker := parent(fit)) in self._grown_up)

    def kill_workers(self):
        """Kill whatever the fork server, a child of the app, has forked."""
        family = descendants(self.process.pid)
        for pid in family:
            if (server := parent(pid)) in family and parent(server) == self.process.pid:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def name(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    app = Served(tmp_path_factory.mktemp("served"))
    try:
        with app.client:
            yield app
    finally:
        app.process.terminate()
        app.process.wait(10)


@pytest.mark.slow
def test_a_worker_killed_in_mid_fit_costs_the_visitor_nothing_but_time(served):
    served.wait_until_warm()
    with ThreadPoolExecutor(1) as thread:
        card = thread.submit(served.client.get, f"{CARD}2015-06-30")
        os.kill(served.at_work()[1], signal.SIGKILL)
        assert card.result().status_code == 200
    assert numbers(served.client)["stock_worker_restarts_total",] >= 1


@pytest.mark.slow
def test_a_worker_killed_twice_in_mid_fit_says_when_to_come_back_and_then_works(served):
    served.wait_until_warm()
    with ThreadPoolExecutor(1) as thread:
        card = thread.submit(served.client.get, f"{CARD}2014-06-30")
        served.at_work()
        served.kill_workers()
        # What was under way is what new workers begin with.
        while not card.done():
            if served.workers()["warm"]:
                served.kill_workers()
        answer = card.result()
    assert (answer.status_code, int(answer.headers["retry-after"]) >= 1) == (503, True)
    served.wait_until_warm()
    assert served.client.get(f"{CARD}2014-06-30").status_code == 200


@pytest.mark.slow
def test_a_fit_of_prophet_that_is_killed_is_made_again_and_leaves_no_trace_in_the_numbers(served):
    served.wait_until_warm()
    with ThreadPoolExecutor(1) as thread:
        card = thread.submit(served.client.get, f"/api/v1{CARD}2013-06-28")
        os.kill(served.at_work()[0], signal.SIGKILL)
        answer = card.result()
    history = histories.history_until(asyncio.run(SampleSource().load("^GSPC")), date(2013, 6, 28))
    undisturbed = analyse(b"prophet", b"22", histories.encode(history))
    assert answer.status_code == 200
    assert analysis_in(answer.content) == undisturbed


@contextmanager
def no_file_by(pids):
    """A full disk, as far as these processes can tell."""
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for pid in filter(alive, pids):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@pytest.mark.slow
def test_a_full_disk_fails_the_cards_that_need_a_file_and_no_other_until_there_is_room_again(served):
    served.wait_until_warm()
    with no_file_by(descendants(served.process.pid)):
        fit = served.client.get(f"{CARD}2011-06-30")
        calm = [served.client.get(f"/panels/{slug}?ticker=%5EGSPC&as_of=2011-06-30") for slug in ("overview", "lstm")]
    assert ([one.status_code for one in calm], fit.status_code) == ([200, 200], 503)
    assert "temporarily out of disk space" in fit.text
    assert int(fit.headers["retry-after"]) >= 1
    assert served.client.get(f"{CARD}2011-06-30").status_code == 200


@pytest.mark.slow
def test_the_end_in_mid_fit_takes_six_seconds_at_most_and_leaves_nobody_and_nothing_and_no_visitor_alone(served):
    served.wait_until_warm()
    with ThreadPoolExecutor(12) as threads:
        cards = [threads.submit(served.client.get, f"{CARD}20{year}-03-30") for year in range(10, 19)]
        served.at_work()
        everyone, under_way = descendants(served.process.pid), [card for card in cards if not card.done()]
        begun = time.monotonic()
        served.process.terminate()
        assert served.process.wait(10) == 0
    assert time.monotonic() - begun <= 6
    refused = [answer for card in under_way if (answer := card.result()).status_code != 200]
    assert {(answer.status_code, answer.headers["retry-after"]) for answer in refused} == {(503, "10")}
    assert "being restarted" in refused[0].text
    within(1, lambda: not any(map(alive, everyone)))
    assert list(served.home.iterdir()) == []


@pytest.mark.anyio
async def test_five_hundred_visitors_who_leave_free_every_slot_and_what_they_held():
    engine = WaitingEngine()
    async with running(engine) as app:
        for _ in range(3):
            before, tasks = sys.getallocatedblocks(), len(asyncio.all_tasks())
            await come_and_go(app, engine, 500)
            # The app still warms up beside the first of them.
            await asyncio.sleep(0.5)
            gc.collect()
        assert len(asyncio.all_tasks()) <= tasks
        assert sys.getallocatedblocks() < before + 500
    assert engine.cancelled == 3 * 66


async def come_and_go(app, engine, number):
    begun = engine.cancelled
    visitors = [
        Visitor(
            app, "/panels/overview", f"ticker=SYN&horizon={1 + turn % 66}", address=f"10.0.{turn // 250}.{turn % 250}"
        )
        for turn in range(number)
    ]
    while engine.begins < begun + 66:
        await asyncio.sleep(0.01)
    for visitor in visitors:
        visitor.leave()
    await asyncio.gather(*(visitor.task for visitor in visitors))

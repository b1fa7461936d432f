"""Scheduler, worker and web process as an operator starts them."""

import asyncio
import os
import subprocess
import sys

import httpx2
import pytest

from app.market import history as histories
from app.market.sample import SampleSource
from app.panels.jobs import analyse
from tests.support.cards import analysis_in
from tests.support.compute.dask_cluster import dask_scheduler
from tests.support.compute.processes import alive, descendants
from tests.support.compute.redis import accepts, free_port
from tests.support.visitors import within


def started(command, home, **said):
    base = {"HOST": "127.0.0.1", "SOURCE": "sample", "WORKERS": "1", "LOG_LEVEL": "error", "TMPDIR": str(home)}
    return subprocess.Popen([sys.executable, "-m", "app", command], env=os.environ | base | said)


@pytest.mark.slow
def test_cards_made_on_another_machine_are_the_same_to_the_byte_and_its_end_leaves_nobody_and_nothing(home, tmp_path):
    port = free_port()
    with dask_scheduler(tmp_path) as scheduler:
        worker = started("work", home, DASK_SCHEDULER=scheduler.url)
        web = started("serve", home, DASK_SCHEDULER=scheduler.url, PORT=str(port))
        try:
            within(60, lambda: accepts(port))
            address = f"http://127.0.0.1:{port}"
            within(240, lambda: httpx2.get(f"{address}/readyz").status_code == 200)
            card = httpx2.get(f"{address}/api/v1/panels/overview?ticker=%5EGSPC", timeout=60)
            everyone = descendants(worker.pid)
        finally:
            web.terminate()
            worker.terminate()
            assert (web.wait(20), worker.wait(20)) == (0, 0)
    history = histories.history_until(asyncio.run(SampleSource().load("^GSPC")), None)
    assert analysis_in(card.content) == analyse(b"overview", b"22", histories.encode(history))
    assert len(everyone) >= 3
    within(2, lambda: not any(map(alive, everyone)))
    assert list(home.iterdir()) == []


def test_a_worker_that_is_not_told_for_whom_ends_with_a_sentence():
    told = {name: value for name, value in os.environ.items() if name != "DASK_SCHEDULER"}
    ended = subprocess.run([sys.executable, "-m", "app", "work"], env=told, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr.startswith("The environment variable DASK_SCHEDULER has to name")
    assert len(ended.stderr.splitlines()) == 1


def test_an_address_that_is_none_is_told_at_the_start():
    told = os.environ | {"DASK_SCHEDULER": "scheduler"}
    ended = subprocess.run([sys.executable, "-m", "app"], env=told, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "DASK_SCHEDULER" in ended.stderr

"""Two processes of the app and a real Redis between them."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import httpx2
import pytest

from tests.support.compute.redis import accepts, free_port, redis_server
from tests.support.pages import numbers
from tests.support.served import KEY

CARD = "/panels/overview?ticker=SYN"


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@contextmanager
def replicas(**said):
    """Clients of two replicas."""
    ports = [free_port(), free_port()]
    base = (
        os.environ
        | {"HOST": "127.0.0.1", "SOURCE": "sample", "SECRET_KEY": KEY}
        | {name.upper(): str(text) for name, text in said.items()}
    )
    command = [sys.executable, "-m", "tests.support.compute.replica"]
    started = [subprocess.Popen(command, env=base | {"PORT": str(port)}) for port in ports]
    try:
        with ExitStack() as clients:
            yield [clients.enter_context(client_of(port)) for port in ports]
    finally:
        for process in started:
            process.terminate()
            process.wait(10)


def client_of(port):
    end = time.monotonic() + 20
    while not accepts(port):
        assert time.monotonic() < end, "a replica does not start"
        time.sleep(0.05)
    return httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)


def ask_all(clients, path, times):
    with ThreadPoolExecutor(2 * times) as threads:
        return [answer.status_code for answer in threads.map(lambda client: client.get(path), clients * times)]


def jobs(clients):
    return sum(value for one in clients for key, value in numbers(one).items() if key[0] == "stock_job_seconds_count")


@pytest.mark.slow
def test_equal_requests_to_two_replicas_are_computed_once(redis):
    with replicas(redis_url=redis.url, rate_limit="off") as clients:
        assert set(ask_all(clients, CARD, 10)) == {200}
        assert jobs(clients) == 2
        assert clients[0].get(CARD).content == clients[1].get(CARD).content


@pytest.mark.slow
def test_a_client_has_one_limit_on_both_replicas(redis):
    with replicas(redis_url=redis.url, rate_limit="4/hour", proxy_hops=1) as clients:
        statuses = [clients[turn % 2].get(CARD).status_code for turn in range(6)]
        assert statuses == [200, 200, 200, 200, 429, 429]
        other = clients[0].get(CARD, headers={"X-Forwarded-For": "1.2.3.4"})
        assert other.status_code == 200


@pytest.mark.slow
def test_redis_stopped_in_mid_run_and_started_again_costs_no_answer(redis):
    with replicas(redis_url=redis.url, rate_limit="100/minute") as clients, ThreadPoolExecutor(1) as thread:
        running = thread.submit(ask_all, clients, f"{CARD}&horizon=3", 4)
        redis.kill()
        assert set(running.result()) == {200}
        assert set(ask_all(clients, f"{CARD}&horizon=4", 4)) == {200}
        health = [client.get("/readyz").json() for client in clients]
        assert [(one["status"], one["down"]) for one in health] == [("degraded", ["redis"])] * 2
        redis.start()
        # For so long a replica leaves a Redis alone that did not answer.
        time.sleep(1.1)
        # On a busy machine one of them may find Redis slow once more.
        assert any(computed_once(clients, horizon) for horizon in (6, 7, 8))
        assert {client.get("/readyz").json()["status"] for client in clients} == {"ready"}


def computed_once(clients, horizon):
    """Whether replicas that are asked for the same card at once analyse and draw it a single time."""
    before = jobs(clients)
    assert set(ask_all(clients, f"{CARD}&horizon={horizon}", 4)) == {200}
    return jobs(clients) == before + 2

"""The compose file: its commands and its environment as real processes on the loopback, and who can reach whom."""

import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager

import httpx2
import pytest
import yaml

from app.settings import Settings
from tests.support.compute.processes import alive, descendants
from tests.support.compute.redis import accepts, free_port
from tests.support.pages import numbers
from tests.support.paths import ROOT
from tests.support.served import KEY
from tests.support.visitors import within

FILE = yaml.safe_load((ROOT / ".github" / "compose.yaml").read_text())
SERVICES = FILE["services"]
ASKED = {"SECRET_KEY": KEY, "SOURCE": "sample", "WORKERS": "1"}
CARD = "/api/v1/panels/technicals?ticker=%5EGSPC"
PORTS = {"redis": 6379, "scheduler": 8786, "web": 7860}


def filled(text):
    """What compose makes of a text with ``${NAME:-default}`` and ``${NAME:?needed}``."""
    return re.sub(r"\$\{(\w+):([-?])([^}]*)\}", lambda found: ASKED.get(found[1], found[3]), text)


class Deployment:
    """The services of the file, each on ports of its own on this machine."""

    def __init__(self, home):
        self._home, self._ports = home, {name: free_port() for name in PORTS}
        self.processes = []

    def start(self, name, port=None):
        service = SERVICES[name]
        base = {"HOST": "127.0.0.1", "TMPDIR": str(self._home), "LOG_LEVEL": "error"}
        told = {key: self._here(filled(str(text))) for key, text in service.get("environment", {}).items()}
        told |= {"PORT": str(port or self._ports.get(name, 0))} if name in PORTS else {}
        command = [sys.executable if word == "python" else word for word in service["command"]]
        if name == "redis":
            command += ["--port", str(self._ports[name]), "--bind", "127.0.0.1", "--dir", str(self._home)]
        process = subprocess.Popen(command, env=os.environ | base | told, stdout=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def listens(self, name):
        return accepts(self._ports[name])

    def _here(self, text):
        for name, port in PORTS.items():
            text = text.replace(f"//{name}:{port}", f"//127.0.0.1:{self._ports[name]}")
        return text


@contextmanager
def deployed(home):
    """Clients of both web processes, and the two workers; all of it ends in the end."""
    deployment = Deployment(home)
    try:
        for name in ("redis", "scheduler"):
            deployment.start(name)
        within(60, lambda: all(map(deployment.listens, ("redis", "scheduler"))))
        workers = [deployment.start("work") for _ in range(2)]
        ports = [free_port() for _ in range(SERVICES["web"]["deploy"]["replicas"])]
        for port in ports:
            deployment.start("web", port)
        with ExitStack() as clients:
            opened = [httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=90) for port in ports]
            for port, client in zip(ports, map(clients.enter_context, opened), strict=True):
                within(60, lambda port=port: accepts(port))
                within(240, lambda client=client: client.get("/readyz").status_code == 200)
            yield opened, workers
    finally:
        for process in reversed(deployment.processes):
            process.terminate()
        for process in deployment.processes:
            process.wait(30)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("redis-server") is None, reason="no redis-server on this machine")
def test_what_the_file_starts_answers_as_one_and_outlives_a_worker(home, monkeypatch):
    monkeypatch.setitem(ASKED, "APP_ENV", "development")
    with deployed(home) as (clients, workers):
        first, second = (client.get(CARD) for client in clients)
        assert (first.status_code, second.status_code) == (200, 200)
        assert first.content == second.content
        jobs = [numbers(client) for client in clients]
        done = sum(value for one in jobs for key, value in one.items() if key[0] == "stock_job_seconds_count")
        assert done == 1
        everyone = descendants(workers[0].pid)
        workers[0].kill()
        workers[0].wait()
        assert clients[1].get(f"{CARD}&as_of=2017-06-30").status_code == 200
    end = time.monotonic() + 10
    while any(map(alive, everyone)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(map(alive, everyone))


def test_only_web_processes_can_be_reached_from_outside():
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["web"]
    assert [name for name, service in SERVICES.items() if service["networks"] != ["inside"]] == ["web"]
    assert FILE["networks"]["inside"]["internal"] is True


def test_every_container_is_read_only_and_has_no_right_of_its_own():
    for service in SERVICES.values():
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_every_variable_of_the_file_is_one_of_the_settings():
    variables = {name for service in SERVICES.values() for name in service.get("environment", {})}
    assert {name.lower() for name in variables} <= set(Settings.model_fields)


def test_there_are_two_web_processes_with_a_port_each_and_a_key_that_has_to_be_given():
    web = SERVICES["web"]
    first, last = map(int, web["ports"][0].partition(":")[0].split("-"))
    assert web["deploy"]["replicas"] == last - first + 1 == 2
    assert web["environment"]["SECRET_KEY"].startswith("${SECRET_KEY:?")

"""A real Redis on a free port of this machine, which tests may kill and start again."""

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager

import pytest


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


class RedisServer:
    """Remembers nothing when it ends, and leaves no file."""

    def __init__(self, port, home):
        self.url = f"redis://127.0.0.1:{port}/0"
        self._port = port
        options = {"port": port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": home, "daemonize": "no"}
        self._command = [
            "redis-server",
            *(word for name, value in options.items() for word in (f"--{name}", str(value))),
        ]
        self._process = None

    def start(self):
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while not self._answers():
            assert time.monotonic() < end, "redis-server does not start"
            time.sleep(0.02)

    def kill(self):
        self._process.kill()
        self._process.wait()

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self._port), 1) as line:
                line.sendall(b"PING\r\n")
                return line.recv(7) == b"+PONG\r\n"
        except OSError:
            return False


@contextmanager
def redis_server(home):
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server on this machine; .ci/run installs one")
    server = RedisServer(free_port(), home)
    server.start()
    try:
        yield server
    finally:
        server.kill()

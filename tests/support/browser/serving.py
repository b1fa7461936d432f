"""A served app of its own, for a real browser."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""What keeps Chromium from asking anything of the network by itself."""


@contextmanager
def serving(**settings: str) -> Iterator[str]:
    """The address of an app with the sample, two workers and no limits, but where the environment is ``said``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    usual = {"HOST": "127.0.0.1", "SOURCE": "sample", "WORKERS": "2", "LOG_LEVEL": "warning", "RATE_LIMIT": "off"}
    app = subprocess.Popen([sys.executable, "-m", "app"], env={**os.environ, **usual, "PORT": str(port), **settings})
    try:
        _wait_until_served(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        app.terminate()
        app.wait(15)


def _wait_until_served(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url):
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise TimeoutError(f"{url} does not answer")

"""The stream of the newest price from a served process: shared by its viewers, and over when the process is told to."""

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from itertools import islice
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

import pytest

from tests.support.yahoo_payloads import quoted

VIEWERS = 4
# The stand-in is a proxy for what the process asks, not for what is asked of the process.
STRAIGHT = build_opener(ProxyHandler({}))


@pytest.fixture
def served(yahoo):
    """A process of its own that asks the stand-in, and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    said = {"HOST": "127.0.0.1", "PORT": str(port), "SOURCE": "yahoo", "WORKERS": "1", "LOG_LEVEL": "warning"}
    process = subprocess.Popen([sys.executable, "-m", "app"], env={**os.environ, **said})
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_served(address)
        yield process, address
    finally:
        process.terminate()
        process.wait(20)


def wait_until_served(address):
    for _ in range(600):
        try:
            return STRAIGHT.open(f"{address}/healthz", timeout=5).close()
        except URLError:
            time.sleep(0.1)
    raise TimeoutError(address)


def test_who_leaves_makes_room(yahoo, served):
    address = f"{served[1]}/live?ticker=AAPL"
    yahoo.charts = [quoted()]
    with ExitStack() as stack:
        first, *_ = [stack.enter_context(STRAIGHT.open(address, timeout=30)) for _ in range(VIEWERS)]
        first.close()
        assert any(is_let_in(stack, address) for _ in range(50))


def is_let_in(stack, address):
    """Whether there is room for one more; a little later, as a process need not notice at once who has left."""
    time.sleep(0.1)
    try:
        return stack.enter_context(STRAIGHT.open(address, timeout=30)).status == 200
    except HTTPError:
        return False


def test_viewers_share_one_request_and_a_process_that_is_told_to_end_does(yahoo, served):
    process, address = served
    yahoo.charts = [quoted()]
    with ExitStack() as stack:
        answers = [STRAIGHT.open(f"{address}/live?ticker=AAPL", timeout=30) for _ in range(VIEWERS)]
        viewers = [stack.enter_context(answer) for answer in answers]
        assert all(any(b"<strong>$321.45<" in line for line in islice(lines, 20)) for lines in viewers)
        with pytest.raises(HTTPError, match="429"):
            STRAIGHT.open(f"{address}/live?ticker=AAPL", timeout=30)
        assert len(yahoo.requests) == 1
        process.terminate()
        assert not [line for lines in viewers for line in lines if line.startswith(b"event: last")]
    assert process.wait(20) == 0

"""What a stranger with a socket can hold, against a real server whose deadlines are short."""

import contextlib
import logging
import re
import select
import socket
import subprocess
import sys
import time

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.services.logs import Seldom
from app.web.endpoint import HANDLERS
from app.web.middleware.bounds import Bounds, RequestBounds
from app.web.middleware.connections import ConnectionLimits, most_connections
from tests.support.pages import HEADERS
from tests.support.served import served_on_a_port

GET = b"GET /api/quick HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999\r\n\r\n"
CHUNKS = POST.replace(b"Content-Length: 999", b"Transfer-Encoding: chunked")
UNREAD = POST.replace(b"/api/read", b"/api/quick")
SHORT = ConnectionLimits(header_seconds=0.5, body_seconds=0.5, taken_seconds=0.5, each_peer=4)
PATIENT = ConnectionLimits(header_seconds=30, body_seconds=30, taken_seconds=30)


async def quick(request):
    return PlainTextResponse("quick")


async def read(request):
    return PlainTextResponse(str(len(await request.body())))


async def large(request):
    return Response(bytes(2**25))


def small_app(bounds=None):
    routes = [Route("/api/quick", quick, methods=["GET", "POST"]), Route("/api/read", read, methods=["POST"])]
    app = Starlette(routes=[*routes, Route("/api/large", large)], exception_handlers=HANDLERS)
    app.add_middleware(RequestBounds, bounds=bounds or Bounds(seconds=0.5))
    return app


@contextlib.contextmanager
def connected(port, sent=b""):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(sent)
        yield line


def everything(line):
    """All that comes until the other end closes; a socket that is never closed is a time-out."""
    pieces = []
    with contextlib.suppress(ConnectionResetError):
        while piece := line.recv(2**16):
            pieces.append(piece)
    return b"".join(pieces)


def in_the_end(port, sent, status):
    """Whether that is answered before long; what others hold is let go, or counted, a moment later."""
    for _ in range(200):
        with connected(port, sent) as line:
            if status in line.recv(2**16).split(b"\r\n")[0]:
                return True
        time.sleep(0.05)
    return False


HELD = {
    "nothing": (b"", b""),
    "half a header": (GET[:-2], b"408"),
    "half a header after a whole request": (GET + GET[:-2], b"408"),
    "a body's first byte": (POST + b"x", b"408"),
    "a chunk's first byte": (CHUNKS + b"fff\r\nx", b"408"),
    "a body that nobody reads": (UNREAD + b"x", b"200"),
}


@pytest.mark.parametrize("held", HELD)
def test_what_does_not_come_to_its_end_is_answered_and_closed(held):
    sent, answer = HELD[held]
    with served_on_a_port(small_app(), limits=SHORT) as port, connected(port, sent) as line:
        assert answer in everything(line)


@pytest.mark.parametrize("held", HELD)
def test_a_byte_now_and_then_buys_nobody_time(held):
    with served_on_a_port(small_app(), limits=SHORT) as port, connected(port, HELD[held][0]) as line:
        end = time.monotonic() + 10
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while time.monotonic() < end:
                line.send(b"a")
                time.sleep(0.05)
        assert time.monotonic() < end


def test_an_answer_that_nobody_takes_is_given_up():
    asked = GET.replace(b"quick", b"large").replace(b"Host", b"Connection: close\r\nHost")
    with served_on_a_port(small_app(), limits=SHORT) as port:
        with connected(port, asked) as line:
            time.sleep(1.5)
            assert len(everything(line)) < 2**25
        with connected(port, asked) as line:
            assert len(everything(line)) > 2**25


def test_one_peer_has_so_many_connections_and_hears_why_it_has_no_more():
    limits = ConnectionLimits(each_peer=4)
    with served_on_a_port(small_app(), limits=limits) as port, contextlib.ExitStack() as held:
        for _ in range(4):
            held.enter_context(connected(port))
        with connected(port, GET) as line:
            refused = everything(line)
        assert b"429" in refused.splitlines()[0]
        assert b"4 connections at a time" in refused
        assert b"retry-after" in refused.lower()
        assert [name for name in HEADERS if name.encode() not in refused.lower()] == []
        held.close()
        assert in_the_end(port, GET, b"200")


def test_all_together_have_so_many_connections_and_the_next_hears_so():
    limits = ConnectionLimits(total=6, each_peer=None)
    with served_on_a_port(small_app(), limits=limits) as port, contextlib.ExitStack() as held:
        for _ in range(6):
            held.enter_context(connected(port))
        with connected(port, GET) as line:
            assert b"503" in everything(line).splitlines()[0]
        held.close()
        assert in_the_end(port, GET, b"200")


NO_HTTP = {
    "a name without end": (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000, b"431"),
    "nonsense": (b"\0\1\2\r\n\r\n", b"400"),
    "a bad chunk": (CHUNKS + b"zz\r\n", b""),
    "two lengths": (POST.replace(b"Length: 999", b"Length: 999\r\nTransfer-Encoding: chunked") + b"0\r\n\r\n", b"400"),
    "headers that are long but whole": (GET[:-2] + b"X: " + b"x" * 20_000 + b"\r\n\r\n", b"431"),
    "a line that goes on below": (GET.replace(b"localhost", b"localhost\r\nX: a\r\n b"), b"400"),
    "a length that goes on below": (POST.replace(b": 999", b":\r\n\t999"), b"400"),
    "line feeds alone": (GET.replace(b"\r\n", b"\n"), b"400"),
    "one line feed alone": (GET.replace(b"\r\nHost", b"\nHost"), b"400"),
    "two lengths that differ": (POST.replace(b"Length: 999", b"Length: 999\r\nContent-Length: 1"), b"400"),
    "chunks of an old version": (CHUNKS.replace(b"1.1", b"1.0") + b"0\r\n\r\n", b"400"),
    **{f"version {one}": (GET.replace(b"1.1", one.encode()), b"505") for one in ("9.9", "2.0", "1.2", "0.9")},
    "a length beyond all bounds": (POST.replace(b": 999", b": 99999999"), b"413"),
    "an upgrade": (GET.replace(b"Host", b"Connection: upgrade, close\r\nUpgrade: websocket\r\nHost"), b"200"),
}


@pytest.mark.parametrize("what", NO_HTTP)
def test_what_is_no_request_costs_its_connection_and_no_more(what):
    sent, status = NO_HTTP[what]
    with served_on_a_port(small_app(), limits=SHORT) as port:
        with connected(port, sent) as line:
            received = everything(line)
        assert status in received.split(b"\r\n")[0]
        with connected(port, GET) as line:
            assert b"200" in line.recv(2**16)


def test_a_lax_request_behind_a_good_one_is_refused_too():
    sent = GET + GET.replace(b"\r\nHost", b"\nHost")
    with served_on_a_port(small_app(), limits=SHORT) as port, connected(port, sent) as line:
        received = everything(line)
    assert re.findall(rb"HTTP/1.1 (\d+)", received) == [b"200", b"400"]


def test_bodies_under_way_are_bounded_for_one_client_and_together():
    for bounds, status in ((Bounds(each=3 * 2**20), b"429"), (Bounds(together=3 * 2**20), b"503")):
        with served_on_a_port(small_app(bounds), limits=PATIENT) as port, contextlib.ExitStack() as held:
            body = POST.replace(b"h: 999", b"h: 2000000") + bytes(1_900_000)
            lines = [held.enter_context(connected(port, body)) for _ in range(2)]
            (refused,) = select.select(lines, [], [], 20)[0]
            assert status in refused.recv(2**16).split(b"\r\n")[0]
            for line in lines:
                line.sendall(bytes(100_000))
            assert in_the_end(port, POST + bytes(999), b"200")


def test_a_client_has_so_many_requests_under_way_and_another_is_not_held_up():
    told = b"X-Forwarded-For: 1.1.1.1\r\n\r\n"
    app = small_app()
    app.user_middleware.clear()
    app.add_middleware(RequestBounds, hops=1, bounds=Bounds(seconds=20, requests=2))
    with served_on_a_port(app, limits=PATIENT) as port, contextlib.ExitStack() as held:
        for _ in range(2):
            held.enter_context(connected(port, POST[:-2] + told + b"x"))
        assert in_the_end(port, GET[:-2] + told, b"429")
        with connected(port, GET) as line:
            assert b"200" in line.recv(2**16).split(b"\r\n")[0]


@pytest.mark.parametrize("descriptors", [20, 64, 1024, 65_536, 2**20])
def test_connections_leave_descriptors_for_everything_else(descriptors):
    assert 0 < most_connections(descriptors) <= descriptors - min(256, descriptors // 2)


def test_the_server_takes_as_many_descriptors_as_it_may_have():
    script = (
        "import resource as r; from app.cli.serve import raised_descriptor_limit as raised;"
        "r.setrlimit(r.RLIMIT_NOFILE, (64, 512)); print(raised(), *r.getrlimit(r.RLIMIT_NOFILE))"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["512", "512", "512"]


@pytest.mark.parametrize("name", ["asyncio", "uvicorn.error"])
def test_what_strangers_can_have_logged_is_logged_once_a_second_and_all_else_always(name):
    now = 0.0
    seldom = Seldom(lambda: now)
    words = {"asyncio": "socket.accept() out of system resource", "uvicorn.error": "Invalid HTTP request received."}

    def kept(message, by=name):
        return seldom.filter(logging.LogRecord(by, logging.ERROR, "", 0, message, (), None))

    assert [kept(words[name]) for _ in range(100)].count(True) == 1
    assert kept("something else")
    assert kept(words[name], "another")
    now = 1.1
    assert kept(words[name])

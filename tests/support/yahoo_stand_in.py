"""Yahoo on loopback: a proxy that ends TLS for the real host names and answers as a test says."""

import asyncio
import select
import ssl
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import trustme

HOSTS = ("query1.finance.yahoo.com", "query2.finance.yahoo.com", "fc.yahoo.com", "guce.yahoo.com", "consent.yahoo.com")


@dataclass(frozen=True)
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json;charset=utf-8"})
    hangs: bool = False
    drips: bool = False
    promises: int = 0
    """Bytes more than are sent before the connection ends."""


NOBODY = Answer(b"<html>no such page</html>", 404)
COOKIE = Answer(b"", 404, {"Set-Cookie": "A3=d=x; Domain=.yahoo.com; Path=/; Secure; Max-Age=31557600"})
CRUMB = Answer(b"Ab1cD2eF3gH", 200, {"Content-Type": "text/plain"})


class Yahoo:
    """``charts`` answers for prices in turn, its last answer again and again; ``summary`` tells what is announced.

    ``elsewhere`` is by host and path.
    """

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.certificate = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self.certificate))
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.set_alpn_protocols(["http/1.1"])
        authority.issue_cert(*HOSTS).configure_cert(self.tls)
        self.over = threading.Event()
        self.begin()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.yahoo, self._server.daemon_threads = self, True
        self.proxy = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def begin(self) -> None:
        """Forget what was asked and answered before."""
        self.requests: list[str] = []
        self.open = 0
        self.charts: list[Answer] = [NOBODY]
        self.summary = NOBODY
        self.elsewhere = {"fc.yahoo.com/": COOKIE, "query1.finance.yahoo.com/v1/test/getcrumb": CRUMB}
        self.over.clear()

    def answer(self, method: str, host: str, path: str) -> Answer:
        if "/v8/finance/chart/" in path:
            return self.charts.pop(0) if len(self.charts) > 1 else self.charts[0]
        if "/v10/finance/quoteSummary/" in path:
            return self.summary
        return self.elsewhere.get(f"{method} {host}{path}") or self.elsewhere.get(host + path, NOBODY)

    def is_left_alone(self) -> bool:
        """Whether the last request comes to its end within two seconds."""
        patience = time.monotonic() + 2
        while self.open and time.monotonic() < patience:
            time.sleep(0.02)
        return not self.open

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_CONNECT(self) -> None:
        self._host = self.path.partition(":")[0]
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.connection = self.server.yahoo.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.close_connection = False

    def do_GET(self) -> None:
        yahoo = self.server.yahoo
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        yahoo.requests.append(f"{self.command} {self._host}{unquote(self.path)}")
        answer = yahoo.answer(self.command, self._host, urlsplit(self.path).path)
        yahoo.open += 1
        try:
            self._send(answer)
        except OSError:
            self.close_connection = True
        finally:
            yahoo.open -= 1

    do_POST = do_GET  # noqa: N815 - the name http.server calls.

    def _send(self, answer: Answer) -> None:
        if answer.hangs:
            self.close_connection = not self._wait_until_gone()
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body) + answer.promises))
        self.end_headers()
        for byte in answer.body if answer.drips else ():
            self.wfile.write(bytes([byte]))
            self.server.yahoo.over.wait(0.02)
        self.wfile.write(b"" if answer.drips else answer.body)
        self.close_connection = self.close_connection or bool(answer.promises)

    def _wait_until_gone(self) -> bool:
        while not self.server.yahoo.over.is_set():
            if select.select([self.connection], [], [], 0.05)[0]:
                return bool(self.rfile.read(1))
        return False

    def finish(self) -> None:
        super().finish()
        self.rfile.close()
        self.connection.close()

    def log_message(self, *_: object) -> None:
        pass


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


CERTIFICATES = ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE")


def error_of(source, ticker="AAPL"):
    with pytest.raises(Exception) as raised:  # noqa: PT011 - each test says which.
        asyncio.run(source.load(ticker))
    return raised.value

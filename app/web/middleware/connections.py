"""Connections that take no more than their share: deadlines for headers, bodies and readers, and caps on their number.

A server of HTTP/1.1 for uvicorn, which knows none of these by itself.
"""

import asyncio
import re
import sys
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.web.http.proxies import client_behind
from app.web.middleware.security import HEADERS

MOST_CONNECTIONS = 2_048
# What workers, sources and log need, and what one round of accepting may open before anybody is counted.
_RESERVED = 256
_LONGEST_HEAD = 16 * 2**10
# A line that ends with a line feed alone, or goes on below: a proxy in front may have read them otherwise.
_LAX = re.compile(rb"(?<!\r)\n|\n[ \t]")
_SENTENCES = {
    400: "What was sent is not HTTP/1.1.",
    408: "The request took too long to arrive.",
    429: "One visitor may have {each_peer} connections at a time.",
    431: "The headers are larger than 16 KiB.",
    503: "The service has as many connections as it can bear. Try again in a few seconds.",
    505: "HTTP/1.1 and HTTP/1.0 are spoken here, and nothing else.",
}
_RETRY_AFTER = {429: "5", 503: "5"}


def most_connections(descriptors: int) -> int:
    """How many connections a process with so many descriptors can bear."""
    return min(MOST_CONNECTIONS, descriptors - min(_RESERVED, descriptors // 2))


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Seconds for the whole headers of a request, for its whole body and for taking an answer; and most connections.

    ``each_peer`` is None where the peer is a proxy that stands for everybody.
    """

    header_seconds: float = 15.0
    body_seconds: float = 30.0
    taken_seconds: float = 60.0
    total: int = MOST_CONNECTIONS
    each_peer: int | None = 32


def bounded_connections(limits: ConnectionLimits) -> type[asyncio.Protocol]:
    """A protocol for uvicorn whose connections keep to ``limits`` together."""
    return type("Connection", (BoundedConnection,), {"limits": limits, "peers": Counter()})


class StrictConnection(h11.Connection):
    """Reads requests that every server reads alike, and refuses those in which another may see a second one."""

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """What the client has sent next; raises ``h11.RemoteProtocolError`` with the status of the refusal."""
        if self.their_state is h11.IDLE:
            head = self.trailing_data[0].partition(b"\r\n\r\n")[0]
            if len(head) > _LONGEST_HEAD:
                raise h11.RemoteProtocolError("long headers", error_status_hint=431)
            if _LAX.search(head):
                raise h11.RemoteProtocolError("lines that end or go on in an old way")
        event = super().next_event()
        if isinstance(event, h11.Request):
            names = {name for name, _ in event.headers}
            if event.http_version not in (b"1.1", b"1.0"):
                raise h11.RemoteProtocolError("another version", error_status_hint=505)
            if b"transfer-encoding" in names and (b"content-length" in names or event.http_version == b"1.0"):
                raise h11.RemoteProtocolError("a body of two lengths")
        return event


class BoundedConnection(H11Protocol):
    """One connection; ``peers`` counts those of all, by who is at the other end."""

    limits: ConnectionLimits
    peers: Counter[str]

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.conn = StrictConnection(h11.SERVER)
        self._peer = ""
        self._awaited: object = None
        self._arriving: asyncio.TimerHandle | None = None
        self._leaving: asyncio.TimerHandle | None = None
        self._overdue = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count it; one too many hears so at once."""
        super().connection_made(transport)
        self._peer = client_behind({"client": self.client, "headers": []}, 0)
        self.peers[self._peer] += 1
        if len(self.connections) > self.limits.total:
            self._refuse(503)
        elif self.limits.each_peer is not None and self.peers[self._peer] > self.limits.each_peer:
            self._refuse(429)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no longer."""
        super().connection_lost(exc)
        self.peers[self._peer] -= 1
        if not self.peers[self._peer]:
            del self.peers[self._peer]
        for timer in (self._arriving, self._leaving):
            if timer is not None:
                timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Take in a piece of a request."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Wait for the next request, and for the client to take what was answered."""
        super().on_response_complete()
        if self._overdue and self.conn.their_state is h11.SEND_BODY:
            self.transport.close()
        self._watch()
        self._await_reader()

    def pause_writing(self) -> None:
        """Uvicorn's transport calls this when more waits to be taken than it should hold."""
        super().pause_writing()
        self._await_reader()

    def resume_writing(self) -> None:
        """And this when most of it has been taken."""
        super().resume_writing()
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None
        if self.cycle is not None and self.cycle.response_complete:
            self._await_reader()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, or headers without end; called while the error is handled."""
        status = getattr(sys.exception(), "error_status_hint", 400)
        self._refuse(status if status in _SENTENCES else 400)

    def _should_upgrade(self) -> bool:
        # There is nothing here to upgrade to, and a line in the log for each attempt would be for strangers to write.
        return False

    def _watch(self) -> None:
        """Set the deadline of what the client has to send next."""
        awaited = self.conn.their_state
        if awaited is self._awaited or self.transport.is_closing():
            return
        if self._arriving is not None:
            self._arriving.cancel()
        self._awaited, self._arriving, self._overdue = awaited, None, False
        seconds = {h11.IDLE: self.limits.header_seconds, h11.SEND_BODY: self.limits.body_seconds}.get(awaited)
        if seconds is not None:
            self._arriving = self.loop.call_later(seconds, self._note_overdue)

    def _note_overdue(self) -> None:
        if self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]:
            self.transport.close()
        elif self.conn.their_state is h11.IDLE:
            self._refuse(408)
        elif self.cycle.response_complete:
            self.transport.close()
        # Else the app reads that body by a deadline of its own, and can say more.
        self._overdue = True

    def _await_reader(self) -> None:
        if self._leaving is None and self.transport.get_write_buffer_size():
            self._leaving = self.loop.call_later(self.limits.taken_seconds, self._drop)

    def _drop(self) -> None:
        self._leaving = None
        if self.transport.get_write_buffer_size():
            self.transport.abort()

    def _refuse(self, status: int) -> None:
        """Answer with a sentence, where no answer has begun, and close."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()
            return
        sentence = _SENTENCES[status].format(each_peer=self.limits.each_peer).encode() + b"\n"
        headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(sentence)), **HEADERS}
        headers |= {"Connection": "close"} | ({"Retry-After": _RETRY_AFTER[status]} if status in _RETRY_AFTER else {})
        head = h11.Response(status_code=status, headers=[*headers.items()], reason=HTTPStatus(status).phrase.encode())
        for event in (head, h11.Data(data=sentence), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

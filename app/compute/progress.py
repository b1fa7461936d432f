"""What running work says of itself: sentences that may get lost, and that never fail or hold up a job."""

import asyncio
import json
import secrets
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial

from app.compute.call import resolve
from app.compute.readiness import HOST

Listener = Callable[[str], None]
LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)
"""Is given what the present task reports; None where nobody listens."""

LONGEST = 200
_PAUSE = 0.05


def report(words: str) -> None:
    """Give ``words`` to the listener of the present task."""
    if (listener := LISTENER.get()) is not None:
        listener(words)


def prefix_progress(name: str) -> None:
    """Put ``name`` in front of what the present task says from now on."""
    if (listener := LISTENER.get()) is not None:
        LISTENER.set(lambda words: listener(f"{name}: {words[:1].lower()}{words[1:]}"))


class ProgressSocket(asyncio.DatagramProtocol):
    """A port on the loopback where jobs speak; each is known by a number that outsiders cannot guess."""

    def __init__(self) -> None:
        self._listeners: dict[str, Listener] = {}
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self) -> None:
        """Listen from now on."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(HOST, 0))

    def close(self) -> None:
        """Listen no more."""
        if self._transport is not None:
            self._transport.close()

    @contextmanager
    def listening(self, function: str, payload: tuple[bytes, ...]) -> Iterator[tuple[str, tuple[bytes, ...]]]:
        """What to run in place of ``function`` so that the present task's listener gets what it reports."""
        listener = LISTENER.get()
        if listener is None or self._transport is None:
            yield function, payload
            return
        job = secrets.token_hex(16)
        self._listeners[job] = listener
        try:
            line = json.dumps([self._transport.get_extra_info("sockname")[1], job]).encode()
            yield f"{__name__}:call_with_progress", (line, function.encode(), *payload)
        finally:
            del self._listeners[job]

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Asyncio calls this for every datagram; noise and jobs that are over are dropped."""
        try:
            job, words = json.loads(data)
        except (ValueError, TypeError):
            return
        listener = self._listeners.get(str(job))
        if listener is not None:
            listener(str(words)[:LONGEST])


def call_with_progress(line: bytes, function: bytes, *payload: bytes) -> object:
    """In a worker: call the named function with a keyword ``say``, which sends words down the ``line``."""
    port, job = json.loads(line)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        return resolve(function.decode())(*payload, say=_Reporter(sender, int(port), str(job)))


class _Reporter:
    """Sends at most twenty sentences a second; more than that nobody could read."""

    def __init__(self, sender: socket.socket, port: int, job: str) -> None:
        self._sender, self._port, self._job = sender, port, job
        self._quiet_until = 0.0

    def __call__(self, words: str) -> None:
        if (now := time.monotonic()) < self._quiet_until:
            return
        self._quiet_until = now + _PAUSE
        try:
            self._sender.sendto(json.dumps([self._job, words[:LONGEST]]).encode(), (HOST, self._port))
        except OSError:
            # Nobody may be listening any more, and words are not worth a failed job.
            return


@dataclass(slots=True)
class _Topic:
    present: int = 0
    words: str = ""
    listeners: list[Listener] = field(default_factory=list)


class ProgressListeners:
    """Those who wait for a computation, by its key: who comes late gets the last words at once."""

    def __init__(self) -> None:
        self._topics: dict[str, _Topic] = {}

    def __len__(self) -> int:
        return len(self._topics)

    @contextmanager
    def subscribed(self, key: str) -> Iterator[None]:
        """Meanwhile the present task's listener gets what the computation of ``key`` reports."""
        topic = self._topics.setdefault(key, _Topic())
        listeners = [listener] if (listener := LISTENER.get()) is not None else []
        topic.present += 1
        topic.listeners += listeners
        if topic.words:
            self._send(listeners, topic.words)
        try:
            yield
        finally:
            topic.present -= 1
            for one in listeners:
                topic.listeners.remove(one)
            if not topic.present:
                del self._topics[key]

    def publish_to(self, key: str) -> None:
        """From now on, what the present task reports goes to all who are subscribed to ``key``."""
        LISTENER.set(partial(self._say, key))

    def _say(self, key: str, words: str) -> None:
        if (topic := self._topics.get(key)) is not None:
            topic.words = words
            self._send(tuple(topic.listeners), words)

    def _send(self, listeners: Iterable[Listener], words: str) -> None:
        for listener in listeners:
            listener(words)

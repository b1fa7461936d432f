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
LISTENER: ContextVar[Listener | None] = ContextVar("heard", default=None)
"""Who hears what is being done for the present task; nobody where None."""

LONGEST = 200
_PAUSE = 0.05


def report(words: str) -> None:
    """Say ``words`` to whoever hears the present task."""
    if (heard := LISTENER.get()) is not None:
        heard(words)


def prefix_progress(name: str) -> None:
    """Put ``name`` in front of what the present task says from now on."""
    if (heard := LISTENER.get()) is not None:
        LISTENER.set(lambda words: heard(f"{name}: {words[:1].lower()}{words[1:]}"))


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
    def hearing(self, function: str, payload: tuple[bytes, ...]) -> Iterator[tuple[str, tuple[bytes, ...]]]:
        """What to run in place of ``function`` so that it is heard by whoever hears the present task."""
        heard = LISTENER.get()
        if heard is None or self._transport is None:
            yield function, payload
            return
        job = secrets.token_hex(16)
        self._listeners[job] = heard
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
        heard = self._listeners.get(str(job))
        if heard is not None:
            heard(str(words)[:LONGEST])


def call_with_progress(line: bytes, function: bytes, *payload: bytes) -> object:
    """In a worker: call the named function with a keyword ``say``, which sends words down the ``line``."""
    port, job = json.loads(line)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as voice:
        voice.setblocking(False)
        return resolve(function.decode())(*payload, say=_Saying(voice, int(port), str(job)))


class _Saying:
    """Sends at most twenty sentences a second; more than that nobody could read."""

    def __init__(self, voice: socket.socket, port: int, job: str) -> None:
        self._voice, self._port, self._job = voice, port, job
        self._silent_until = 0.0

    def __call__(self, words: str) -> None:
        if (now := time.monotonic()) < self._silent_until:
            return
        self._silent_until = now + _PAUSE
        try:
            self._voice.sendto(json.dumps([self._job, words[:LONGEST]]).encode(), (HOST, self._port))
        except OSError:
            # Nobody may be listening any more, and words are not worth a failed job.
            return


@dataclass(slots=True)
class _Topic:
    present: int = 0
    words: str = ""
    listeners: list[Listener] = field(default_factory=list)


class ProgressListeners:
    """Rooms by key: whoever comes late hears the last words at once, and the last who leaves closes the room."""

    def __init__(self) -> None:
        self._rooms: dict[str, _Topic] = {}

    def __len__(self) -> int:
        return len(self._rooms)

    @contextmanager
    def attending(self, key: str) -> Iterator[None]:
        """Meanwhile whoever hears the present task hears the computation of ``key``."""
        room = self._rooms.setdefault(key, _Topic())
        listeners = [heard] if (heard := LISTENER.get()) is not None else []
        room.present += 1
        room.listeners += listeners
        if room.words:
            self._to(listeners, room.words)
        try:
            yield
        finally:
            room.present -= 1
            for one in listeners:
                room.listeners.remove(one)
            if not room.present:
                del self._rooms[key]

    def speak(self, key: str) -> None:
        """From now on, what the present task says is heard by all who attend ``key``."""
        LISTENER.set(partial(self._say, key))

    def _say(self, key: str, words: str) -> None:
        if (room := self._rooms.get(key)) is not None:
            room.words = words
            self._to(tuple(room.listeners), words)

    def _to(self, listeners: Iterable[Listener], words: str) -> None:
        for heard in listeners:
            heard(words)

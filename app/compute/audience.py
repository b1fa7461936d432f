"""Those who wait for the same computation, so that all of them hear what it says of itself."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from app.compute.progress import HEARD, Heard


@dataclass(slots=True)
class _Room:
    present: int = 0
    words: str = ""
    listeners: list[Heard] = field(default_factory=list)


class Audience:
    """Rooms by key: whoever comes late hears the last words at once, and the last who leaves closes the room."""

    def __init__(self) -> None:
        self._rooms: dict[str, _Room] = {}

    def __len__(self) -> int:
        return len(self._rooms)

    @contextmanager
    def attending(self, key: str) -> Iterator[None]:
        """Meanwhile whoever hears the present task hears the computation of ``key``."""
        room = self._rooms.setdefault(key, _Room())
        listeners = [heard] if (heard := HEARD.get()) is not None else []
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
        HEARD.set(partial(self._say, key))

    def _say(self, key: str, words: str) -> None:
        if (room := self._rooms.get(key)) is not None:
            room.words = words
            self._to(tuple(room.listeners), words)

    def _to(self, listeners: Iterable[Heard], words: str) -> None:
        for heard in listeners:
            heard(words)

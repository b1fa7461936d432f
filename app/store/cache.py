"""Answers remembered for a while, as bytes, within a fixed amount of memory."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cachetools import TLRUCache


class Cache(Protocol):
    """Where answers are kept; each replica's own memory or one shared by all."""

    async def get(self, key: str) -> bytes | None:
        """Give what was set under ``key``, or None if it has expired or made room for something newer."""

    async def set(self, key: str, value: bytes, seconds: float) -> None:
        """Keep ``value`` for at most ``seconds``."""


@dataclass(frozen=True, slots=True)
class _Entry:
    value: bytes
    seconds: float
    size: int


class MemoryCache:
    """Least recently used answers go first; one that is larger than the whole cache is not kept at all."""

    def __init__(self, max_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_bytes = max_bytes
        self._entries: TLRUCache[str, _Entry] = TLRUCache(
            max_bytes,
            ttu=lambda _, entry, now: now + entry.seconds,
            timer=clock,
            getsizeof=lambda entry: entry.size,
        )

    async def get(self, key: str) -> bytes | None:
        """Give what was set under ``key``, or None."""
        entry = self._entries.get(key)
        return None if entry is None else entry.value

    async def set(self, key: str, value: bytes, seconds: float) -> None:
        """Keep ``value`` for at most ``seconds``, in place of what was there."""
        self._entries.pop(key, None)
        size = len(key.encode()) + len(value)
        if size <= self._max_bytes:
            self._entries[key] = _Entry(value, seconds, size)

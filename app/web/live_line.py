"""A ticker that is watched, and how those who watch it hear of news."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.market.quote import Quote


class Event(Protocol):
    """Something that comes about once, as asyncio and anyio have it."""

    def is_set(self) -> bool:
        """Whether it has."""

    async def wait(self) -> object:
        """Return once it has."""


@dataclass(frozen=True, slots=True)
class News:
    """A quote, or ``words`` that say why there is none; nothing is asked before ``until`` or told after ``last``."""

    quote: Quote | None
    words: str
    last: bool
    until: datetime


@dataclass(eq=False, slots=True)
class Line:
    """A ticker that somebody watches; ``changed`` is set, and replaced, when there are ``news``."""

    viewers: int = 0
    news: News | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    asking: asyncio.Task[None] | None = None

    def tell(self, news: News) -> None:
        """Hand ``news`` to everybody who watches."""
        told, self.news, self.changed = self.changed, news, asyncio.Event()
        told.set()


async def either(*events: Event) -> None:
    """Return once one of ``events`` has come about."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()

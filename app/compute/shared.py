"""A Redis that all replicas share, and that may go away at any time without taking anybody along."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

T = TypeVar("T")
_log = logging.getLogger(__name__)

_PATIENCE = 0.5
_PAUSE = 1.0


class Shared:
    """Asks a Redis, and answers in its place while it is away.

    One that does not answer within half a second is left alone for the next, so that it slows nobody down.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        # Retrying is for those who have nothing else to fall back to.
        self.redis: Redis = Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=_PATIENCE)
        self._clock = clock
        self._alone_until = -math.inf
        self.down = False

    async def ask(self, question: Callable[[Redis], Awaitable[T]], otherwise: T) -> T:
        """The answer to ``question``, or ``otherwise`` where there is none."""
        if self._clock() < self._alone_until:
            return otherwise
        try:
            async with asyncio.timeout(_PATIENCE):
                answer = await question(self.redis)
        except (RedisError, OSError, TimeoutError) as error:
            self._note(down=True, why=type(error).__name__)
            return otherwise
        self._note(down=False)
        return answer

    async def close(self) -> None:
        """Close all connections."""
        await self.redis.aclose()

    def _note(self, *, down: bool, why: str = "") -> None:
        if down != self.down:
            _log.warning("Redis is away (%s); this replica goes on alone.", why) if down else _log.info(
                "Redis is back."
            )
        self.down = down
        self._alone_until = self._clock() + _PAUSE if down else -math.inf

"""What each client was given within a while, in windows that move with time: in memory or, by scripts, in Redis."""

import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from cachetools import LRUCache

_MOST_KEYS = 50_000


class RateWindows(Protocol):
    """Counts amounts by key."""

    async def hit(self, key: str, amount: int, limit: int, seconds: float) -> float:
        """Count ``amount`` and return 0 where the last ``seconds`` come to ``limit`` at most, or when they will."""

    async def give_back(self, key: str, amount: int) -> None:
        """Count the last ``amount`` no longer."""


class MemoryWindows:
    """In this process, by a clock that nobody can set; keys that were not asked for longest make room for others."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._hits: LRUCache[str, deque[tuple[float, int]]] = LRUCache(_MOST_KEYS)
        self._clock = clock

    async def hit(self, key: str, amount: int, limit: int, seconds: float) -> float:
        """Count ``amount`` and return 0, or return after how many seconds there is room for it."""
        now, hits = self._clock(), self._hits.setdefault(key, deque())
        while hits and hits[0][0] <= now - seconds:
            hits.popleft()
        over = sum(had for _, had in hits) + amount - limit
        if over <= 0:
            hits.append((now, amount))
            return 0.0
        for at, had in hits:
            over -= had
            if over <= 0:
                return max(at + seconds - now, 1e-3)
        return seconds

    async def give_back(self, key: str, amount: int) -> None:
        """Count the last ``amount`` no longer."""
        hits = self._hits.get(key, deque[tuple[float, int]]())
        while hits and amount > 0:
            at, had = hits.pop()
            if had > amount:
                hits.append((at, had - amount))
            amount -= had


# A set of hits by the time of Redis's own clock, each with its amount; what a clock that was set back has left in the
# future goes.
HIT = """
local time, span = redis.call('time'), tonumber(ARGV[3])
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('zremrangebyscore', KEYS[1], '-inf', now - span)
redis.call('zremrangebyscore', KEYS[1], now + 1000, '+inf')
local hits, over = redis.call('zrange', KEYS[1], 0, -1, 'withscores'), ARGV[1] - ARGV[2]
for i = 1, #hits, 2 do over = over + string.match(hits[i], '%d+$') end
if over <= 0 then
  redis.call('zadd', KEYS[1], now, ARGV[4] .. ':' .. ARGV[1])
  redis.call('pexpire', KEYS[1], span)
  return 0
end
for i = 1, #hits, 2 do
  over = over - string.match(hits[i], '%d+$')
  if over <= 0 then return math.max(1, hits[i + 1] + span - now) end
end
return span
"""
GIVE_BACK = """
local left = tonumber(ARGV[1])
while left > 0 do
  local hit = redis.call('zpopmax', KEYS[1])
  if #hit == 0 then return 0 end
  local had = tonumber(string.match(hit[1], '%d+$'))
  if had > left then redis.call('zadd', KEYS[1], hit[2], ARGV[2] .. ':' .. (had - left)) end
  left = left - had
end
return 0
"""

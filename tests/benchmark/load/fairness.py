"""python -m tests.benchmark.load.fairness: a greedy client beside a polite one, and four times as much as can be done.

Takes three minutes, and no network.
"""

import asyncio
import os
import random
import sys
import time
from collections import Counter
from itertools import count

import httpx2
import numpy as np

from tests.benchmark.load.__main__ import Visit, numbers, seen, served, warm

SECONDS, POLITE_EVERY, PATIENCE = 60, 2.5, 5.0
CROWD, CROWD_SECONDS = 26, 45
LEAST_SERVED, LEAST_USED = 0.95, 0.8
DAYS = (str(day) for _ in count() for day in np.busday_offset("2004-01-05", 3 * np.arange(1200), roll="forward"))
HORIZONS = count(1000)
WORK = {"PROXY_HOPS": "1", "RATE_LIMIT": "60/minute"}


def main() -> int:
    """Print what was promised and what was seen; the status is 0 only where all is kept."""
    random.seed(7)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before", flush=True)
    with served(**WORK) as url:
        kept = asyncio.run(beside(url))
    with served(**WORK | {"RATE_LIMIT": "off"}) as url:
        kept &= asyncio.run(overloaded(url))
    print(f"load {os.getloadavg()[0]:.1f} after", flush=True)
    return 0 if kept else 1


def card(slug: str, day: str) -> str:
    """A card that nobody has asked for before."""
    return f"/panels/{slug}?ticker=%5EGSPC&source=sample&as_of={day}&horizon={1 + next(HORIZONS) // 1000 % 66}"


async def visit(client: httpx2.AsyncClient, who: str, path: str) -> Visit:
    """Ask once, as somebody."""
    begun = time.monotonic()
    answer = await client.get(path, headers={"X-Forwarded-For": who})
    return Visit(path, answer.status_code, time.monotonic() - begun, answer.headers.get("retry-after"))


async def beside(url: str) -> bool:
    """New Prophet cards of one client, as many at a time as it gets, while another asks for a card now and then."""
    async with httpx2.AsyncClient(base_url=url, timeout=90, limits=httpx2.Limits(max_connections=200)) as client:
        await warm(client)
        end = time.monotonic() + SECONDS
        greedy, polite = await asyncio.gather(
            asyncio.gather(*(asks_on(client, "1.1.1.1", end) for _ in range(CROWD))), asks_politely(client, end)
        )
    visits = [one for some in greedy for one in some]
    print(f"of the greedy client: {dict(Counter(one.status for one in visits))}", flush=True)
    in_time = sum(one.status == 200 and one.seconds <= PATIENCE for one in polite)
    longest = max(one.seconds for one in polite)
    print(f"of the polite one: {dict(Counter(one.status for one in polite))}, longest {longest:.1f} s", flush=True)
    return seen("cards of the polite one in 5 s", f"{in_time} of {len(polite)}", in_time >= LEAST_SERVED * len(polite))


async def asks_on(client: httpx2.AsyncClient, who: str, end: float) -> list[Visit]:
    """New Prophet cards, one after another; who is refused tries again soon."""
    visits = []
    while time.monotonic() < end:
        visits.append(await visit(client, who, card("prophet", next(DAYS))))
        if visits[-1].status != 200:
            await asyncio.sleep(1)
    return visits


async def asks_politely(client: httpx2.AsyncClient, end: float) -> list[Visit]:
    """A new quick card every few seconds, whatever became of the last one."""
    asking = []
    for number in count():
        if time.monotonic() > end:
            return list(await asyncio.gather(*asking))
        slug = ("overview", "technicals")[number % 2]
        asking.append(asyncio.create_task(visit(client, "2.2.2.2", card(slug, next(DAYS)))))
        await asyncio.sleep(POLITE_EVERY)
    return []


async def overloaded(url: str) -> bool:
    """Many clients that each want a new card as soon as they have one."""
    jobs = "stock_job_seconds_count analyse ok"
    async with httpx2.AsyncClient(base_url=url, timeout=90, limits=httpx2.Limits(max_connections=200)) as client:
        await warm(client)
        before, end = await numbers(client), time.monotonic() + CROWD_SECONDS
        came = await asyncio.gather(*(asks_on(client, f"3.3.3.{number}", end) for number in range(CROWD)))
        done = (await numbers(client))[jobs] - before[jobs]
    statuses = Counter(one.status for some in came for one in some)
    print(f"of the crowd: {dict(statuses)}, {done:.0f} analyses done", flush=True)
    used = statuses[200] / max(done, 1)
    return seen("share of the analyses that was shown", round(used, 2), used >= LEAST_USED)


if __name__ == "__main__":
    sys.exit(main())

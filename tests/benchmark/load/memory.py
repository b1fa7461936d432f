"""python -m tests.benchmark.load.memory: what 350 analyses that nobody has asked for before leave in memory.

Fifty pages of all cards, one page after another, on two workers. Takes three to ten minutes, and no network.
"""

import asyncio
import sys
from datetime import date, timedelta

import httpx2

from app.panels import PANELS
from tests.benchmark.load.__main__ import numbers, seen, served, warm

PAGES, EVERY = 51, 17
FIRST, STEP = date(2011, 1, 5), timedelta(days=35)
MOST_GROWN = {"web": 60e6, "workers": 150e6}


def main() -> int:
    """Print a line for every hundred analyses; the status is 0 only where memory stays as it was."""
    with served() as url:
        return 0 if asyncio.run(stays(url)) else 1


async def stays(url: str) -> bool:
    """The whole run. What comes with the first cards stays for all others, so it is from there that growth counts."""
    async with httpx2.AsyncClient(base_url=url, timeout=120) as client:
        await warm(client)
        seen_at = [await looked(client, 0)]
        for page in range(PAGES):
            await ask(client, FIRST + page * STEP)
            if (page + 1) % EVERY == 0:
                seen_at.append(await looked(client, (page + 1) * len(PANELS)))
    return all(
        seen(f"{process}, MB more since the first hundred", round(grown / 1e6), grown <= MOST_GROWN[process])
        for process in MOST_GROWN
        for grown in [seen_at[-1][process] - seen_at[1][process]]
    )


async def ask(client: httpx2.AsyncClient, day: date) -> None:
    """All cards of one page."""
    query = f"ticker=%5EGSPC&source=sample&as_of={day}"
    cards = await asyncio.gather(*(client.get(f"/panels/{panel.slug}?{query}") for panel in PANELS))
    assert {card.status_code for card in cards} == {200}, [card.text[:500] for card in cards if card.status_code != 200]


async def looked(client: httpx2.AsyncClient, analyses: int) -> dict[str, float]:
    """How much memory there is in use, once all workers are warm."""
    await asyncio.sleep(1)
    await warm(client)
    found = await numbers(client)
    memory = {process: found[f"stock_resident_memory_bytes {process}"] for process in MOST_GROWN}
    text = ", ".join(f"{process} {value / 1e6:.0f} MB" for process, value in memory.items())
    print(
        f"after {analyses:3} analyses: {text}, {found['stock_worker_restarts_total']:.0f} workers replaced", flush=True
    )
    return memory


if __name__ == "__main__":
    sys.exit(main())

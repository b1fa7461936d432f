"""python -m tests.benchmark.load: many visitors at once against the served app, and whether it bears them.

50 visitors ask for 50 different cards and 200 for the same one. Takes three to five minutes, and no network.
"""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2
import numpy as np
from prometheus_client.parser import text_string_to_metric_families

from tests.market.upload.layouts import prices
from tests.support.compute.redis import free_port

DIFFERENT, EQUAL, FILES = 50, 200, 12
DEADLINE, PATIENCE = 55.0, 180.0
CARD = "/panels/prophet?ticker=%5EGSPC&source=sample&as_of="
SAME = f"{CARD}2016-06-30"
OTHERS = [f"{CARD}{day}" for day in np.busday_offset("2012-01-03", 20 * np.arange(DIFFERENT), roll="forward")]


@dataclass(frozen=True, slots=True)
class Visit:
    """What one request came to."""

    path: str
    status: int
    seconds: float
    retry_after: str | None


def main() -> int:
    """Print what was promised and what was seen; the status is 0 only where all is kept."""
    random.seed(7)
    with served() as url:
        return 0 if asyncio.run(bears(url)) else 1


@contextmanager
def served(**settings: str) -> Iterator[str]:
    """The app with two workers, behind a proxy that tells its visitors apart, and without limits on cards."""
    port = free_port()
    said = {"HOST": "127.0.0.1", "PORT": str(port), "WORKERS": "2", "LOG_LEVEL": "warning", "RATE_LIMIT": "off"}
    said |= {"PROXY_HOPS": "1", **settings}
    app = subprocess.Popen([sys.executable, "-m", "app"], env={**os.environ, **said})
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        app.terminate()
        app.wait(15)


async def bears(url: str) -> bool:
    """The whole run."""
    limits = httpx2.Limits(max_connections=DIFFERENT + EQUAL)
    async with httpx2.AsyncClient(base_url=url, timeout=PATIENCE, limits=limits) as client:
        await warm(client)
        # One card on each worker first, so that memory is compared with that of workers that have worked.
        await asyncio.gather(*(visit(client, f"{CARD}2010-0{month}-01") for month in (3, 4)))
        before = await numbers(client)
        pulse = pulse_of(url)
        paths = random.sample([*OTHERS, *[SAME] * EQUAL], DIFFERENT + EQUAL)
        visits = await asyncio.gather(*(visit(client, path) for path in paths))
        crowd = await numbers(client)
        late = await asyncio.gather(*(come_back(client, one) for one in visits if one.status == 503))
        beats = beats_of(pulse)
        await asyncio.sleep(3)
        after = await numbers(client)
        pulse = pulse_of(url)
        for seed in range(FILES):
            answer = await client.post("/panels/overview", files={"prices": ("prices.csv", file_of_rows(seed))})
            answer.raise_for_status()
        files = beats_of(pulse)
    kept = [*of_the_crowd(visits, before, crowd), *of_the_rest(late, beats, before, after)]
    longest = float(np.quantile(files, 0.99))
    return all([*kept, seen(f"/healthz while {FILES} files are read, p99 of {len(files)}, ms", longest, longest <= 20)])


def pulse_of(url: str) -> subprocess.Popen[str]:
    """A process that asks for the health until ``beats_of`` ends it."""
    return subprocess.Popen([sys.executable, "-m", "tests.benchmark.load.pulse", url], stdin=-1, stdout=-1, text=True)


def beats_of(pulse: subprocess.Popen[str]) -> list[float]:
    """How long each of its answers took, in ms."""
    return [float(beat) for beat in pulse.communicate("\n")[0].split()]


def file_of_rows(seed: int) -> bytes:
    """A file of 20,000 made-up rows, the most that are read."""
    days, columns = prices(seed, 20_000, "1950-01-02", 1500.0)
    rows = zip(
        days.tolist(), *(columns[name].round(4).tolist() for name in ("open", "high", "low", "close")), strict=True
    )
    return "\n".join(["Date,Open,High,Low,Close", *(",".join(map(str, row)) for row in rows)]).encode()


async def warm(client: httpx2.AsyncClient) -> None:
    """Wait for both workers."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            if (await client.get("/readyz")).json()["workers"]["warm"] == 2:
                return
        except httpx2.TransportError:
            pass
        await asyncio.sleep(0.2)
    raise TimeoutError("the workers did not become warm")


async def visit(client: httpx2.AsyncClient, path: str) -> Visit:
    """Ask once."""
    begun = time.monotonic()
    # Everybody has an address of their own.
    visitor = f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)}"
    answer = await client.get(path, headers={"X-Forwarded-For": visitor})
    return Visit(path, answer.status_code, time.monotonic() - begun, answer.headers.get("retry-after"))


async def come_back(client: httpx2.AsyncClient, refused: Visit) -> Visit:
    """Ask again after the stated seconds, spread out as the page does, five times at most."""
    for _ in range(5):
        stated = float(refused.retry_after or 0)
        await asyncio.sleep(stated + random.random() * max(2, stated / 2))
        refused = await visit(client, refused.path)
        if refused.status != 503:
            break
    return refused


async def numbers(client: httpx2.AsyncClient) -> dict[str, float]:
    """The sums of each metric that matter here, and how much memory there is."""
    families = text_string_to_metric_families((await client.get("/metrics")).text)
    found: dict[str, float] = Counter()
    for sample in (one for family in families for one in family.samples):
        found[" ".join([sample.name, *sorted(sample.labels.values())])] += sample.value
    return found


def of_the_crowd(visits: list[Visit], before: dict[str, float], after: dict[str, float]) -> Iterator[bool]:
    """What everybody is promised who comes at the same time."""
    statuses = Counter(one.status for one in visits)
    refused = [one for one in visits if one.status == 503]
    equal = Counter(one.status for one in visits if one.path == SAME)
    done = sum(one.status == 200 for one in visits if one.path != SAME)
    jobs = "stock_job_seconds_count analyse ok"
    yield seen("answers of the crowd", dict(statuses), set(statuses) <= {200, 503})
    yield seen("refusals that say when to come back", len(refused), all(one.retry_after for one in refused))
    yield seen("answers of those who ask the same", dict(equal), equal == {200: EQUAL})
    yield seen("analyses for them", after[jobs] - before[jobs] - done, after[jobs] - before[jobs] == done + 1)
    longest = max(one.seconds for one in visits)
    yield seen("longest wait, s", round(longest, 1), longest <= DEADLINE)


def of_the_rest(
    late: list[Visit], beats: list[float], before: dict[str, float], after: dict[str, float]
) -> Iterator[bool]:
    """What is promised to those who come back, to the platform, and to the machine."""
    again = Counter(one.status for one in late)
    yield seen("answers of those who came back", dict(again), set(again) <= {200})
    quick = float(np.quantile(beats, 0.99))
    yield seen(f"/healthz, p99 of {len(beats)}, ms", round(quick, 1), quick <= 50)
    for process, most in (("web", 60e6), ("workers", 150e6)):
        name = f"stock_resident_memory_bytes {process}"
        grown = after[name] - before[name]
        yield seen(f"memory of the {process} now, MB more", round(grown / 1e6), grown <= most)


def seen(what: str, value: object, kept: bool) -> bool:
    """Print a line of the protocol."""
    print(f"{what:40}  {value}{'' if kept else '   BROKEN'}", flush=True)
    return kept


if __name__ == "__main__":
    sys.exit(main())

"""python -m tests.benchmark.engines: what an engine adds to a call, and pages with one worker and two.

Takes five minutes on two cores, and no network. Of each the best round counts: the others were disturbed.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from app.compute.dask.engine import DaskEngine
from app.compute.engine import Card, Engine, working_for
from app.main import local_engine
from app.market import history as histories
from app.market.sample import SampleSource
from app.panels import PANELS
from app.panels.panel import Panel, Query
from app.services.analyses import Analyses
from app.services.loaded_history import HistoryLoader
from app.services.receipts.provenance import code_digest
from app.settings import Settings
from app.store.cache import MemoryCache
from tests.support.compute.dask_cluster import dask_scheduler

CALLS, ROUNDS, PAGES = 200, 4, 2
TARGETS = {"local": 3, "Dask": 30}
_ROW = "| {:6} | {:>7} | {:>16} | {:>18} | {:>15} |"
_OTHER_HORIZON = 10
_FIRST = Query(ticker="^GSPC", horizon=22, as_of=date(2012, 1, 4), source="sample")


async def main() -> None:
    """Print a row for each engine and number of workers."""
    print(_ROW.format("engine", "workers", "a call adds, ms", "new pages a minute", "another horizon"))
    print("| --- | ---: | ---: | ---: | ---: |")
    for workers in (1, 2):
        async with beside(workers) as engine:
            await measured("local", workers, engine)
        async with elsewhere(workers) as engine:
            await measured("Dask", workers, engine)


@asynccontextmanager
async def beside(workers: int) -> AsyncIterator[Engine]:
    """Workers of this process, as serving has them."""
    engine = local_engine(Settings(workers=workers))
    await engine.start()
    yield engine
    await engine.stop()


@asynccontextmanager
async def elsewhere(workers: int) -> AsyncIterator[Engine]:
    """A scheduler, and as many workers of one process as an operator would start on machines of their own."""
    with tempfile.TemporaryDirectory() as home, dask_scheduler(Path(home)) as scheduler:
        said = {"DASK_SCHEDULER": scheduler.url, "WORKERS": "1", "LOG_LEVEL": "error"}
        command = [sys.executable, "-m", "app", "work"]
        machines = [subprocess.Popen(command, env=os.environ | said) for _ in range(workers)]
        engine = DaskEngine(scheduler.url, code_digest())
        await engine.start()
        yield engine
        await engine.stop()
        for machine in machines:
            machine.terminate()
            machine.wait(20)


async def measured(name: str, workers: int, engine: Engine) -> None:
    """Measure one engine, once all its workers are warm."""
    async with asyncio.timeout(300):
        while engine.status().warm < workers:
            await asyncio.sleep(0.2)
    adds = min([await added(engine) for _ in range(ROUNDS)])
    rounds = [await pages_a_minute(engine, turn) for turn in range(ROUNDS)]
    new, again = (max(rates) for rates in zip(*rounds, strict=True))
    missed = "" if adds <= TARGETS[name] else f", MISSED {TARGETS[name]}"
    print(_ROW.format(name, workers, f"{adds:.1f}{missed}", f"{new:.0f}", f"{again:.0f}"), flush=True)


async def added(engine: Engine) -> float:
    """Milliseconds for ten years of bars there and back, the median of calls one after another."""
    history = histories.encode(histories.history_until(await SampleSource().load("^GSPC"), None))
    seconds = []
    for turn in range(CALLS):
        begun = time.perf_counter()
        # No two are equal, because equal ones may be one.
        await engine.run("tests.support.compute.jobs:echo", history + turn.to_bytes(4, "big"))
        seconds.append(time.perf_counter() - begun)
    return 1000 * statistics.median(seconds)


async def pages_a_minute(engine: Engine, turn: int) -> tuple[float, float]:
    """All cards of some pages that nobody has asked for before, all at once; then the same with another horizon."""
    cache = MemoryCache(2**26)
    analyses = Analyses(HistoryLoader({"sample": SampleSource()}, cache, 900), engine, cache, 900)
    days = [_FIRST.as_of + timedelta(days=28 * turn + 7 * page) for page in range(PAGES)]
    rates = []
    for horizon in (_FIRST.horizon, _OTHER_HORIZON):
        queries = [replace(_FIRST, as_of=day, horizon=horizon) for day in days]
        begun = time.perf_counter()
        await asyncio.gather(*(card(analyses, panel, query) for query in queries for panel in PANELS))
        rates.append(60 * PAGES / (time.perf_counter() - begun))
    return rates[0], rates[1]


async def card(analyses: Analyses, panel: Panel, query: Query) -> None:
    """One card with its charts, whose jobs are those of one card, as they are where it is served."""
    with working_for(Card(seconds=panel.seconds)):
        await analyses.charts(panel, await analyses.finished(panel, query), "wide")


if __name__ == "__main__":
    asyncio.run(main())

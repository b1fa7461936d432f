"""python -m app diagnose: does everything that serving needs work here, and if not, why not."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable
from time import perf_counter

from app.compute.engine import Engine
from app.main import engine_of, market_sources
from app.market import history as histories
from app.market.sample import SampleSource
from app.market.source import MarketSource
from app.panels import PANELS, jobs
from app.panels.panel import Panel
from app.settings import Settings, settings_or_exit

_MODELS = ("prophet", "tensorflow", "matplotlib", "pyts")
_TIMEOUT_SECONDS = 120.0


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each part; the status is 0 only where all work but the sources that are not the default."""
    return 0 if asyncio.run(_all_work(settings_or_exit())) else 1


async def _all_work(settings: Settings) -> bool:
    imports = [await _works(f"import {name}", _version(name)) for name in _MODELS]
    sources = {
        name: await _works(f"source {name}", _bars(source, ", the default" if name == settings.source else ""))
        for name, source in market_sources().items()
    }
    return all([*imports, sources[settings.source], *await _workers_work(settings)])


async def _works(what: str, check: Awaitable[str]) -> bool:
    """Whether ``check`` succeeds; prints what it returned, or why it failed."""
    begun, verdict = perf_counter(), "ok"
    try:
        result = await check
    except Exception as error:
        # One part that fails must not hide how the others are.
        verdict, result = "FAIL", getattr(error, "sentence", None) or f"{type(error).__name__}: {error}"
    print(f"{verdict:4}  {what:24}  {perf_counter() - begun:5.1f} s  {result}", flush=True)
    return verdict == "ok"


async def _version(name: str) -> str:
    # In a process of its own: what it loads must not stay in this one.
    code = f"import {name}; print({name}.__version__)"
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=pipe, stderr=pipe)
    out, err = await asyncio.wait_for(process.communicate(), _TIMEOUT_SECONDS)
    if process.returncode:
        raise ImportError((err.decode().strip().splitlines() or ["it ended without a word"])[-1])
    return f"version {out.decode().split()[-1]}"


async def _bars(source: MarketSource, remark: str) -> str:
    ticker = source.tickers[0] if source.tickers else "AAPL"
    quotes = await source.load(ticker)
    return f"{len(quotes.dates)} bars of {ticker} up to {quotes.dates.max()}{remark}"


async def _workers_work(settings: Settings) -> list[bool]:
    """Start the workers as serving would, and let them make every card of a sample ticker."""
    sample = SampleSource()
    history = histories.encode(histories.history_until(await sample.load(sample.tickers[0]), None))
    engine = engine_of(settings)
    await engine.start()
    try:
        started = await _works("workers", _warm(engine))
        made: dict[str, bytes] = {}
        return [started, *[await _works(f"card {panel.slug}", _card(engine, panel, history, made)) for panel in PANELS]]
    finally:
        await engine.stop()


async def _warm(engine: Engine) -> str:
    async with asyncio.timeout(_TIMEOUT_SECONDS):
        while not (status := engine.status()).ready or status.warm < status.expected:
            if status.failure:
                raise RuntimeError(status.failure)
            await asyncio.sleep(0.05)
    return f"{status.warm} of {status.expected} warm"


async def _card(engine: Engine, panel: Panel, history: bytes, made: dict[str, bytes]) -> str:
    needed = [made[slug] for slug in panel.needs]
    made[panel.slug] = await jobs.request_analysis(engine.run, panel, 5, history, needed)
    charts = await jobs.request_charts(engine.run, panel, "wide", history, made[panel.slug])
    return f"{len(made[panel.slug]) // 1024} KB of numbers, {len(charts) // 1024} KB of charts"

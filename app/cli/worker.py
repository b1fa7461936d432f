"""python -m app work: this machine's worker processes, lent to all who ask the Dask scheduler."""

import argparse
import asyncio
import logging.config

from app.compute.cancellation import run_until_signalled
from app.compute.dask.worker import EnginePlugin, serve_jobs
from app.main import local_engine
from app.services.logs import log_configuration
from app.services.receipts.provenance import code_digest
from app.settings import Settings, settings_or_exit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whom to work for is configured by DASK_SCHEDULER, and with how many processes by WORKERS."""


def run(arguments: argparse.Namespace) -> int:
    """Work until interrupted."""
    settings = settings_or_exit()
    if not settings.dask_scheduler:
        raise SystemExit("The environment variable DASK_SCHEDULER has to name whom to work for, as tcp://host:8786.")
    logging.config.dictConfig(log_configuration(settings))
    asyncio.run(_work(settings))
    return 0


async def _work(settings: Settings) -> None:
    engine = local_engine(settings)
    await engine.start()
    try:
        plugin = EnginePlugin(engine, code_digest())
        await run_until_signalled(serve_jobs(plugin, settings.dask_scheduler, settings.workers, engine.home))
    finally:
        await engine.stop()

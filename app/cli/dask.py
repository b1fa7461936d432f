"""python -m app work and schedule: the two processes of a Dask cluster that computes for web processes elsewhere."""

import argparse
import asyncio
import logging.config

from app.compute.cancellation import run_until_signalled
from app.compute.dask.worker import EnginePlugin, schedule, serve_jobs
from app.main import local_engine
from app.services.logs import log_configuration
from app.services.receipts.provenance import code_digest
from app.settings import Settings, settings_or_exit


def run_scheduler(arguments: argparse.Namespace) -> int:
    """Be the scheduler until interrupted, where web processes leave jobs and workers find them: at HOST and PORT."""
    settings = settings_or_exit()
    logging.config.dictConfig(log_configuration(settings))
    asyncio.run(run_until_signalled(schedule(settings.host, settings.port)))
    return 0


def run_worker(arguments: argparse.Namespace) -> int:
    """Compute until interrupted, with WORKERS processes, for all who ask the scheduler at DASK_SCHEDULER."""
    settings = settings_or_exit()
    if not settings.dask_scheduler:
        raise SystemExit("The environment variable DASK_SCHEDULER has to name whom to work for, as tcp://host:8786.")
    logging.config.dictConfig(log_configuration(settings))
    asyncio.run(_serve_jobs(settings))
    return 0


async def _serve_jobs(settings: Settings) -> None:
    engine = local_engine(settings)
    await engine.start()
    try:
        plugin = EnginePlugin(engine, code_digest())
        await run_until_signalled(serve_jobs(plugin, settings.dask_scheduler, settings.workers, engine.home))
    finally:
        await engine.stop()

"""python -m app work: this machine's worker processes, lent to all who ask the Dask scheduler."""

import argparse
import asyncio
import logging.config

from app.compute.dask.workshop import Workshop, lend
from app.compute.told import until_told
from app.logs import log_configuration
from app.main import local_engine
from app.settings import Settings, settings_or_exit
from app.version import code_digest


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
        workshop = Workshop(engine, code_digest())
        await until_told(lend(workshop, settings.dask_scheduler, settings.workers, engine.home))
    finally:
        await engine.stop()

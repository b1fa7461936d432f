"""python -m app schedule: the Dask scheduler, where web processes leave their jobs and workers find them."""

import argparse
import asyncio
import logging.config

from app.compute.dask.scheduler import schedule
from app.compute.told import until_told
from app.logs import log_configuration
from app.settings import settings_or_exit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where it listens is configured by HOST and PORT."""


def run(arguments: argparse.Namespace) -> int:
    """Schedule until interrupted."""
    settings = settings_or_exit()
    logging.config.dictConfig(log_configuration(settings))
    asyncio.run(until_told(schedule(settings.host, settings.port)))
    return 0

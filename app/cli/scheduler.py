"""python -m app schedule: the Dask scheduler, where web processes leave their jobs and workers find them."""

import argparse
import asyncio
import logging.config

from app.compute.cancellation import run_until_signalled
from app.compute.dask.worker import schedule
from app.services.logs import log_configuration
from app.settings import settings_or_exit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where it listens is configured by HOST and PORT."""


def run(arguments: argparse.Namespace) -> int:
    """Schedule until interrupted."""
    settings = settings_or_exit()
    logging.config.dictConfig(log_configuration(settings))
    asyncio.run(run_until_signalled(schedule(settings.host, settings.port)))
    return 0

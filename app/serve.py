"""python -m app: one web process that serves the page, its workers beside it."""

import argparse
import signal
import sys

import uvicorn

from app.logs import log_configuration
from app.main import create_app
from app.settings import settings_or_exit

# Platforms wait a few seconds after TERM: most cards end in three, and the workers need two more to be put away.
_GRACE_SECONDS = 3
# A Space and most platforms put their proxy in a private network; believing anybody else would let a client choose
# the address it is known by.
_PROXIES = "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,::1,fc00::/7"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Serving is configured by the environment alone."""


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted."""
    settings = settings_or_exit()
    # uvicorn stops in good order and then raises the signal once more; having been told to end is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=log_configuration(settings),
        access_log=False,
        forwarded_allow_ips=_PROXIES,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        server_header=False,
    )
    return 0

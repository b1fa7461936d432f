"""python -m app: one web process that serves the page, its workers beside it."""

import argparse
import signal
import sys

import uvicorn

from app.main import create_app
from app.services.logs import log_configuration
from app.settings import settings_or_exit
from app.web.middleware.connections import (
    ConnectionLimits,
    bounded_connections,
    most_connections,
    raised_descriptor_limit,
)

# Platforms wait a few seconds after TERM: most cards end in three, and the workers need two more to be put away.
_GRACE_SECONDS = 3
# Each time it accepts connections, asyncio tries as many as this, and says so of each for which there is no descriptor.
_BACKLOG = 128


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted."""
    settings = settings_or_exit()
    # uvicorn stops in good order and then raises the signal once more; having been told to end is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    total = most_connections(raised_descriptor_limit())
    # Behind a proxy all connections are the proxy's; its clients are told apart by what it says of each request.
    limits = ConnectionLimits(total=total) if not settings.hops else ConnectionLimits(total=total, each_peer=None)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=log_configuration(settings),
        access_log=False,
        http=bounded_connections(limits),
        ws="none",
        backlog=_BACKLOG,
        # The client's address is found by app.web.context, which believes as many proxies as there are and no more.
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        server_header=False,
    )
    return 0

"""python -m app: one web process that serves the page, its workers beside it."""

import argparse
import gc
import resource
import signal
import sys

import uvicorn

from app.compute.local.preload import do_without_pyarrow
from app.main import create_app
from app.services.logs import log_configuration
from app.settings import settings_or_exit
from app.web.middleware.connections import MOST_CONNECTIONS, ConnectionLimits, bounded_connections

# Platforms wait a few seconds after TERM: most cards end in three, and the workers need two more to be put away.
_GRACE_SECONDS = 3
# Each time it accepts connections, asyncio tries as many as this, and says so of each for which there is no descriptor.
_BACKLOG = 128
_MOST_DESCRIPTORS = 65_536
# What workers, sources and log need, and what one round of accepting may open before anybody is counted.
_RESERVED = 256


def raised_descriptor_limit() -> int:
    """How many files and connections this process may have open, now that the limit is as high as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return _MOST_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft


def most_connections(descriptors: int) -> int:
    """How many connections a process with so many descriptors can bear."""
    return min(MOST_CONNECTIONS, descriptors - min(_RESERVED, descriptors // 2))


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted."""
    settings = settings_or_exit()
    do_without_pyarrow()
    # uvicorn stops in good order and then raises the signal once more; having been told to end is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    total = most_connections(raised_descriptor_limit())
    # Behind a proxy all connections are the proxy's; its clients are told apart by what it says of each request.
    limits = ConnectionLimits(total=total) if not settings.hops else ConnectionLimits(total=total, each_peer=None)
    uvicorn.run(
        # A full collection would look through all modules and hold everybody up for 0.13 s.
        create_app(settings, on_warm=gc.freeze),
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

"""python -m app: one web process that serves the page, its workers beside it."""

import argparse
import gc
import resource
import signal
import sys
from importlib import import_module

from app.compute.local.fork_server import LIBRARIES, NICENESS, ForkServer
from app.compute.local.preload import do_without_pyarrow
from app.settings import Settings, settings_or_exit

# Platforms wait a few seconds after TERM: most cards end in three, and the workers need two more to be put away.
_GRACE_SECONDS = 3
# Each time it accepts connections, asyncio tries as many as this, and says so of each for which there is no descriptor.
_BACKLOG = 128
_MOST_DESCRIPTORS = 65_536
# Dotted names, because workers take the longest to come up: the process that they are forked from begins before these.
_SERVING = ("uvicorn", "app.main", "app.services.logs", "app.web.middleware.connections")


def raised_descriptor_limit() -> int:
    """How many files and connections this process may have open, now that the limit is as high as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return _MOST_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted."""
    settings = settings_or_exit()
    do_without_pyarrow()
    # uvicorn stops in good order and then raises the signal once more; having been told to end is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    descriptors = raised_descriptor_limit()
    if settings.dask_scheduler:
        serve(settings, descriptors)
        return 0
    fork_server = ForkServer(LIBRARIES, NICENESS)
    fork_server.open()
    try:
        serve(settings, descriptors, fork_server)
    finally:
        fork_server.close()
    return 0


def serve(settings: Settings, descriptors: int, fork_server: ForkServer | None = None) -> None:
    """Import the app and serve it, with workers of ``fork_server``, or a scheduler's where that is None."""
    # Imports leave next to no garbage, and each collection looks through all that is there already.
    gc.disable()
    uvicorn, main, logs, connections = map(import_module, _SERVING)
    gc.enable()
    total = connections.most_connections(descriptors)
    # Behind a proxy all connections are the proxy's; its clients are told apart by what it says of each request.
    each = {} if not settings.hops else {"each_peer": None}
    engine = None if fork_server is None else main.local_engine(settings, fork_server)
    uvicorn.run(
        # A full collection would look through all modules and hold everybody up for 0.13 s.
        main.create_app(settings, engine=engine, on_warm=gc.freeze),
        host=settings.host,
        port=settings.port,
        log_config=logs.log_configuration(settings),
        access_log=False,
        http=connections.bounded_connections(connections.ConnectionLimits(total=total, **each)),
        ws="none",
        backlog=_BACKLOG,
        # The client's address is found by app.web.context, which believes as many proxies as there are and no more.
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        server_header=False,
    )

"""A Dask scheduler that gives a job up with the second worker it has cost, and leaves no file."""

import tempfile

from distributed import Scheduler


async def schedule(host: str, port: int) -> None:
    """Bring jobs and workers together there, until cancelled."""
    with tempfile.TemporaryDirectory(prefix="scheduler-") as home:
        async with Scheduler(
            host=host, port=port, allowed_failures=1, local_directory=home, dashboard=False, dashboard_address=":0"
        ) as scheduler:
            await scheduler.finished()

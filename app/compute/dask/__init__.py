"""Where work runs when it runs on other machines; imported only where a scheduler is named."""

import os

import dask

# Dask would write its settings into the home directory when it is imported, and read others from there.
os.environ.setdefault("DASK_CONFIG", os.devnull)

dask.config.set(
    {
        # Its loggers speak through the root's handlers, like all others here.
        "logging": {"version": 1, "incremental": True},
        # Work is done in processes below this one, so there is nothing to see for its profiler.
        "distributed.worker.profile.enabled": False,
        "distributed.worker.http.routes": [],
        "distributed.scheduler.http.routes": [],
        "distributed.comm.timeouts.connect": "5s",
    }
)

"""Processes that an evaluation works in, one thread each."""

import multiprocessing
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from types import MappingProxyType

THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)
"""Set to one for each worker: the tickers already fill the cores."""


@contextmanager
def workers(count: int, switches: Mapping[str, str] = MappingProxyType({})) -> Iterator[Executor]:
    """Fresh processes of one thread each: libraries read the number of threads when they are first imported.

    ``switches`` are further variables for them.
    """
    wanted = dict.fromkeys(THREADS, "1") | dict(switches)
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as executor:
            yield executor
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})

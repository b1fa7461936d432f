"""The one process that every worker is forked from, and the directory that holds all their files."""

import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, process, resource_tracker
from pathlib import Path

from app.compute.local import preload

# Each worker is one core's worth of work; libraries that start a thread per core would fight each other.
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "CUDA_VISIBLE_DEVICES": "-1",
    # Its sums differ from one kind of processor to the next, and it says so on stderr whenever it starts.
    "TF_ENABLE_ONEDNN_OPTS": "0",
    # Keras would write its settings there; where no file can be, it goes on without.
    "KERAS_HOME": os.devnull,
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMBA_DISABLE_JIT": "1",
}

LIBRARIES = (
    *("numpy", "pandas", "pydantic", "matplotlib.figure", "matplotlib.backends.backend_agg", "exchange_calendars"),
    # Quick to import here, as numba's compiler is off.
    *("pyts.image", "prophet", "tensorflow"),
)
"""What workers inherit, in the order in which it is imported."""

NICENESS = 10
"""By which they and their imports give way to the web process, which stays quick while all of them compute."""


class ForkServer:
    """Python allows one fork server per process, hence one fork_server at a time."""

    def __init__(self, modules: tuple[str, ...], niceness: int) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="jobs-"))
        # Also runs at the interpreter's exit, for a program that ends without stopping its engine.
        self._remove = weakref.finalize(self, shutil.rmtree, self.home, ignore_errors=True)
        # Only this process holds the writing end, so the reading end tells the workers when it is gone.
        self.lifeline, self._held = multiprocessing.Pipe(duplex=False)
        shared = self.home / "shared"
        shared.mkdir()
        self._environment = QUIET | {
            "TMPDIR": str(shared),
            "MPLCONFIGDIR": str(shared),
            "PYTHONPATH": os.pathsep.join(sys.path),
            preload.HOME: str(shared),
            preload.PRELOAD: " ".join(modules),
            preload.NICENESS: str(niceness),
        }

    def open(self) -> None:
        """Start the fork server, or start it again if somebody killed it; returns before its imports are done."""
        forkserver.set_forkserver_preload([preload.__name__])
        _keep_sockets_in(str(self.home))
        with _environment(self._environment):
            forkserver.ensure_running()

    def close(self) -> None:
        """End the fork server at once, in the middle of an import if need be."""
        server = forkserver._forkserver
        pid: int | None = server._forkserver_pid  # type: ignore[attr-defined]
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
            with suppress(FileNotFoundError):
                server._stop()  # type: ignore[attr-defined]

    def clear(self) -> None:
        """Remove all files, and the tracker process that multiprocessing keeps; the workers must be gone."""
        resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined]
        _keep_sockets_in(None)
        self._held.close()
        self.lifeline.close()
        self._remove()


def _keep_sockets_in(directory: str | None) -> None:
    # Where multiprocessing's own temporary files go; left alone it makes a directory that outlives a killed process.
    process.current_process()._config["tempdir"] = directory  # type: ignore[attr-defined]


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

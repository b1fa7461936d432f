"""Imported once by the fork server, which imports here what every worker then inherits for nothing."""

import ctypes
import gc
import importlib
import os
import sys
import warnings
from pathlib import Path

from app.compute.local import temp_files

PRELOAD = "COMPUTE_PRELOAD"
HOME = "COMPUTE_HOME"
PR_SET_CHILD_SUBREAPER = 36


def settle(home: Path, modules: list[str]) -> None:
    """Import ``modules`` and leave no file of theirs behind (matplotlib writes a font cache)."""
    _adopt_orphans()
    for module in modules:
        importlib.import_module(module)
    temp_files.empty(home, temp_files.directories(home))
    # Objects frozen here are never touched by the workers' collectors, so their pages stay shared.
    gc.collect()
    gc.freeze()


def _adopt_orphans() -> None:
    # In a container the web process is number 1 and reaps nobody; the fork server reaps whatever it is given.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        warnings.filterwarnings("ignore", "forkserver: waitpid returned unexpected pid")


# The fork server knows no way to be told what to do other than an import.
if HOME in os.environ:
    settle(Path(os.environ.pop(HOME)), os.environ.pop(PRELOAD).split())

"""Imported once by the fork server, which imports here what every worker then inherits for nothing."""

import contextlib
import ctypes
import gc
import importlib
import os
import sys
import warnings
from collections.abc import Set
from pathlib import Path

PRELOAD = "COMPUTE_PRELOAD"
HOME = "COMPUTE_HOME"
NICENESS = "COMPUTE_NICENESS"
PR_SET_CHILD_SUBREAPER = 36


def settle(home: Path, modules: list[str], niceness: int) -> None:
    """Import ``modules`` and leave no file of theirs behind (matplotlib writes a font cache)."""
    os.nice(niceness)
    _adopt_orphans()
    do_without_pyarrow()
    # A collection looks through all that is there, and imports leave next to no garbage: without, they take 0.4 s less.
    gc.disable()
    for module in modules:
        importlib.import_module(module)
    # pandas has made up its mind; scikit-learn would take the None for the module.
    sys.modules.pop("pyarrow", None)
    empty(home, directories(home))
    # Objects frozen here are never touched by the workers' collectors, so their pages stay shared.
    gc.collect()
    gc.freeze()
    gc.enable()


def do_without_pyarrow() -> None:
    """Keep pandas from importing pyarrow, which takes 50 MB in each process and is for tables on disk only."""
    sys.modules.setdefault("pyarrow", None)  # type: ignore[arg-type]  # None is how Python is told so.


def _adopt_orphans() -> None:
    # In a container the web process is number 1 and reaps nobody; the fork server reaps whatever it is given.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        warnings.filterwarnings("ignore", "forkserver: waitpid returned unexpected pid")


def directories(root: Path) -> frozenset[str]:
    """List every directory under ``root``."""
    return frozenset(os.path.join(parent, name) for parent, names, _ in os.walk(root) for name in names)


def empty(root: Path, keep: Set[str] = frozenset()) -> None:
    """Remove every file under ``root`` and every directory that is not in ``keep``."""
    for parent, names, files in os.walk(root, topdown=False):
        for path in (os.path.join(parent, name) for name in files + names):
            # Another process may be at work in here; what cannot go now goes after the next job.
            with contextlib.suppress(OSError):
                if path not in keep:
                    _remove(path)


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        os.rmdir(path)
    else:
        os.unlink(path)


# The fork server knows no way to be told what to do other than an import.
if HOME in os.environ:
    settle(Path(os.environ.pop(HOME)), os.environ.pop(PRELOAD).split(), int(os.environ.pop(NICENESS)))

"""Empty temporary directories: files go, directories that others hold on to may stay."""

import contextlib
import os
from collections.abc import Set
from pathlib import Path


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

"""Looking at processes from outside."""

import asyncio
import time
from pathlib import Path


def _stat(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ["X", "0"]


def alive(pid):
    """Whether the process exists and is more than a zombie."""
    return _stat(pid)[0] not in "ZX"


def parent(pid):
    return int(_stat(pid)[1])


def descendants(pid):
    """Every living process below ``pid``."""
    everyone = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    children = {process for process in everyone if parent(process) == pid and alive(process)}
    return children.union(*map(descendants, children))


def files(root):
    return [str(path) for path in Path(root).rglob("*") if path.is_file()]


async def until(condition, seconds=10.0):
    """Wait for ``condition`` and say whether it came true."""
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        await asyncio.sleep(0.02)
    return found


async def written(path, seconds=10.0):
    """Wait for numbers in a file and give them."""
    assert await until(lambda: path.exists() and path.read_text(), seconds)
    return [int(number) for number in path.read_text().split()]

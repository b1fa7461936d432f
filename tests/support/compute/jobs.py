"""Small jobs that workers can import, and the ways in which jobs go wrong."""

import ctypes
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = "tests.support.compute.jobs"
TMP_PARTS = []


def echo(payload):
    return payload


def joined(*payload):
    return b"+".join(payload)


def pid():
    return str(os.getpid()).encode()


def nap(seconds):
    time.sleep(float(seconds))
    return b"rested"


def hold(path, seconds=b"0"):
    """Say in a file that the job runs, and go on running."""
    Path(path.decode()).write_text(str(os.getpid()))
    return nap(seconds)


def held(path, times):
    """Say in a file that the job runs, and go on running, for so many times; then answer at once."""
    note = Path(path.decode())
    before = note.read_text().split() if note.exists() else []
    if len(before) >= int(times):
        return b"done"
    note.write_text(" ".join([*before, str(os.getpid())]))
    return nap(b"60")


def counted(path, seconds):
    """Leave a line in a file each time this is begun."""
    with Path(path.decode()).open("a") as book:
        book.write(f"{os.getpid()}\n")
    return nap(seconds)


def with_child(path):
    """Start another program, write down its pid and ours, and wait for it."""
    child = subprocess.Popen(["sleep", "60"])
    Path(path.decode()).write_text(f"{os.getpid()} {child.pid}")
    child.wait()
    return b"slept"


def wedged(path):
    """Sit in native code that holds the interpreter's lock, where no Python signal handler runs."""
    Path(path.decode()).write_text(str(os.getpid()))
    ctypes.PyDLL(None).sleep(60)
    return b""


def killed_once(path):
    marker = Path(path.decode())
    if marker.exists():
        return b"survived"
    marker.touch()
    return killed()


def killed():
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def greedy(path, times):
    """Ask for more memory than there is, for so many times; say in a file how often."""
    note = Path(path.decode())
    before = len(note.read_text()) if note.exists() else 0
    if before >= int(times):
        return b"enough"
    note.write_text("x" * (before + 1))
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (in_use + 2**26, resource.RLIM_INFINITY))
    return bytes(2**27)


def without_room(reason):
    """What a library makes of a full disk."""
    try:
        raise OSError(int(reason), "no room")
    except OSError as full:
        raise RuntimeError("could not write my draws") from full


def wrong():
    raise ValueError("a wrong value")


class TwoFactsError(Exception):
    """Can be pickled but not unpickled."""

    def __init__(self, found, needed):
        super().__init__(f"found {found}, needed {needed}")


def two_facts():
    raise TwoFactsError(1, 2)


def locked():
    raise ValueError(threading.Lock())


def leaves():
    raise SystemExit(3)


def no_bytes():
    return {"answer": 42}


def foreign():
    """Raise an error of a module that only the worker has imported."""
    raise importlib.import_module("wave").Error("only the worker knows this module")


def litter():
    """Leave files behind, as cmdstan and others do."""
    tempfile.mkdtemp()
    with tempfile.NamedTemporaryFile(delete=False) as left:
        left.write(b"left")
    nested = Path(tempfile.mkdtemp()) / "deep"
    nested.mkdir()
    (nested / "draws.csv").write_text("1,2")
    return tempfile.gettempdir().encode()


def has_imported(name):
    return str(name.decode() in sys.modules).encode()


def surroundings():
    names = ["TMPDIR", "KERAS_HOME", "MPLCONFIGDIR", "NUMBA_DISABLE_JIT", "OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES"]
    return json.dumps({name: os.environ.get(name) for name in names} | {"nice": os.nice(0)}).encode()


def warmed():
    return json.dumps(TMP_PARTS).encode()


def warm_up():
    """Claim a directory the way cmdstanpy does when it is imported, and leave a file in it."""
    TMP_PARTS.append(tempfile.mkdtemp())
    Path(TMP_PARTS[0], "cache").write_text("x")


def slow_warm_up():
    time.sleep(1.2)


def failing_warm_up():
    raise RuntimeError("no model here")


def dying_warm_up():
    killed()


def counts_aloud(steps, say):
    """Say each step, slowly enough to be heard."""
    for step in range(1, int(steps) + 1):
        say(f"step {step} of {int(steps)}")
        time.sleep(0.1)
    return steps


def hold_aloud(path, seconds, say):
    say("holding")
    return hold(path, seconds)

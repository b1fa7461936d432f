"""Inside a worker process: a place of its own, the warm-up, the jobs, and a death that leaves nobody behind."""

import contextlib
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from dataclasses import dataclass
from multiprocessing import util
from multiprocessing.connection import Connection
from pathlib import Path

from app.compute import readiness
from app.compute.call import CallResult, guarded, resolve
from app.compute.local import preload

FAREWELL = 40


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """What a worker is told: its own directory, what ends when the web process does, whom to report to, its warm-up.

    Once warm it says every so many seconds (``beat``) that it is there.
    """

    home: Path
    lifeline: Connection
    port: int
    warm: str
    beat: float


def enter(config: WorkerConfig) -> None:
    """Prepare this process for jobs; the first job is fetched only after this returns."""
    os.setsid()
    signal.signal(signal.SIGTERM, _take_children_along)
    follower = threading.Thread(target=_follow_parent, args=(config,), daemon=True)
    follower.start()
    util.Finalize(None, _leave, (config.lifeline, follower), exitpriority=0)
    _move_in(config.home)
    outcome = guarded(f"{__name__}:warm_up", config.warm.encode())
    _furnished(config.home)
    report = readiness.Report(str(config.home), _reason(outcome))
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.sendto(report.pack(), (readiness.HOST, config.port))
    if report.failure:
        os._exit(1)
    threading.Thread(target=_beat, args=(line, report.pack(), config), daemon=True).start()


def warm_up(name: bytes) -> bytes:
    """Call the function of that name, if there is one, for what it leaves in memory."""
    if name:
        resolve(name.decode())()
    return b""


def work(function: str, *payload: bytes) -> CallResult:
    """Do one job and remove the files it left."""
    outcome = guarded(function, *payload)
    preload.empty(Path(tempfile.gettempdir()), _furniture)
    return outcome


def _move_in(home: Path) -> None:
    # cmdstanpy settles on a temporary directory when it is imported, so this comes before the warm-up.
    os.environ.update({"TMPDIR": str(home), "MPLCONFIGDIR": str(home)})
    tempfile.tempdir = str(home)


_furniture: frozenset[str] = frozenset()


def _furnished(home: Path) -> None:
    # Directories made during the warm-up belong to libraries that will want them again; files do not.
    global _furniture
    _furniture = preload.directories(home)
    preload.empty(home, _furniture)


def _reason(outcome: CallResult) -> str:
    return "" if outcome.answer is not None else f"{outcome.name}: {outcome.text}"


def _take_children_along(*_: object) -> None:
    os.killpg(0, signal.SIGKILL)


def _follow_parent(config: WorkerConfig) -> None:
    # Nothing is ever sent, so this returns at the end of the line.
    config.lifeline.poll(None)
    everything = config.home.parent
    for _ in range(FAREWELL):
        # Children of other workers may still write; their turn to die comes at the same time.
        shutil.rmtree(everything, ignore_errors=True)
        if not everything.exists():
            break
        time.sleep(0.05)
    _take_children_along()


def _beat(line: socket.socket, report: bytes, config: WorkerConfig) -> None:
    while True:
        time.sleep(config.beat)
        # A beat that cannot be sent is one of several.
        with contextlib.suppress(OSError):
            line.sendto(report, (readiness.HOST, config.port))


def _leave(lifeline: Connection, follower: threading.Thread) -> None:
    # A worker without a job exits as soon as its pool is gone; where that is because all is gone, it clears up first.
    if lifeline.poll(1.0):
        follower.join()

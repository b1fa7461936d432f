"""What Dask carries: the name of one function and bytes there, the job's words meanwhile, an Outcome's parts back."""

import hashlib
from typing import Any

from distributed import get_worker

from app.compute.call import CallResult

WORKSHOP = "workshop"
SAID = "said"
"""The topic of events that are pairs of a job's key and its words."""
Parts = tuple[bytes | None, bytes | None, str, str, str]


async def perform(job: bytes, reports: bytes, function: bytes, *payload: bytes) -> Parts | None:
    """Have the job done by the plugin of this Dask worker; None if it was cancelled before its end.

    ``job`` is its key in bytes: Dask replaces a text that is a key by that key's value. What it says of itself is sent
    only where ``reports`` is not empty.
    """
    worker, key = get_worker(), job.decode()
    plugin: Any = worker.plugins[WORKSHOP]

    def say(words: str) -> None:
        worker.log_event(SAID, [key, words])

    parts: Parts | None = await plugin.perform(key, function.decode(), payload, say if reports else None)
    return parts


def parts_of(outcome: CallResult) -> Parts:
    """What ``Outcome(*parts)`` is made from again."""
    return outcome.answer, outcome.error, outcome.name, outcome.text, outcome.trace


def key_of(build: str, function: str, payload: tuple[bytes, ...]) -> str:
    """The same for the same job, whoever asks; what is in front of the dash says which jobs take about as long."""
    content = hashlib.sha256(f"{build}\n{function}\n".encode())
    for part in payload:
        content.update(len(part).to_bytes(8, "big") + part)
    kind = function.rpartition(":")[2].replace("-", "_")
    what = payload[0][:20].decode("ascii", "ignore") if payload else ""
    return f"{kind}_{what}-{content.hexdigest()}" if what.isalpha() else f"{kind}-{content.hexdigest()}"

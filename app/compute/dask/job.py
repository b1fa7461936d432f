"""What Dask carries: the name of one function and bytes there, the job's words meanwhile, an Outcome's parts back."""

import hashlib
import json
from dataclasses import astuple, dataclass
from typing import Any

from distributed import get_worker

from app.compute.call import CallResult

WORKSHOP = "workshop"
SAID = "said"
"""The topic of events that are pairs of a job's key and its words."""
Parts = tuple[bytes | None, bytes | None, str, str, str]


@dataclass(frozen=True, slots=True)
class JobOrder:
    """A job by its ``key``, the function that does it, whether anybody listens to it, and what is known of its card."""

    key: str
    function: str
    reports: bool
    client: str
    seconds: float
    begun: bool

    def pack(self) -> bytes:
        """As bytes, because Dask replaces a text that is a key by that key's value."""
        return json.dumps(astuple(self)).encode()


async def perform(order: bytes, *payload: bytes) -> Parts | None:
    """Have the job done by the plugin of this Dask worker; None if it was cancelled before its end."""
    worker, job = get_worker(), JobOrder(*json.loads(order))
    plugin: Any = worker.plugins[WORKSHOP]

    def say(words: str) -> None:
        worker.log_event(SAID, [job.key, words])

    parts: Parts | None = await plugin.perform(job, payload, say if job.reports else None)
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

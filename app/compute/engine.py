"""The promise every engine keeps, whether its workers are next door or on other machines."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """How an engine is doing now; ``failure`` says why workers cannot warm up, as long as one cannot."""

    expected: int
    warm: int
    running: int
    waiting: int
    restarts: int
    failure: str | None = None

    @property
    def ready(self) -> bool:
        """Whether a job handed in now would find a worker that can take it."""
        return self.warm > 0


class Engine(Protocol):
    """Runs named functions of bytes on worker processes."""

    async def start(self) -> None:
        """Return at once; the workers come up in the background."""

    async def stop(self) -> None:
        """Let running jobs end for a moment, then leave no process and no file."""

    async def run(self, function: str, *payload: bytes) -> bytes:
        """Call ``"package.module:callable"`` on a worker; cancelling the awaiting task cancels the job.

        Raises what the function raised, or one of ``app.compute.errors``. Where the task has a
        ``progress.LISTENER``, an engine that can calls the function with a keyword ``say`` too.
        """

    def status(self) -> EngineStatus:
        """Tell at once how the workers are; never waits."""

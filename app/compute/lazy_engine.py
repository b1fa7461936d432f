"""An engine that starts with its first job, for who may need none and can wait for the workers to warm up."""

import asyncio

from app.compute.engine import Engine, EngineStatus
from app.compute.errors import JobFailedError, JobTimeoutError

_PATIENCE = 180.0


class LazyEngine:
    """Wraps another engine; the wait for its first warm worker does not count as a wait in its queue."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting = asyncio.Lock()
        self._started = False

    async def start(self) -> None:
        """Nothing yet."""

    async def stop(self) -> None:
        """Stop what was started."""
        if self._started:
            await self._engine.stop()

    def status(self) -> EngineStatus:
        """The other engine's."""
        return self._engine.status()

    async def run(self, function: str, *payload: bytes) -> bytes:
        """Run the job on a warm worker; raises ``JobFailedError`` too where none can warm up."""
        async with self._waiting:
            if not self._started:
                self._started = True
                await self._engine.start()
            await self._until_ready()
        return await self._engine.run(function, *payload)

    async def _until_ready(self) -> None:
        begun = asyncio.get_running_loop().time()
        while not (status := self._engine.status()).ready:
            if status.failure:
                raise JobFailedError(status.failure)
            if asyncio.get_running_loop().time() - begun > _PATIENCE:
                raise JobTimeoutError(_PATIENCE)
            await asyncio.sleep(0.05)

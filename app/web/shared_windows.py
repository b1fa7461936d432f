"""Windows of requests that all replicas count in together."""

from typing import Any

from limits.aio.storage import MemoryStorage, RedisStorage

from app.compute.shared import Shared


class SharedWindows(MemoryStorage):
    """Counts in Redis; while that is away, in this replica's own memory."""

    STORAGE_SCHEME = ["async+shared"]  # noqa: RUF012 - as its base has it.

    def __init__(self, shared: Shared) -> None:
        super().__init__()
        self._shared = shared
        options: dict[str, Any] = {"connection_pool": shared.redis.connection_pool}
        self._far = RedisStorage("async+redis://", implementation="redispy", **options)

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count ``amount`` if the window has room for so many."""
        far = await self._shared.ask(lambda _: self._far.acquire_entry(key, limit, expiry, amount), None)
        return await super().acquire_entry(key, limit, expiry, amount) if far is None else far

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest that still counts was counted, and how many do."""
        far = await self._shared.ask(lambda _: self._far.get_moving_window(key, limit, expiry), None)
        return await super().get_moving_window(key, limit, expiry) if far is None else far

"""Processes that are announced when they start, because pebble keeps those it starts to itself."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from typing import Any


class WatchedProcess(ForkServerProcess):
    """A process that calls ``born`` with itself as soon as it has a pid."""

    def __init__(self, born: "Callable[[WatchedProcess], None]", **wanted: Any) -> None:
        super().__init__(**wanted)
        self._born = born

    def start(self) -> None:
        """Fork, then announce."""
        super().start()
        self._born(self)

    def __getstate__(self) -> dict[str, Any]:
        # The process travels to its own child, where nobody waits for the announcement.
        return {name: value for name, value in self.__dict__.items() if name != "_born"}


class WatchedContext:
    """As much of a multiprocessing context as pebble asks for."""

    def __init__(self, born: Callable[[WatchedProcess], None]) -> None:
        context = multiprocessing.get_context("forkserver")
        self.Pipe, self.RLock = context.Pipe, context.RLock
        self._born = born

    def Process(self, **wanted: Any) -> WatchedProcess:  # noqa: N802 - multiprocessing's name.
        """Make a process that will be announced."""
        return WatchedProcess(self._born, **wanted)

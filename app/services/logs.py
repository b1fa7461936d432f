"""Where log lines go and what they look like: readable in development, one JSON object a line in production."""

import logging
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from app.settings import Settings

REQUEST: ContextVar[str] = ContextVar("request", default="-")
"""The number of the request that is being answered."""
_FIELDS = "%(asctime)s %(levelname)s %(name)s %(request)s %(message)s"
# A process out of descriptors logs a trace for each connection that it cannot accept, a hundred at a time.
_FOR_STRANGERS_TO_WRITE = {"asyncio": "socket.accept()", "uvicorn.error": "Invalid HTTP request"}
_Fault = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def log_configuration(settings: Settings) -> dict[str, Any]:
    """A configuration for logging.config.dictConfig: everything to stdout, nothing to files."""
    formatter: dict[str, Any] = {"format": _FIELDS}
    if settings.production:
        formatter["()"] = Discreet
    handler = {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stdout"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "filters": {"numbered": {"()": Numbered}, "seldom": {"()": Seldom}},
        "handlers": {"stdout": handler | {"filters": ["numbered"]}},
        "root": {"handlers": ["stdout"], "level": settings.log_level.upper()},
        "loggers": {
            # They tell tickers they were asked for and cards they send; what goes wrong is an error of ours anyway.
            "yfinance": {"level": "CRITICAL"},
            "sse_starlette": {"level": "WARNING"},
            # It quotes methods and headers that strangers make up.
            "mcp": {"level": "ERROR"},
            **{name: {"filters": ["seldom"]} for name in _FOR_STRANGERS_TO_WRITE},
        },
    }


class Seldom(logging.Filter):
    """Lets one line a second through of those that strangers can have written as often as they like."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock, self._silent_until = clock, float("-inf")

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to keep the line."""
        if not record.getMessage().startswith(_FOR_STRANGERS_TO_WRITE.get(record.name, "\0")):
            return True
        kept = self._clock() >= self._silent_until
        if kept:
            self._silent_until = self._clock() + 1
        return kept


class Numbered(logging.Filter):
    """Gives every line the number of its request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the line."""
        record.request = REQUEST.get()
        return True


class Discreet(JsonFormatter):
    """Says where an error came from and of what kind it is, but not its words: they may quote what a visitor sent."""

    def formatException(self, ei: _Fault) -> str:  # noqa: N802 - logging's name.
        """The frames of the error, of what caused it and, in a worker, of what happened there."""
        _, error, _ = ei
        return "\n".join(_frames(error)) if error is not None else ""


def _frames(error: BaseException) -> list[str]:
    before = error.__cause__ or error.__context__
    worker_notes = [note for note in getattr(error, "__notes__", ()) if note.startswith("In the worker:")]
    own = "".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__
    return [*(_frames(before) if before else ()), own, *worker_notes]

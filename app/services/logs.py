"""Where log lines go and what they look like: readable in development, one JSON object a line in production."""

import logging
import traceback
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from app.settings import Settings

REQUEST: ContextVar[str] = ContextVar("request", default="-")
"""The number of the request that is being answered."""
_FIELDS = "%(asctime)s %(levelname)s %(name)s %(request)s %(message)s"
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
        "filters": {"numbered": {"()": Numbered}},
        "handlers": {"stdout": handler | {"filters": ["numbered"]}},
        "root": {"handlers": ["stdout"], "level": settings.log_level.upper()},
        # They tell the tickers they were asked for and the cards they send; what goes wrong is an error of ours anyway.
        "loggers": {"yfinance": {"level": "CRITICAL"}, "sse_starlette": {"level": "WARNING"}},
    }


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

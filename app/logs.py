"""Where log lines go and what they look like: readable in development, one JSON object a line in production."""

from typing import Any

from app.settings import Settings

_FIELDS = "%(asctime)s %(levelname)s %(name)s %(message)s"


def log_configuration(settings: Settings) -> dict[str, Any]:
    """A configuration for logging.config.dictConfig: everything to stdout, nothing to files."""
    formatter: dict[str, Any] = {"format": _FIELDS}
    if settings.production:
        formatter["()"] = "pythonjsonlogger.json.JsonFormatter"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stdout"}},
        "root": {"handlers": ["stdout"], "level": settings.log_level.upper()},
    }

"""Our own files that pages load, under addresses that change with their content."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "static"
SCRIPTS = ("app.js", "waiting.js", "glance.js", "search.js", "drop.js", "live.js")
"""What every page runs, one file for each behaviour."""


def style() -> str:
    """The style sheet itself, for a document that loads nothing."""
    return (FOLDER / "app.css").read_text()


def versioned(name: str) -> str:
    """The address of a file."""
    digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"

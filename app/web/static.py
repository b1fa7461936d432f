"""The files that pages load from us, under addresses that change with their content."""

import hashlib
from pathlib import Path

STATIC = Path(__file__).parents[1] / "static"
SCRIPTS = ("app.js", "search.js", "drop.js")
"""What every page runs, one file for each behaviour."""


def style() -> str:
    """The style sheet itself, for documents that load nothing."""
    return (STATIC / "app.css").read_text()


def versioned(name: str) -> str:
    """The address of a file, which may be kept for ever: another content has another one."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"

"""Which version of this app answers: its number, and a hash of everything its answers are made with."""

import hashlib
from functools import cache
from pathlib import Path

VERSION = "0.1.0"

_APP = Path(__file__).parent
_MADE_WITH = (".py", ".json")


@cache
def code_digest() -> str:
    """SHA-256 over the paths and contents of the code and of the weights shipped with it."""
    content = hashlib.sha256()
    for path in sorted(path for path in _APP.rglob("*") if path.suffix in _MADE_WITH):
        content.update(path.relative_to(_APP).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return content.hexdigest()

"""The version of the app and of the libraries that its numbers come from."""

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from app.forecasting.forecast import SEED

VERSION = "0.1.0"

_APP = Path(__file__).parents[2]
_MADE_WITH = (".py", ".json")


@cache
def code_digest() -> str:
    """SHA-256 over the paths and contents of the code and of the weights shipped with it."""
    content = hashlib.sha256()
    for path in sorted(path for path in _APP.rglob("*") if path.suffix in _MADE_WITH):
        content.update(path.relative_to(_APP).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return content.hexdigest()


_PACKAGES = ("numpy", "pandas", "scipy", "exchange_calendars", "holidays", "prophet", "tensorflow", "keras")
# The same TensorFlow under another name, without its GPU kernels.
_OTHER_NAMES = {"tensorflow": "tensorflow-cpu"}


@cache
def made_with() -> dict[str, str]:
    """Names and versions; read from the packages' metadata, so that none of them is imported."""
    return {"seed": str(SEED), "python": platform.python_version(), **{name: _version(name) for name in _PACKAGES}}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return version(_OTHER_NAMES[name]) if name in _OTHER_NAMES else "not installed"

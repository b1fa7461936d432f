"""What the numbers of the cards are made with: the seed, the interpreter, and the packages whose versions matter."""

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from app.forecasting.seed import SEED

_PACKAGES = ("numpy", "pandas", "scipy", "holidays", "prophet", "tensorflow", "keras")
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

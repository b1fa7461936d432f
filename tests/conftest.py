import importlib
from pathlib import Path
from tempfile import TemporaryDirectory

# TensorFlow carries a curl of its own: in a process of both (there is none when serving) the first one loaded answers
# for all, and TensorFlow's knows nothing of what yfinance's client asks.
import curl_cffi  # noqa: F401
import pytest
from numba.core import config

from tests.support.served import served

# pyts compiles for twenty seconds when it is imported unless the compiler is off, as it is in workers; a library that
# other tests compare with cannot be imported without the compiler.
with pytest.MonkeyPatch.context() as environment:
    environment.setenv("NUMBA_DISABLE_JIT", "1")
    config.reload_config()
    importlib.import_module("pyts.image")
config.reload_config()


@pytest.fixture
def home():
    """Where processes keep their files; not pytest's own place, whose path is too long for the sockets among them."""
    with TemporaryDirectory(prefix="home-") as path:
        yield Path(path)


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def client():
    with served() as open_client:
        yield open_client

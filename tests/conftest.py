import importlib
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

# TensorFlow carries a curl of its own: in a process of both (there is none when serving) the first one loaded answers
# for all, and TensorFlow's knows nothing of what yfinance's client asks.
import curl_cffi  # noqa: F401
import pytest
from numba.core import config
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.fakes import FakeMarket, InlineEngine, market

TODAY = date(2018, 12, 31)
KEY = "a key that is long enough for production"

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


@contextmanager
def served(source=None, engine=None, **settings):
    """A client of an app of its own, with a cache of its own."""
    sources = {"sample": source or FakeMarket(market())}
    app = create_app(
        Settings(**{"source": "sample", "rate_limit": "off", "secret_key": KEY} | settings),
        sources,
        engine or InlineEngine(),
        today=lambda: TODAY,
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def client():
    with served() as open_client:
        yield open_client

"""An app of its own for a test, with or without a client."""

import asyncio
from contextlib import asynccontextmanager, contextmanager
from datetime import date

from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.support.fakes import FakeMarket, InlineEngine, market


@asynccontextmanager
async def living(app):
    mail = asyncio.Queue()
    replies = asyncio.Queue()
    life = asyncio.create_task(app({"type": "lifespan", "state": {}}, mail.get, replies.put))
    await mail.put({"type": "lifespan.startup"})
    assert (await replies.get())["type"] == "lifespan.startup.complete"
    yield app
    await mail.put({"type": "lifespan.shutdown"})
    await life


TODAY = date(2018, 12, 31)
KEY = "a key that is long enough for production"


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

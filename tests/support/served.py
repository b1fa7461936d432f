"""An app of its own for a test, with or without a client."""

import asyncio
import threading
from contextlib import asynccontextmanager, contextmanager
from datetime import date

import uvicorn
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.middleware.connections import ConnectionLimits, bounded_connections
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
def served(source=None, engine=None, cache=None, today=TODAY, **settings):
    """A client of an app of its own on the day ``today``, with a cache of its own unless one is given."""
    sources = {"sample": source or FakeMarket(market())}
    app = create_app(
        Settings(**{"source": "sample", "rate_limit": "off", "secret_key": KEY} | settings),
        sources,
        engine or InlineEngine(),
        cache,
        today=lambda: today,
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@contextmanager
def served_on_a_port(app=None, engine=None, limits=None, **settings):
    """The port of a real server on the loopback, whose connections keep to ``limits``."""
    app = app or create_app(
        Settings(**{"source": "sample", "rate_limit": "off"} | settings),
        {"sample": FakeMarket(market())},
        engine or InlineEngine(),
        today=lambda: TODAY,
    )
    http = bounded_connections(limits or ConnectionLimits())
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", http=http, ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()

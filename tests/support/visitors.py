"""Visitors who wait for an answer, and waiting for what they cause."""

import asyncio
import time
from contextlib import asynccontextmanager

from app.main import create_app
from app.settings import Settings
from tests.support.fakes import FakeMarket, market
from tests.support.served import TODAY, living


class Visitor:
    """One request as a server hands it to the app; ``leave`` is what a closed tab does."""

    def __init__(
        self, app, path, query="ticker=SYN", method="GET", accept=b"", body=b"", address="127.0.0.1", more=None
    ):
        self._left = asyncio.Event()
        self.answer = []
        headers = [(b"host", b"localhost"), (b"accept-encoding", accept)]
        headers += [(name.lower().encode(), value.encode()) for name, value in (more or {}).items()]
        scope = {"type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": path}
        scope |= {"raw_path": path.encode(), "query_string": query.encode(), "headers": headers, "root_path": ""}
        scope |= {"client": (address, 1), "server": ("localhost", 80), "state": {}}
        self._unread = [{"type": "http.request", "body": body, "more_body": False}]
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    async def _receive(self):
        if self._unread:
            return self._unread.pop()
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message):
        self.answer.append(message)

    @property
    def body_was_read(self):
        return not self._unread

    def leave(self):
        self._left.set()

    async def status(self):
        await asyncio.wait_for(self.task, 60)
        return self.answer[0]["status"]


@asynccontextmanager
async def running(engine, source=None, cache=None, **settings):
    app = create_app(
        Settings(**{"source": "sample", "rate_limit": "off"} | settings),
        {"sample": source or FakeMarket(market())},
        engine,
        cache,
        today=lambda: TODAY,
    )
    async with living(app):
        yield app


def within(seconds, happened):
    end = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < end, "what was waited for did not happen"
        time.sleep(0.01)
    return found

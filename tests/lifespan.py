"""An app that is started and stopped as a server does it, without a server."""

import asyncio
from contextlib import asynccontextmanager


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

"""One of several replicas: an app whose engine takes a second for each job, configured by its environment."""

import asyncio
import sys

import uvicorn

from app.main import create_app
from app.settings import Settings
from tests.support.fakes import FakeMarket, InlineEngine, market


class SlowEngine(InlineEngine):
    async def run(self, function, *payload):
        await asyncio.sleep(1)
        return await super().run(function, *payload)


def main():
    settings = Settings()
    app = create_app(settings, {"sample": FakeMarket(market())}, SlowEngine())
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="error", proxy_headers=False)


if __name__ == "__main__":
    sys.exit(main())

"""An answer for those who still wait when the server ends, instead of a connection that breaks."""

import asyncio

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import RestartingError
from app.web.endpoint import answer_failure


class ShutdownResponse:
    """Wraps the routes; the server cancels what it will wait for no longer, and nobody else does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; one that is cancelled before its answer began is told to come back."""
        begun = False

        async def send_noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except asyncio.CancelledError:
            if begun or scope["type"] != "http":
                raise
            answer = await answer_failure(Request(scope), RestartingError())
            await answer(scope, receive, send)

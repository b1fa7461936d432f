"""How much of a request's body is read."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import TooLargeError

MAXIMUM_BYTES = 2 * 2**20 + 64 * 2**10
# A browser shows an answer only once it has sent its request, so a little more is read to let it see the refusal.
_DRAINED_BYTES = 8 * 2**20


class BodyLimit:
    """Wraps a whole app: reading a body of more than 2 MiB + 64 KiB raises ``TooLargeError`` where it is read.

    Bytes are counted as they come, whatever Content-Length says; what comes after the limit goes nowhere.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a body that counts itself."""
        read = 0

        async def receive_and_count() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MAXIMUM_BYTES:
                while read <= _DRAINED_BYTES and message.get("more_body", False):
                    message = await receive()
                    read += len(message.get("body", b""))
                raise TooLargeError("What was sent", MAXIMUM_BYTES)
            return message

        await self._app(scope, receive_and_count if scope["type"] == "http" else receive, send)

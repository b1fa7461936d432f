"""Server-sent events that travel compressed, each as soon as it is there."""

import zlib

from sse_starlette import EventSourceResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Receive, Scope, Send

_GZIP = 16 + zlib.MAX_WBITS
_LEVEL = 5


class CompressedEvents(EventSourceResponse):
    """Events in gzip where the client reads that; a card is mostly charts, which are text in base64."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            send = _compressed(send)
        await super().__call__(scope, receive, send)


def _compressed(send: Send) -> Send:
    squeeze = zlib.compressobj(_LEVEL, wbits=_GZIP)

    async def send_compressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Encoding"] = "gzip"
            headers.add_vary_header("Accept-Encoding")
        elif message["type"] == "http.response.body":
            # Whatever is held back for the sake of size would come too late.
            flush = zlib.Z_SYNC_FLUSH if message.get("more_body") else zlib.Z_FINISH
            message = {**message, "body": squeeze.compress(message["body"]) + squeeze.flush(flush)}
        await send(message)

    return send_compressed

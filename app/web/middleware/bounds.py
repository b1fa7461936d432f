"""What one request, and one client's requests together, may take; and an answer for those who wait when all ends."""

import asyncio
from collections import Counter
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.compute.engine import Card, working_for
from app.compute.errors import OverloadedError
from app.errors import RestartingError, TooLargeError, TooOftenError
from app.services.shared_state import RateLimits
from app.web.endpoint import answer_failure
from app.web.http.form import MAXIMUM_BYTES
from app.web.http.proxies import client_behind
from app.web.middleware.security import ALWAYS_ANSWERED

# A browser shows an answer only once it has sent its request, so a little more is read to let it see the refusal.
_DRAINED_BYTES = 8 * 2**20
_PATIENCE = 5
_SMALLER = "Send a file of at most 2 MiB: the last ten years of daily bars take a tenth of that."


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds until a body is there; most bytes of bodies under way, of all and of one client; most requests of one."""

    seconds: float = 30.0
    together: int = 64 * 2**20
    each: int = 16 * 2**20
    requests: int = 32


class RequestBounds:
    """Wraps the routes: reading a body that is too long, too slow or too much beside others raises where it is read.

    A client of the outermost of ``hops`` proxies may have so many requests under way, and ``pages`` within a while.
    What is computed meanwhile is computed for the card that the request is.
    """

    def __init__(
        self, app: ASGIApp, hops: int = 0, bounds: Bounds | None = None, pages: RateLimits | None = None
    ) -> None:
        self._app, self._hops, self._bounds, self._pages = app, hops, bounds or Bounds(), pages
        self._under_way: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a body that counts itself, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client = client_behind(scope, self._hops)
        if (refusal := await self._refusal(scope, client)) is not None:
            answer = await answer_failure(Request(scope), refusal)
            await answer(scope, receive, send)
            return
        body = _Body(receive, client, self._bytes, self._bounds)
        self._under_way[client] += 1
        try:
            with working_for(Card(client)):
                await self._app(scope, body.receive, send)
        finally:
            self._bytes[client] -= body.read
            self._under_way[client] -= 1
            # Only what is above zero stays, so that clients who have left take no room.
            self._bytes += Counter()
            self._under_way += Counter()

    async def _refusal(self, scope: Scope, client: str) -> Exception | None:
        if _declared(scope) > MAXIMUM_BYTES + _DRAINED_BYTES:
            return TooLargeError("What was sent", MAXIMUM_BYTES, _SMALLER)
        if self._under_way[client] >= self._bounds.requests:
            return TooOftenError("One visitor", f"{self._bounds.requests} requests at a time", _PATIENCE)
        if self._pages is not None and scope["path"] not in ALWAYS_ANSWERED:
            try:
                await self._pages.admit(client)
            except TooOftenError as often:
                return often
        return None


def _declared(scope: Scope) -> int:
    """How long the body is going to be, as far as its sender says."""
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(length) if length.isdigit() and len(length) < 20 else 0


class _Body:
    """The body of a request of ``client``; bytes are counted as they come, whatever Content-Length says."""

    def __init__(self, receive: Receive, client: str, under_way: Counter[str], bounds: Bounds) -> None:
        self._receive, self._client, self._under_way, self._bounds = receive, client, under_way, bounds
        self._due: float | None = asyncio.get_running_loop().time() + bounds.seconds
        self.read = 0

    async def receive(self) -> Message:
        """The next piece; raises ``TooLargeError``, ``TooOftenError``, ``OverloadedError`` or a 408."""
        try:
            async with asyncio.timeout_at(self._due):
                message = await self._piece()
                if self.read > MAXIMUM_BYTES:
                    await self._drain(message)
        except TimeoutError:
            raise HTTPException(408) from None
        if self.read > MAXIMUM_BYTES:
            raise TooLargeError("What was sent", MAXIMUM_BYTES, _SMALLER)
        self._check_room()
        if not message.get("more_body", False):
            # What comes next is that the client leaves, in its own time.
            self._due = None
        return message

    async def _piece(self) -> Message:
        message = await self._receive()
        self.read += len(message.get("body", b""))
        self._under_way[self._client] += len(message.get("body", b""))
        return message

    async def _drain(self, message: Message) -> None:
        drained = self.read
        while drained <= _DRAINED_BYTES and message.get("more_body", False):
            message = await self._receive()
            drained += len(message.get("body", b""))

    def _check_room(self) -> None:
        if self._under_way[self._client] > self._bounds.each:
            most = f"requests of {self._bounds.each / 2**20:.3g} MiB at a time"
            raise TooOftenError("One visitor", most, _PATIENCE)
        if self._under_way.total() > self._bounds.together:
            raise OverloadedError(_PATIENCE)


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

"""Every request timed, counted, given a number of its own, and logged with nothing of what its visitor said."""

import logging
import secrets
from time import perf_counter

from starlette.datastructures import MutableHeaders
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.panels import BY_SLUG
from app.services.logs import REQUEST
from app.services.metrics import Metrics
from app.web.middleware.security import ALWAYS_ANSWERED

FINAL_STATUS = "came_to"
"""Where in a request's scope its endpoint notes the status that it would have answered, had it waited."""
TOOL = "tool"
"""Where in a request's scope its endpoint notes the name of the tool that was called, which is timed like a card."""
_METHODS = frozenset({"GET", "HEAD", "POST"})
_log = logging.getLogger("app.requests")


class RequestLog:
    """Wraps a whole app; the number is in the answer's X-Request-ID and in every line that is logged meanwhile."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a number that a client sends is not believed, as it would be in our logs."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status, number = perf_counter(), 500, secrets.token_hex(8)
        # Never reset: the server logs an error of ours after this has returned, in the same context.
        REQUEST.set(number)

        async def send_numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = number
            await send(message)

        try:
            await self._app(scope, receive, send_numbered)
        finally:
            self._note(scope, scope.get(FINAL_STATUS, status), perf_counter() - begun)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route, slug = _template(scope), scope.get("path_params", {}).get("slug", "")
        worked = scope.get(TOOL) or (slug if slug in BY_SLUG else "")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.answered(route, method, status, seconds, worked)
        said = {"route": route, "method": method, "status": status, "milliseconds": round(seconds * 1e3, 1)}
        level = logging.DEBUG if route in ALWAYS_ANSWERED else logging.INFO
        _log.log(level, "%(method)s %(route)s %(status)s %(milliseconds)s ms", said, extra=said)


def _template(scope: Scope) -> str:
    """The path of the route that answered, as the table of addresses has it: nothing of what the visitor wrote."""
    route = scope.get("route")
    if isinstance(route, Mount):
        return f"{route.path}/*"
    return route.path if isinstance(route, Route) else "none"

"""Security headers, the origins that may read the API, and the host names that are answered."""

import base64
import hashlib
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import UnknownHostError
from app.web.context import READS_API
from app.web.endpoint import answer_failure

_FRAMES = "frame-ancestors 'self' https://huggingface.co"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src {style}; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; " + _FRAMES
)
HEADERS = {
    "Content-Security-Policy": _POLICY.format(style="'self'"),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def report_policy(style: str) -> dict[str, str]:
    """The header that lets a self-contained document use just this ``style`` sheet, known by its hash."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {"Content-Security-Policy": _POLICY.format(style=f"'sha256-{digest}'")}


class SecurityHeaders:
    """Wraps a whole app, so that its error answers have the headers too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers that its answer does not set itself."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope.get("method") == "POST":
                    # It may be of a file that is nobody else's.
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


# Besides those that any page may read.
_READABLE = "ETag, Retry-After, X-Request-ID"
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}


class AllowedOrigins:
    """Wraps a whole app: pages of other ``origins`` ("*" is any) may read the API, and its errors too."""

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        self._app, self._origins = app, origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer a browser that asks first whether it may."""
        path = scope.get("path", "")
        if not self._origins or not (path.startswith("/api/") or path == "/openapi.json"):
            await self._app(scope, receive, send)
            return
        origin = Headers(scope=scope).get("origin", "")
        known = bool(origin) and not self._origins.isdisjoint((origin.lower(), "*"))
        if known and scope["method"] in ("GET", "HEAD"):
            scope[READS_API] = True

        async def send_allowed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # To everybody: a cache on the way would give one origin's answer to another.
                headers.add_vary_header("Origin")
                if known:
                    headers["Access-Control-Allow-Origin"] = origin
                    headers["Access-Control-Expose-Headers"] = _READABLE
            await send(message)

        asks_first = known and scope["method"] == "OPTIONS"
        await (Response(status_code=204, headers=_PREFLIGHT) if asks_first else self._app)(scope, receive, send_allowed)


# A name or an address, the dot that may end a name, and a port.
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?)\.?(?::\d{1,5})?")
# A platform asks for these under whatever name or address it knows the container by.
ALWAYS_ANSWERED = frozenset({"/healthz", "/readyz", "/metrics"})


class TrustedHosts:
    """Refuses what names other hosts than ``names`` ("*.example.org" is every name below), health probes excepted."""

    def __init__(self, app: ASGIApp, names: tuple[str, ...]) -> None:
        self._app = app
        self._any = "*" in names
        self._names = frozenset(names)
        self._below = tuple(name[1:] for name in names if name.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if self._any or scope["type"] != "http" or scope["path"] in ALWAYS_ANSWERED or self._answers(Request(scope)):
            await self._app(scope, receive, send)
        else:
            refusal = await answer_failure(Request(scope), UnknownHostError())
            await refusal(scope, receive, send)

    def _answers(self, request: Request) -> bool:
        named = request.headers.getlist("host")
        host = _HOST.fullmatch(named[0].lower()) if len(named) == 1 else None
        return host is not None and (host[1] in self._names or host[1].endswith(self._below))

"""Which host names this app answers to, so that no other name can be made to mean it."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import StrangeHostError
from app.web.errors import answer_failure

# A platform asks for these under whatever name or address it knows the container by.
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})


class TrustedHosts:
    """Refuses what names other hosts than ``names`` ("*.example.org" is every name below), health probes excepted."""

    def __init__(self, app: ASGIApp, names: tuple[str, ...]) -> None:
        self._app = app
        self._any = "*" in names
        self._names = frozenset(names)
        self._below = tuple(name[1:] for name in names if name.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if self._any or scope["type"] != "http" or scope["path"] in PROBES or self._answers(Request(scope)):
            await self._app(scope, receive, send)
        else:
            refusal = await answer_failure(Request(scope), StrangeHostError())
            await refusal(scope, receive, send)

    def _answers(self, request: Request) -> bool:
        named = request.headers.getlist("host")
        if len(named) != 1:
            return False
        name = _without_port(named[0].lower())
        return name in self._names or name.endswith(self._below)


def _without_port(host: str) -> str:
    end = host.find("]") + 1
    return host[:end] if end else host.partition(":")[0].rstrip(".")

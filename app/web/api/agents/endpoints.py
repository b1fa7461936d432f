"""What agents find here: the tools at /mcp, and /llms.txt, which tells of them and of everything else."""

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import ModuleType

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import TooLargeError
from app.panels import PANELS
from app.panels.panel import Panel
from app.web.api.agents.tools import TOOLS, Tool
from app.web.context import admit, site_of
from app.web.endpoint import Endpoint
from app.web.http.form import body_of
from app.web.templating import render
from app.web.views import Site

MEANING = (
    "Quote n and coverage_80 with every range: how often such ranges really held in n past forecasts of this ticker.",
    "Never turn a range into a point: give both ends, and no price between them as what to expect.",
    "Where edge.claimed is false, say that nothing here shows a forecast to know more than the last price; do not name "
    "a direction.",
    "A chance is of just the event that is named, by the day that is named; it is not the chance of a gain.",
    "as_of is the last day that was seen. Say so where the prices are old.",
    "Pass the receipt on: whoever gets the answer can check it at /verify.",
    "These are statistics of one price's past, not advice, and no recommendation to buy or sell.",
)
"""What the answers mean, and what they do not, a sentence each."""
# A receipt with its forecast.csv is half of it. Lists in lists take a second a megabyte to be read.
MAXIMUM_BYTES = 2**16
# A dotted name, because the protocol's package takes as long to import as everything else here together.
_PROTOCOL = "app.web.api.agents.protocol"


class AgentServer:
    """Answers /mcp as soon as the package of its protocol is imported, in a thread beside everything else."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._ready = asyncio.Event()
        self._module: asyncio.Task[ModuleType] | None = None
        self._handle: ASGIApp | None = None

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Import and answer until the end of the block."""
        self._module = asyncio.create_task(asyncio.to_thread(importlib.import_module, _PROTOCOL))
        answering = asyncio.create_task(self._answer(self._module))
        try:
            yield
        finally:
            answering.cancel()
            await asyncio.wait({answering})

    async def handler(self) -> ASGIApp:
        """What answers a request; waits for the import, and raises what that raised."""
        if self._module is None:
            raise RuntimeError("found a server that does not serve; needed one inside its serving()")
        await asyncio.shield(self._module)
        await self._ready.wait()
        assert self._handle is not None  # noqa: S101  (set before the event is)
        return self._handle

    async def _answer(self, importing: asyncio.Task[ModuleType]) -> None:
        manager = (await importing).session_manager(self._site)
        async with manager.run():
            self._handle = manager.handle_request
            self._ready.set()
            await asyncio.Event().wait()


async def mcp(request: Request) -> ASGIApp:
    """POST /mcp: tools for AI agents (Model Context Protocol, streamable HTTP, stateless)."""
    # Costs no card yet, but other websites' pages may not make anybody ask.
    await admit(request, 0)
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise HTTPException(415)
    if len(body := await body_of(request)) > MAXIMUM_BYTES:
        raise TooLargeError("What was sent", MAXIMUM_BYTES, "Send the few words that a tool takes, a receipt alone.")
    server: AgentServer = request.app.state.agents
    return _with_body(await server.handler(), body)


def _with_body(handle: ASGIApp, body: bytes) -> ASGIApp:
    """``handle`` for a request whose ``body`` was read already."""
    unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def receive_again() -> Message:
            return unread.pop() if unread else await receive()

        await handle(scope, receive_again, send)

    return answer


@dataclass(frozen=True, slots=True)
class LlmsView:
    """llms.txt: what this is, for agents; ``addresses`` have their methods, path and what they answer."""

    meaning: tuple[str, ...]
    tools: tuple[Tool, ...]
    panels: tuple[Panel, ...]
    addresses: tuple[tuple[str, str, str], ...]
    site: Site


async def llms(request: Request) -> Response:
    """GET /llms.txt: what this is, for agents: the tools, the API, and what the answers mean and do not mean."""
    addresses = tuple(_address(route) for route in request.app.routes if isinstance(route, Endpoint))
    text = render("llms.txt", LlmsView(MEANING, TOOLS, PANELS, addresses, site_of(request)))
    return PlainTextResponse(text, headers={"Cache-Control": "public, max-age=3600"})


def _address(route: Endpoint) -> tuple[str, str, str]:
    """The methods, the path, and what its function says that it answers."""
    about = (route.endpoint.__doc__ or "").partition("\n\n")[0].partition(": ")[2].replace("``", "`")
    return " or ".join(sorted({*(route.methods or ())} - {"HEAD"})), route.path, " ".join(about.split())

"""What a running app holds, and how an endpoint reaches it."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.compute.cancellation import cancel_when
from app.compute.engine import Engine
from app.errors import AppError, CrossSiteError
from app.market.fallback import HealthTracked
from app.panels import BY_SLUG
from app.panels.panel import Panel, Query
from app.services.analyses import Analyses
from app.services.live_prices import LivePrices
from app.services.metrics import Metrics
from app.services.receipts.signer import ReceiptSigner
from app.services.search import Finder
from app.services.shared_state import CardLimits
from app.store.redis_backed import RedisConnection
from app.web.http.client import client_of
from app.web.http.form import RequestFields
from app.web.http.query import parse_query, query_string
from app.web.views import Site, Slot, slot_of


@dataclass(frozen=True, slots=True)
class AppContext:
    """The parts of a running app; ``today`` is its clock, ``hops`` the number of proxies in front of it."""

    site: Site
    style: str
    analyses: Analyses
    finder: Finder
    live: LivePrices
    signer: ReceiptSigner
    engine: Engine
    today: Callable[[], date]
    limits: CardLimits | None
    hops: int
    metrics: Metrics
    watched: Mapping[str, HealthTracked]
    shared: RedisConnection | None


def context_of(request: Request) -> AppContext:
    """The parts of the app that ``request`` came to."""
    parts: AppContext = request.app.state.running
    return parts


def site_of(request: Request) -> Site:
    """What every page of this app links to."""
    return context_of(request).site


def query_of(request: Request, said: RequestFields) -> Query:
    """The checked query of a ``request`` that said this; raises ``QueryError``."""
    app = context_of(request)
    return parse_query(said.texts, app.site.sources, app.site.default_source, app.today(), said.upload)


def slot_for(panel: Panel, query: Query) -> Slot:
    """The place of the card for ``query``; a file has to be sent again for it, as an address cannot hold one."""
    if query.upload is not None:
        return slot_of(panel, f"/panels/{panel.slug}", posted=True)
    return slot_of(panel, f"/panels/{panel.slug}?{query_string(query)}")


async def admit(request: Request, runs: int) -> None:
    """Count ``runs`` of cards for whoever asks; raises ``CrossSiteError`` or ``TooOftenError``."""
    if _by_another_site(request):
        raise CrossSiteError
    app = context_of(request)
    if app.limits is not None and runs:
        await app.limits.admit(client_of(request.scope, app.hops), runs)


def _by_another_site(request: Request) -> bool:
    """Whether a browser asks for a page of another site, unless its user has followed a link.

    Browsers say so themselves and no page can make them lie; programs do not say it and are welcome.
    """
    said = request.headers
    followed = request.method == "GET" and said.get("sec-fetch-mode") == "navigate"
    in_the_open = said.get("sec-fetch-dest", "document") == "document"
    return said.get("sec-fetch-site") == "cross-site" and not (followed and in_the_open)


T = TypeVar("T")


def panel_of(request: Request) -> Panel:
    """The card that the address names; an unknown one is a 404."""
    panel = BY_SLUG.get(request.path_params["slug"])
    if panel is None:
        raise HTTPException(404)
    return panel


async def while_connected(request: Request, work: Coroutine[Any, Any, T], runs: int = 1) -> T:
    """Await ``work``, which counts as ``runs`` of cards, for as long as the client waits for it too.

    Raises what ``admit`` raises; then nothing has run.
    """
    try:
        await admit(request, runs)
    except AppError:
        work.close()
        raise

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    return await cancel_when(gone(), work)

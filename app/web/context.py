"""What a running app holds, and what every endpoint asks of it and of its request."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.compute.cancellation import cancel_when
from app.compute.engine import CARD, Engine
from app.errors import AppError, CrossSiteError
from app.market.fallback import HealthTracked
from app.panels import BY_SLUG
from app.panels.panel import Panel, Query
from app.services.analyses import Analyses
from app.services.announced import Announcements
from app.services.live_prices import LivePrices
from app.services.metrics import Metrics
from app.services.receipts.signer import ReceiptSigner
from app.services.search import Finder
from app.services.shared_state import RateLimits, SharedStore, household
from app.web.http.form import RequestFields, fields_of
from app.web.http.proxies import client_behind, origin_of
from app.web.http.query import parse_canvas, parse_query, query_string
from app.web.views import Site, Slot, slot_of


@dataclass(frozen=True, slots=True)
class AppContext:
    """The parts of a running app; ``today`` is its clock, ``hops`` the number of proxies in front of it."""

    site: Site
    style: str
    analyses: Analyses
    announcements: Announcements
    finder: Finder
    live: LivePrices
    signer: ReceiptSigner
    engine: Engine
    today: Callable[[], date]
    limits: RateLimits | None
    hops: int
    metrics: Metrics
    watched: Mapping[str, HealthTracked]
    shared: SharedStore | None


def context_of(request: Request) -> AppContext:
    """The parts of the app that ``request`` came to."""
    parts: AppContext = request.app.state.running
    return parts


def site_of(request: Request) -> Site:
    """What every page of this app links to, and where ``request`` asked for one."""
    return replace(context_of(request).site, origin=origin_of(request, context_of(request).hops), path=request.url.path)


def checked_query(request: Request, fields: RequestFields) -> Query:
    """The query in the ``fields`` of ``request``; raises ``QueryError``."""
    app = context_of(request)
    return parse_query(fields.texts, app.site.sources, app.site.default_source, app.today(), fields.upload)


async def query_of(request: Request) -> Query:
    """The query that ``request`` asks; raises what ``fields_for_cards`` and ``checked_query`` raise."""
    return checked_query(request, await fields_for_cards(request))


async def fields_for_cards(request: Request) -> RequestFields:
    """What ``request`` says; raises what ``fields_of`` does.

    Whoever may run no card, or asks behind its visitor's back, hears so before the body is read.
    """
    if request.method == "POST":
        await admit(request, 1)
        await give_back(request)
    return await fields_of(request)


async def card_of(request: Request) -> tuple[Panel, Query, str]:
    """The card that ``request`` asks for, its query, and the canvas to draw for; raises like ``query_of``."""
    panel, fields = panel_of(request), await fields_for_cards(request)
    return panel, checked_query(request, fields), parse_canvas(fields.texts)


def slot_for(request: Request, panel: Panel, query: Query) -> Slot:
    """The place of the card for ``query``; a file has to be sent again for it, as an address cannot hold one."""
    url = request.app.url_path_for("card_stream", slug=panel.slug)
    return slot_of(panel, url, posted=True) if query.upload else slot_of(panel, f"{url}?{query_string(query)}")


def url_again(request: Request, path: str) -> str:
    """``path`` with the query of ``request``, but for the canvas, which the page's script adds to each request anew."""
    query = urlencode([(name, text) for name, text in request.query_params.multi_items() if name != "canvas"])
    return f"{path}?{query}" if query else path


async def admit(request: Request, runs: int, seconds: float = 1.0) -> None:
    """Count ``runs`` of cards, of about so many ``seconds`` each, for whoever asks.

    Raises ``CrossSiteError`` or ``TooOftenError``. They are given back where the answer is a refusal.
    """
    if _by_another_site(request) and READS_API not in request.scope:
        raise CrossSiteError
    app, client = context_of(request), client_of(request)
    if (card := CARD.get()) is not None and runs:
        card.client, card.weight, card.seconds = household(client), runs, seconds
    if app.limits is not None and runs:
        await app.limits.admit(client, runs)
        request.scope[_COUNTED] = runs


_COUNTED = "runs_counted"
READS_API = "reads_api"
"""What is in a request's scope where it comes from another site that may read what it asks for."""


async def give_back(request: Request) -> None:
    """Count what ``request`` was admitted for no longer."""
    if runs := request.scope.pop(_COUNTED, 0):
        app = context_of(request)
        if app.limits is not None:
            await app.limits.give_back(client_of(request), runs)


def _by_another_site(request: Request) -> bool:
    """Whether a browser asks for a page of another site, unless its user has followed a link.

    Browsers say so themselves and no page can make them lie; programs do not say it and are welcome.
    """
    headers = request.headers
    site, ahead = headers.get("sec-fetch-site"), "prefetch" in headers.get("sec-purpose", "")
    followed = request.method == "GET" and headers.get("sec-fetch-mode") == "navigate" and not ahead
    in_the_open = headers.get("sec-fetch-dest", "document") == "document"
    if site is None:
        # Old browsers name the origin of a form only.
        origin = headers.get("origin")
        return origin is not None and urlsplit(origin).netloc != headers.get("host")
    return site in ("cross-site", "same-site") and not (followed and in_the_open)


T = TypeVar("T")


def panel_of(request: Request) -> Panel:
    """The card that the address names; an unknown one is a 404."""
    panel = BY_SLUG.get(request.path_params["slug"])
    if panel is None:
        raise HTTPException(404)
    return panel


async def while_connected(request: Request, work: Coroutine[Any, Any, T], runs: int = 1, seconds: float = 1.0) -> T:
    """Await ``work``, which counts as ``runs`` of cards, for as long as the client waits for it too.

    Raises what ``admit`` raises; then nothing has run.
    """
    try:
        await admit(request, runs, seconds)
    except AppError:
        work.close()
        raise

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    return await cancel_when(gone(), work)


def client_of(request: Request) -> str:
    """Who asks, as far as the proxies in front can be believed."""
    return client_behind(request.scope, context_of(request).hops)

"""What a running app holds, and how an endpoint reaches it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request

from app.compute.engine import Engine
from app.compute.shared import Shared
from app.market.watched import Watched
from app.panels.panel import Panel
from app.panels.query import Query
from app.web.analyses import Analyses
from app.web.finder import Finder
from app.web.form import Said
from app.web.limits import CardLimits
from app.web.live_prices import LivePrices
from app.web.metrics import Metrics
from app.web.notary import Notary
from app.web.query import parse_query, query_string
from app.web.views import Site, Slot, slot_of


@dataclass(frozen=True, slots=True)
class Running:
    """The parts of a running app; ``today`` is its clock, ``hops`` the number of proxies in front of it."""

    site: Site
    style: str
    analyses: Analyses
    finder: Finder
    live: LivePrices
    notary: Notary
    engine: Engine
    today: Callable[[], date]
    limits: CardLimits | None
    hops: int
    metrics: Metrics
    watched: Mapping[str, Watched]
    shared: Shared | None


def running(request: Request) -> Running:
    """The parts of the app that ``request`` came to."""
    parts: Running = request.app.state.running
    return parts


def site_of(request: Request) -> Site:
    """What every page of this app links to."""
    return running(request).site


def query_of(request: Request, said: Said) -> Query:
    """The checked query of a ``request`` that said this; raises ``QueryError``."""
    app = running(request)
    return parse_query(said.texts, app.site.sources, app.site.default_source, app.today(), said.upload)


def slot_for(panel: Panel, query: Query) -> Slot:
    """The place of the card for ``query``; a file has to be sent again for it, as an address cannot hold one."""
    if query.upload is not None:
        return slot_of(panel, f"/panels/{panel.slug}", posted=True)
    return slot_of(panel, f"/panels/{panel.slug}?{query_string(query)}")

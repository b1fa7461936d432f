"""The composition root: read create_app aloud and you know the app."""

import asyncio
import hashlib
import importlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from limits.aio.storage import Storage
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from app.compute.cache import Cache, MemoryCache
from app.compute.crew import CrewPlan
from app.compute.engine import Engine
from app.compute.local import Limits, LocalEngine
from app.market import upload
from app.market.calendar import sessions_after
from app.market.remembering import Remembering
from app.market.sample import SampleSource
from app.market.source import MarketSource
from app.market.watched import Watched
from app.market.yahoo import CLIENT, YahooSource
from app.panels.query import MAXIMUM_HORIZON
from app.settings import OFF, Settings
from app.web import api_docs, cards, health, pages
from app.web.analyses import Analyses
from app.web.body import BodyLimit
from app.web.errors import HANDLERS
from app.web.hosts import TrustedHosts
from app.web.limits import CardLimits
from app.web.metrics import MeteredEngine, Metrics
from app.web.observed import Observed
from app.web.security import SecurityHeaders
from app.web.state import Running
from app.web.together import together
from app.web.views import Site

# A query is said in an address, or in a form where a file comes with it.
_SAID = ("GET", "POST")
_STATIC = Path(__file__).parent / "static"
_PRELOAD = ("numpy", "pandas", "pydantic", "matplotlib.figure", "matplotlib.backends.backend_svg", "holidays")


def create_app(
    settings: Settings,
    sources: Mapping[str, MarketSource] | None = None,
    engine: Engine | None = None,
    cache: Cache | None = None,
    today: Callable[[], date] = lambda: datetime.now(UTC).date(),
) -> ASGIApp:
    """The app as an ASGI callable; what is not given is built from ``settings``."""
    metrics = Metrics()
    held = together(settings.redis_url, cache or MemoryCache(settings.cache_mb * 2**20), metrics)
    engine = MeteredEngine(engine or local_engine(settings), metrics)
    asked = (sources or market_sources()).items()
    watched = {name: Watched(source, partial(metrics.loaded, name)) for name, source in asked}
    remembering = {name: Remembering(source, held.cache) for name, source in watched.items()}
    parts = Running(
        site=_site(settings, watched),
        style=_style(),
        analyses=Analyses(remembering, engine, held.cache, settings.cache_seconds, held.flights),
        engine=engine,
        today=today,
        limits=card_limits(settings, held.windows),
        hops=settings.hops,
        metrics=metrics,
        watched=watched,
        shared=held.shared,
    )
    hosts = Middleware(TrustedHosts, names=settings.hosts)
    site = Starlette(routes=routes(), middleware=[hosts], exception_handlers=HANDLERS, lifespan=_lifespan(parts))
    # A redirect would name a host and a scheme, which behind a proxy are not the visitor's.
    site.router.redirect_slashes = False
    return Observed(SecurityHeaders(BodyLimit(site)), metrics)


def _lifespan(parts: Running) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.running = parts
        await parts.engine.start()
        warming = asyncio.create_task(asyncio.to_thread(_warm_up, parts.today(), "yahoo" in parts.watched))
        try:
            yield
        finally:
            warming.cancel()
            await parts.engine.stop()
            if parts.shared is not None:
                await parts.shared.close()

    return lifespan


def market_sources() -> dict[str, MarketSource]:
    """Every source that a query may name, by that name."""
    return {"yahoo": YahooSource(), "sample": SampleSource()}


def _warm_up(today: date, yahoo: bool) -> None:
    """What takes long the first time, better now than in somebody's first request: a calendar, and yfinance."""
    sessions_after("XNYS", today, 1)
    if yahoo:
        importlib.import_module(CLIENT)


def local_engine(settings: Settings) -> LocalEngine:
    """The engine of a single machine."""
    plan = CrewPlan(workers=settings.workers, preload=_PRELOAD, warm="app.panels.work:warm")
    # The server has let requests end already by the time the engine is told to.
    return LocalEngine(plan, Limits(queue=settings.queue, drain_seconds=0.5))


def card_limits(settings: Settings, windows: Storage) -> CardLimits | None:
    """What clients may ask for within a while; None where that is everything."""
    return None if settings.rate_limit == OFF else CardLimits(settings.rate_limit, windows)


def routes() -> list[Route | Mount]:
    """Every address that answers."""
    return [
        Route("/", pages.index),
        Route("/report", pages.report, methods=_SAID),
        Route("/panels", pages.places, methods=["POST"]),
        Route("/panels/{slug}", cards.fragment, methods=_SAID),
        Route("/api/v1/panels/{slug}", cards.published, methods=_SAID),
        Route("/openapi.json", api_docs.openapi),
        Route("/docs", api_docs.docs),
        Route("/healthz", health.healthz),
        Route("/readyz", health.readyz),
        Route("/metrics", health.metrics),
        Route("/robots.txt", health.robots),
        Route("/favicon.ico", health.favicon),
        Mount("/static", StaticFiles(directory=_STATIC)),
        # The htmx that a wheel carries; Django itself is never imported.
        Mount("/vendor", StaticFiles(packages=[("django_htmx", "static/django_htmx")])),
    ]


def _site(settings: Settings, sources: Mapping[str, MarketSource]) -> Site:
    return Site(
        css=_versioned("app.css"),
        script=_versioned("app.js"),
        htmx="/vendor/htmx-2.min.js",
        samples=SampleSource.tickers,
        sources=tuple(sources),
        default_source=settings.source,
        maximum_horizon=MAXIMUM_HORIZON,
        maximum_upload=upload.MAXIMUM_BYTES,
    )


def _style() -> str:
    return (_STATIC / "app.css").read_text()


def _versioned(name: str) -> str:
    digest = hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"

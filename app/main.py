"""The composition root: read create_app aloud and you know the app."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from app.compute.engine import Engine
from app.compute.local.engine import Limits, LocalEngine
from app.compute.local.fork_server import LIBRARIES, ForkServer
from app.compute.local.pool import PoolConfig
from app.market.calendar import sessions_after
from app.market.fallback import HealthTracked, LastGoodAnswer
from app.market.sample import SampleSource
from app.market.source import MarketSource
from app.market.upload import source
from app.market.yahoo.source import CLIENT, YahooSource
from app.panels import jobs
from app.panels.panel import MAXIMUM_HORIZON
from app.panels.prophet.panel import ORIGINS
from app.services.analyses import Analyses
from app.services.announced import Announcements
from app.services.live_prices import LivePrices
from app.services.loaded_history import HistoryLoader, today_utc
from app.services.metrics import MeteredEngine, Metrics
from app.services.receipts.provenance import code_digest
from app.services.receipts.signer import ReceiptSigner
from app.services.search import Finder
from app.services.shared_state import CountedEngine, RateLimits, SharedState, shared_state
from app.settings import OFF, Settings
from app.store.cache import Cache, MemoryCache
from app.store.windows import RateWindows
from app.web import templating
from app.web.api.agents.endpoints import AgentServer
from app.web.context import AppContext
from app.web.endpoint import HANDLERS
from app.web.middleware.bounds import RequestBounds, ShutdownResponse
from app.web.middleware.request_log import RequestLog
from app.web.middleware.security import AllowedOrigins, SecurityHeaders, TrustedHosts
from app.web.routes import paths, routes
from app.web.views import Site

# Each costs a few milliseconds of the one process that answers everybody; a person's browser never comes near.
_PAGES = "600/minute"


def create_app(
    settings: Settings,
    sources: Mapping[str, MarketSource] | None = None,
    engine: Engine | None = None,
    cache: Cache | None = None,
    today: Callable[[], date] = today_utc,
    on_warm: Callable[[], None] = lambda: None,
) -> ASGIApp:
    """The app as an ASGI callable; what is not given is built from ``settings``.

    ``on_warm`` is called once all is imported that is imported late.
    """
    parts = running_parts(settings, sources, engine, cache, today)
    # Nothing secret is ever on a page, so how well it compresses tells nobody anything.
    small = Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    pages = None if settings.rate_limit == OFF else RateLimits(_PAGES, what="requests")
    bounds = Middleware(RequestBounds, hops=settings.hops, pages=pages)
    around = [Middleware(TrustedHosts, names=settings.hosts), small, bounds, Middleware(ShutdownResponse)]
    site = Starlette(
        routes=routes(), middleware=around, exception_handlers=HANDLERS, lifespan=_lifespan(parts, on_warm)
    )
    # A redirect would name a host and a scheme, which behind a proxy are not the visitor's.
    site.router.redirect_slashes = False
    return RequestLog(SecurityHeaders(AllowedOrigins(site, settings.origins)), parts.metrics)


def _lifespan(
    parts: AppContext, on_warm: Callable[[], None]
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    def load() -> None:
        # A calendar, scipy and yfinance take long the first time: better now than in somebody's first request.
        sessions_after("XNYS", parts.today(), 1)
        for module in (ORIGINS, *((CLIENT,) if "yahoo" in parts.watched else ())):
            importlib.import_module(module)

    async def warm_up(agents: AgentServer) -> None:
        await asyncio.gather(asyncio.to_thread(load), asyncio.to_thread(templating.compile_all), agents.handler())
        on_warm()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.running, app.state.agents = parts, AgentServer(parts.site)
        await parts.engine.start()
        try:
            async with app.state.agents.serving():
                warming = asyncio.create_task(warm_up(app.state.agents))
                try:
                    yield
                finally:
                    warming.cancel()
        finally:
            await parts.engine.stop()
            if parts.shared is not None:
                await parts.shared.close()

    return lifespan


def running_parts(
    settings: Settings,
    sources: Mapping[str, MarketSource] | None = None,
    engine: Engine | None = None,
    cache: Cache | None = None,
    today: Callable[[], date] = today_utc,
) -> AppContext:
    """What a running app holds, whether it serves or answers once; what is not given is built from ``settings``."""
    metrics = Metrics(settings.token)
    held = shared_state(settings.redis_url, cache or MemoryCache(settings.cache_mb * 2**20), metrics, settings.key)
    limits = card_limits(settings, held.windows)
    engine = MeteredEngine(engine or engine_of(settings), metrics)
    asked = (sources or market_sources()).items()
    watched = {name: HealthTracked(source, partial(metrics.loaded, name)) for name, source in asked}
    return AppContext(
        site=_site(settings, watched),
        style=templating.style(),
        analyses=_analyses(watched, CountedEngine(engine, limits), held, settings.cache_seconds, today),
        announcements=Announcements(dict(asked), held.cache, held.flights),
        finder=Finder(dict(asked), held.cache, held.flights, settings.cache_seconds),
        live=LivePrices(dict(asked)),
        signer=ReceiptSigner(settings.key, settings.earlier_keys),
        engine=engine,
        today=today,
        limits=limits,
        hops=settings.hops,
        metrics=metrics,
        watched=watched,
        shared=held.shared,
    )


def _analyses(
    watched: Mapping[str, MarketSource], engine: Engine, held: SharedState, seconds: float, today: Callable[[], date]
) -> Analyses:
    sources = {name: LastGoodAnswer(source, held.cache) for name, source in watched.items()}
    loader = HistoryLoader(sources, held.cache, seconds, held.flights, today)
    return Analyses(loader, engine, held.cache, seconds, held.flights)


def market_sources() -> dict[str, MarketSource]:
    """Every source that a query may name, by that name."""
    return {"yahoo": YahooSource(), SampleSource.name: SampleSource()}


def engine_of(settings: Settings) -> Engine:
    """Where work runs: on this machine, or wherever the workers of a Dask scheduler are."""
    if not settings.dask_scheduler:
        return local_engine(settings)
    # A dotted name, because Dask takes longer to import than everything else here together.
    elsewhere: Callable[..., Engine] = importlib.import_module("app.compute.dask.engine").DaskEngine
    return elsewhere(settings.dask_scheduler, code_digest(), _limits(settings))


def local_engine(settings: Settings, fork_server: ForkServer | None = None) -> LocalEngine:
    """The engine of a single machine, on a ``fork_server`` that is open already where there is one."""
    plan = PoolConfig(workers=settings.workers, preload=LIBRARIES, warm=jobs.WARM, fork_server=fork_server)
    return LocalEngine(plan, _limits(settings))


def _limits(settings: Settings) -> Limits:
    # The server has let requests end already by the time the engine is told to. Half of all jobs are fits, which Stan
    # does in processes of its own; in 400 others a worker grows by some 10 MB.
    return Limits(queue=settings.queue, drain_seconds=0.5, max_tasks=800)


def card_limits(settings: Settings, windows: RateWindows) -> RateLimits | None:
    """What clients may ask for within a while; None where that is everything."""
    return None if settings.rate_limit == OFF else RateLimits(settings.rate_limit, windows)


def _site(settings: Settings, sources: Mapping[str, MarketSource]) -> Site:
    return Site(
        css=templating.versioned("app.css"),
        scripts=tuple(map(templating.versioned, templating.SCRIPTS)),
        htmx="/vendor/htmx-4.min.js",
        extensions=("/vendor/ext/hx-sse-4.min.js",),
        samples=SampleSource.stock,
        sources=tuple(sources),
        default_source=settings.source,
        maximum_horizon=MAXIMUM_HORIZON,
        maximum_upload=source.MAXIMUM_BYTES,
        last_days={SampleSource.name: SampleSource.last_day},
        paths=paths(),
    )

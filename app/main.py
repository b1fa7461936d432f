"""The composition root: read create_app aloud and you know the app."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime
from functools import partial

from limits.aio.storage import Storage
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
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
from app.panels import work
from app.panels.query import MAXIMUM_HORIZON
from app.settings import OFF, Settings
from app.version import code_digest
from app.web import assets
from app.web.analyses import Analyses
from app.web.body import BodyLimit
from app.web.errors import HANDLERS
from app.web.farewell import Farewell
from app.web.finder import Finder
from app.web.hosts import TrustedHosts
from app.web.limits import CardLimits
from app.web.live_prices import LivePrices
from app.web.loaded_history import HistoryLoader
from app.web.metrics import MeteredEngine, Metrics
from app.web.notary import Notary
from app.web.observed import Observed
from app.web.routes import routes
from app.web.security import SecurityHeaders
from app.web.state import Running
from app.web.together import together
from app.web.views import Site

# pyts is quick to import here because the engine starts its processes with numba's compiler off.
_PRELOAD = (
    "numpy",
    "pandas",
    "pydantic",
    "matplotlib.figure",
    "matplotlib.backends.backend_svg",
    "holidays",
    "pyts.image",
)


def _today() -> date:
    return datetime.now(UTC).date()


def create_app(
    settings: Settings,
    sources: Mapping[str, MarketSource] | None = None,
    engine: Engine | None = None,
    cache: Cache | None = None,
    today: Callable[[], date] = _today,
) -> ASGIApp:
    """The app as an ASGI callable; what is not given is built from ``settings``."""
    parts = running_parts(settings, sources, engine, cache, today)
    # Nothing secret is ever on a page, so how well it compresses tells nobody anything.
    small = Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    around = [Middleware(TrustedHosts, names=settings.hosts), small, Middleware(Farewell)]
    site = Starlette(routes=routes(), middleware=around, exception_handlers=HANDLERS, lifespan=_lifespan(parts))
    # A redirect would name a host and a scheme, which behind a proxy are not the visitor's.
    site.router.redirect_slashes = False
    return Observed(SecurityHeaders(BodyLimit(site)), parts.metrics)


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


def running_parts(
    settings: Settings,
    sources: Mapping[str, MarketSource] | None = None,
    engine: Engine | None = None,
    cache: Cache | None = None,
    today: Callable[[], date] = _today,
) -> Running:
    """What a running app holds, whether it serves or answers once; what is not given is built from ``settings``."""
    metrics = Metrics()
    held = together(settings.redis_url, cache or MemoryCache(settings.cache_mb * 2**20), metrics)
    engine = MeteredEngine(engine or engine_of(settings), metrics)
    asked = (sources or market_sources()).items()
    watched = {name: Watched(source, partial(metrics.loaded, name)) for name, source in asked}
    remembering = {name: Remembering(source, held.cache) for name, source in watched.items()}
    seconds = settings.cache_seconds
    loader = HistoryLoader(remembering, held.cache, seconds, held.flights)
    return Running(
        site=_site(settings, watched),
        style=assets.style(),
        analyses=Analyses(loader, engine, held.cache, seconds, held.flights),
        finder=Finder(dict(asked), held.cache, held.flights, seconds),
        live=LivePrices(dict(asked)),
        notary=Notary(settings.secret_key.get_secret_value().encode("utf-8", "surrogateescape")),
        engine=engine,
        today=today,
        limits=card_limits(settings, held.windows),
        hops=settings.hops,
        metrics=metrics,
        watched=watched,
        shared=held.shared,
    )


def market_sources() -> dict[str, MarketSource]:
    """Every source that a query may name, by that name."""
    return {"yahoo": YahooSource(), "sample": SampleSource()}


def _warm_up(today: date, yahoo: bool) -> None:
    """What takes long the first time, better now than in somebody's first request: a calendar, and yfinance."""
    sessions_after("XNYS", today, 1)
    if yahoo:
        importlib.import_module(CLIENT)


def engine_of(settings: Settings) -> Engine:
    """Where work runs: on this machine, or wherever the workers of a Dask scheduler are."""
    if not settings.dask_scheduler:
        return local_engine(settings)
    # A dotted name, because Dask takes longer to import than everything else here together.
    elsewhere = importlib.import_module("app.compute.dask.engine").DaskEngine
    engine: Engine = elsewhere(settings.dask_scheduler, code_digest(), _limits(settings))
    return engine


def local_engine(settings: Settings) -> LocalEngine:
    """The engine of a single machine."""
    plan = CrewPlan(workers=settings.workers, preload=_PRELOAD, warm=work.WARM)
    return LocalEngine(plan, _limits(settings))


def _limits(settings: Settings) -> Limits:
    # The server has let requests end already by the time the engine is told to. A worker grows by some 10 MB in so many
    # jobs, and its successor takes six seconds to warm up: a twentieth of the work at most.
    return Limits(queue=settings.queue, drain_seconds=0.5, max_tasks=400)


def card_limits(settings: Settings, windows: Storage) -> CardLimits | None:
    """What clients may ask for within a while; None where that is everything."""
    return None if settings.rate_limit == OFF else CardLimits(settings.rate_limit, windows)


def _site(settings: Settings, sources: Mapping[str, MarketSource]) -> Site:
    return Site(
        css=assets.versioned("app.css"),
        scripts=tuple(map(assets.versioned, assets.SCRIPTS)),
        htmx="/vendor/htmx-2.min.js",
        samples=SampleSource.stock,
        sources=tuple(sources),
        default_source=settings.source,
        maximum_horizon=MAXIMUM_HORIZON,
        maximum_upload=upload.MAXIMUM_BYTES,
        last_days={"sample": SampleSource.last_day},
    )

"""Health, readiness, metrics, robots.txt, the icon and the web manifest."""

import hmac
import re
from dataclasses import asdict

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.web.context import context_of

_FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0a5f80"/>'
    '<path d="M5 20h7l15-11v16L12 20z" fill="#8fbccb"/><path d="M5 20h7l15-3" fill="none" stroke="#fff" '
    'stroke-width="2.5" stroke-linecap="round"/></svg>'
)
# Where things lie on this machine is nobody's business.
_PATH = re.compile(r"\S*[/\\]\S*")
_NOT_FOR_ROBOTS = ("/panels/", "/compare/", "/live", "/api/", "/report", "/forecast.csv", "/summary.txt")
_ROBOTS = "User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in _NOT_FOR_ROBOTS)


async def healthz(request: Request) -> Response:
    """GET /healthz: the web process is alive; no model and no market is touched."""
    return JSONResponse({"status": "alive"})


async def readyz(request: Request) -> Response:
    """GET /readyz: 503 only while no worker is warm; degraded, but 200, with a market source or Redis down."""
    app = context_of(request)
    status = app.engine.status()
    down = [name for name, source in app.watched.items() if source.down]
    down += ["redis"] if app.shared is not None and app.shared.down else []
    state = ("degraded" if down else "ready") if status.ready else "failed" if status.failure else "warming"
    workers = asdict(status) | {"failure": status.failure and _PATH.sub("…", status.failure)}
    return JSONResponse({"status": state, "workers": workers, "down": down}, 200 if status.ready else 503)


async def metrics(request: Request) -> Response:
    """GET /metrics: numbers for Prometheus, of this process and of its workers, for who has the token."""
    counted = context_of(request).metrics
    scheme, _, said = request.headers.get("authorization", "").partition(" ")
    if counted.token is not None and not (
        counted.token and scheme.lower() == "bearer" and hmac.compare_digest(said.encode("latin-1"), counted.token)
    ):
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return Response(counted.exposition(), media_type=CONTENT_TYPE_LATEST)


async def robots(request: Request) -> Response:
    """GET /robots.txt: pages may be found, cards are not for crawling."""
    return PlainTextResponse(_ROBOTS)


async def favicon(request: Request) -> Response:
    """GET /favicon.ico: a band that opens, drawn as SVG because the repository holds no binary file."""
    return Response(_FAVICON, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


async def manifest(request: Request) -> Response:
    """GET /manifest.webmanifest: name, icon and colours for who keeps the page on a phone."""
    content = {
        "name": "Stock Forecasting Analytics",
        "short_name": "Forecasts",
        "start_url": "/",
        "display": "minimal-ui",
        "background_color": "#f6f3ec",
        "theme_color": "#0a5f80",
        "icons": [{"src": request.app.url_path_for("favicon"), "type": "image/svg+xml", "sizes": "any"}],
    }
    return JSONResponse(
        content, media_type="application/manifest+json", headers={"Cache-Control": "public, max-age=86400"}
    )

"""The API's description, for programs and for people."""

import json
from functools import lru_cache

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.web.freshness import validated
from app.web.openapi import document
from app.web.openapi_parts import Schema
from app.web.state import site_of
from app.web.templates import render
from app.web.views import DocsView

_SHOWN = "public, max-age=3600"


async def openapi(request: Request) -> Response:
    """GET /openapi.json: the API as an OpenAPI 3.1 document."""
    described = json.dumps(_described(request.app), ensure_ascii=False).encode()
    return validated(request, described, "application/json", _SHOWN)


async def docs(request: Request) -> Response:
    """GET /docs: the same for people."""
    return HTMLResponse(render("docs.html", DocsView(site_of(request), _described(request.app))))


@lru_cache(maxsize=1)
def _described(app: Starlette) -> Schema:
    return document(app.routes, app.state.running.site.sources)

"""The API described by what it is made of: the routes, the cards, and the dataclasses that they publish."""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from app.market.passport import Stale
from app.panels import PANELS
from app.panels.outcome import Outcome
from app.panels.panel import Panel
from app.web.api import schemas
from app.web.api.schemas import FAILURES, GOOD_ELSEWHERE, PROBE_SCHEMAS, Schema, form, query, responses
from app.web.context import site_of
from app.web.http.caching import validated
from app.web.templating import render
from app.web.views import DocsView

_CARD = "/api/v1/panels/{slug}"
_REFERENCE = "#/components/schemas/{model}"
_ABOUT = (
    "Forecasts of stocks, each with a receipt: how it did on this very ticker's past. Shares are 0 to 1, prices are in "
    "the ticker's currency, dates are ISO. Card runs are limited per client; an answer of 429 or 503 says when "
    "to come back, in Retry-After."
)


def document(routes: Iterable[BaseRoute], sources: tuple[str, ...]) -> Schema:
    """An OpenAPI 3.1 document of every route for programs; ``sources`` are the names that a query may give."""
    named = {route.path: route for route in routes if isinstance(route, Route)}
    paths: Schema = {}
    for panel in PANELS if _CARD in named else ():
        paths[_CARD.format(slug=panel.slug)] = _operations(
            named[_CARD], _card(panel), "application/json", sources, panel
        )
    for path, media_type in GOOD_ELSEWHERE.items():
        if path in named:
            paths[path] = _operations(named[path], {"type": "string"}, media_type, sources)
    if search := named.get(schemas.PATH):
        paths[search.path] = {"get": schemas.operation(_summary(search), sources)}
    for path, (media_type, schema) in PROBE_SCHEMAS.items():
        if path in named:
            paths[path] = {"get": _probe(named[path], media_type, schema)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Stock Forecasting Analytics", "version": "1", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": _models() | {"Failure": FAILURES}},
    }


def _operations(
    route: Route, good: Schema, media_type: str, sources: tuple[str, ...], panel: Panel | None = None
) -> Schema:
    """The methods of a route that takes a query."""
    name = panel.slug if panel else route.path.strip("/").replace(".", "_")
    says = f"{panel.title}: {panel.question}" if panel else _summary(route)
    about = {"summary": says, "description": _description(panel)}
    found: Schema = {}
    for method in sorted((route.methods or set()) & {"GET", "POST"}):
        asked = {"parameters": query(sources)} if method == "GET" else {"requestBody": form(sources)}
        answers = responses(method, good, media_type)
        found[method.lower()] = {"operationId": f"{method.lower()}_{name}", **about, **asked, "responses": answers}
    return found


def _probe(route: Route, media_type: str, schema: Schema) -> Schema:
    good = {"description": "As it is now.", "content": {media_type: {"schema": schema}}}
    answers = (
        {"200": good, "503": {**good, "description": "No worker is warm."}}
        if route.path == "/readyz"
        else {"200": good}
    )
    return {"operationId": route.path.strip("/").replace(".", "_"), "summary": _summary(route), "responses": answers}


def _summary(route: Route) -> str:
    words = (route.endpoint.__doc__ or "").strip().splitlines()[0].partition(": ")[2]
    return words[:1].upper() + words[1:]


def _description(panel: Panel | None) -> str:
    return f"From {panel.minimum_bars} daily bars on." if panel else "All cards of the query."


def _card(panel: Panel) -> Schema:
    # What stands beside the analysis: what happened afterwards, and how old its prices are.
    beside = {name: {"$ref": _REFERENCE.format(model=name.title())} for name in ("outcome", "stale")}
    analysis = {"$ref": _REFERENCE.format(model=panel.analysis.__name__)}
    return {"allOf": [analysis, {"type": "object", "properties": beside}]}


def _models() -> Schema:
    adapters: list[TypeAdapter[Any]] = [
        TypeAdapter(kind) for kind in (*(panel.analysis for panel in PANELS), Outcome, Stale, schemas.Searched)
    ]
    _, schema = TypeAdapter.json_schemas(
        ((number, "serialization", adapter) for number, adapter in enumerate(adapters)), ref_template=_REFERENCE
    )
    models: Schema = schema["$defs"]
    return models


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

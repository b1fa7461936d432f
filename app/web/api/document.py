"""The API's description, made from the table of addresses, the cards, and the dataclasses that they publish."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from app.market.passport import Stale
from app.panels import PANELS
from app.panels.outcome import Outcome
from app.panels.panel import Panel
from app.web.api import schemas
from app.web.api.responses import DOWNLOAD_TYPES, EXAMPLES, PROBE_SCHEMAS, PROBLEM, Schema, responses, success
from app.web.api.schemas import EXAMPLE_QUERY, form, query
from app.web.context import site_of
from app.web.endpoint import Endpoint
from app.web.failures import PROBLEMS, problem_name
from app.web.http.caching import validated
from app.web.templating import render
from app.web.views import Site

_REFERENCE = "#/components/schemas/{model}"
_ABOUT = (
    "Forecasts of stocks, each with a receipt: how it did on this very ticker's past. Shares are 0 to 1, prices are in "
    "the ticker's currency, dates are ISO. Card runs are limited per client; an answer of 429 or 503 says when "
    "to come back, in Retry-After."
)

_TAGS = {
    "cards": "One analysis each, as JSON.",
    "downloads": "The same analyses as a table or as text.",
    "search": "What a few letters can mean.",
    "service": "For platforms: alive, ready, numbers, and this description.",
}


def document(routes: Iterable[BaseRoute], sources: tuple[str, ...]) -> Schema:
    """An OpenAPI 3.1 document of every route for programs; ``sources`` are the names that a query may give."""
    named = {route.name: route for route in routes if isinstance(route, Endpoint)}
    paths: Schema = {}
    for panel in PANELS if "card_json" in named else ():
        card = named["card_json"]
        paths[card.path.format(slug=panel.slug)] = _operations(card, _card(panel), "application/json", sources, panel)
    for name, media_type in DOWNLOAD_TYPES.items():
        if name in named:
            paths[named[name].path] = _operations(named[name], {"type": "string"}, media_type, sources)
    if search := named.get("search_json"):
        paths[search.path] = {"get": schemas.operation(search.summary, sources)}
    for name, (media_type, schema) in PROBE_SCHEMAS.items():
        if name in named:
            paths[named[name].path] = {"get": _probe(named[name], media_type, schema)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Stock Forecasting Analytics", "version": "1", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": about} for name, about in _TAGS.items()],
        "paths": paths,
        "components": {"schemas": _models() | {"Problem": PROBLEM}},
    }


def _operations(
    endpoint: Endpoint, good: Schema, media_type: str, sources: tuple[str, ...], panel: Panel | None = None
) -> Schema:
    """The methods of an endpoint that takes a query."""
    name, example = (panel.slug, panel.slug) if panel else (_operation_id(endpoint), endpoint.name)
    summary = f"{panel.title}: {panel.question}" if panel else endpoint.summary
    tag = "cards" if panel else "downloads"
    about = {"tags": [tag], "summary": summary, "description": _description(panel)}
    operations: Schema = {}
    for method in sorted((endpoint.methods or set()) & {"GET", "POST"}):
        takes: Schema = {"parameters": query(sources)} if method == "GET" else {"requestBody": form(sources)}
        if endpoint.name == "forecast":
            takes["parameters"] = [*takes.get("parameters", ()), *schemas.DOCUMENT_PARAMETERS]
        gives = {"responses": responses(method, good, media_type, example)}
        operations[method.lower()] = {"operationId": f"{method.lower()}_{name}", **about, **takes, **gives}
    return operations


def _probe(endpoint: Endpoint, media_type: str, schema: Schema) -> Schema:
    good = success("As it is now.", schema, media_type, endpoint.name)
    answers = (
        {"200": good, "503": {**good, "description": "No worker is warm."}}
        if endpoint.name == "readyz"
        else {"200": good}
    )
    about = {"tags": ["service"], "summary": endpoint.summary}
    return {"operationId": _operation_id(endpoint), **about, "responses": answers}


def _operation_id(endpoint: Endpoint) -> str:
    return endpoint.path.strip("/").replace(".", "_")


def _description(panel: Panel | None) -> str:
    return f"From {panel.minimum_bars} daily bars on." if panel else "All cards of the query."


_AGE = "Trading days from the last bar to as_of, or to today where none is asked."


def _card(panel: Panel) -> Schema:
    # What stands beside the analysis: what happened afterwards, and how old its prices are.
    beside: Schema = {name: {"$ref": _REFERENCE.format(model=name.title())} for name in ("outcome", "stale")}
    beside["age_sessions"] = {"type": "integer", "minimum": 0, "description": _AGE}
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


_AN_HOUR = "public, max-age=3600"


@dataclass(frozen=True, slots=True)
class DocsView:
    """docs.html: the API for people; ``api`` is the OpenAPI document.

    ``curl`` is a command that works, ``excerpt`` a part of what it prints. ``problems`` are kinds of failures: the name
    that ends their type, status and title.
    """

    site: Site
    api: dict[str, Any]
    curl: str
    excerpt: str
    problems: tuple[tuple[str, int, str], ...]


async def openapi(request: Request) -> Response:
    """GET /openapi.json: the API as an OpenAPI 3.1 document."""
    described = json.dumps(await asyncio.to_thread(_described, request.app), ensure_ascii=False).encode()
    return validated(request, described, "application/json", _AN_HOUR)


async def docs(request: Request) -> Response:
    """GET /docs: the API for people; it begins with a command that works."""
    address = request.url.replace(path=request.app.url_path_for("card_json", slug="overview"), query=EXAMPLE_QUERY)
    problems = tuple((problem_name(kind), *told) for kind, told in PROBLEMS.items())
    view = DocsView(
        site=site_of(request),
        api=await asyncio.to_thread(_described, request.app),
        # A proxy that ends TLS may redirect to it.
        curl=f'curl -sL "{address}"',
        excerpt=json.dumps(EXAMPLES["overview"], indent=2, ensure_ascii=False),
        problems=problems,
    )
    return HTMLResponse(render("docs.html", view))


@lru_cache(maxsize=1)
def _described(app: Starlette) -> Schema:
    return document(app.routes, app.state.running.site.sources)

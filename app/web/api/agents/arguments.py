"""From the arguments of a tool to a checked query, and the JSON Schema that tells agents of them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from app.errors import QueryError
from app.panels.panel import Query
from app.web.api.responses import Schema
from app.web.api.schemas import MAX_SEARCH_CHARACTERS, fields
from app.web.context import context_of
from app.web.http.query import parse_query
from app.web.views import Site

Arguments = Mapping[str, Any]
MOST_COMPARED = 4
LONGEST_TERM = 200
_KEPT = ("type", "enum", "minimum", "maximum", "format")
_OWN: dict[str, Schema] = {
    "q": {
        "type": "string",
        "maxLength": MAX_SEARCH_CHARACTERS,
        "description": "A part of a symbol or of a name, such as apple.",
    },
    "tickers": {
        "type": "array",
        "items": {"type": "string"},
        "minItems": 1,
        "maxItems": MOST_COMPARED,
        "description": "Symbols such as AAPL, RELIANCE.NS or ^GSPC.",
    },
    "level": {
        "anyOf": [{"type": "number"}, {"type": "string"}],
        "description": "A price such as 380, or a change from the last price such as “-5%”; as text up to four of "
        "them, with semicolons between.",
    },
    "amount": {
        "type": "number",
        "exclusiveMinimum": 0,
        "description": "Money in the ticker's currency; it is not kept.",
    },
    "receipt": {"type": "string", "description": "The receipt, from its first mark to its last."},
    "term": {"type": "string", "maxLength": LONGEST_TERM, "description": "A term such as Brier score, or a sentence."},
}


def schema_of(takes: Sequence[str], needs: Sequence[str], site: Site) -> Schema:
    """What a tool that ``takes`` and ``needs`` arguments of these names may be asked on ``site``."""
    asked = {name: _plain(schema) for name, schema in fields(site.sources).items()} | _OWN
    asked["source"] = asked["source"] | {"default": site.default_source}
    properties = {name: asked[name] for name in takes}
    return {"type": "object", "properties": properties, "required": [*needs], "additionalProperties": False}


def _plain(schema: Schema) -> Schema:
    """A field of the query without what an address has besides: blanks, and patterns that agents' hosts refuse."""
    kept = {name: value for name, value in schema.get("anyOf", [schema])[0].items() if name in _KEPT}
    default = {"default": schema["default"]} if "default" in schema else {}
    return {"type": "string", **kept, **default, "description": schema["description"]}


def check_names(arguments: Arguments, takes: Sequence[str]) -> None:
    """Raises ``QueryError`` for an argument whose name is not among those that a tool ``takes``."""
    for name in arguments:
        if name not in takes:
            raise QueryError(name[:40], written(arguments[name])[:40], f"another name: one of {', '.join(takes)}")


def query_in(request: Request, arguments: Arguments) -> Query:
    """The query that the ``arguments`` ask; raises ``QueryError``."""
    app = context_of(request)
    return parse_query(texts_in(arguments), app.site.sources, app.site.default_source, app.today())


def texts_in(arguments: Arguments) -> dict[str, str]:
    """What was said, as an address would have it; raises ``QueryError`` for what none could."""
    for name, value in arguments.items():
        if isinstance(value, bool | list | dict):
            raise QueryError(name, written(value)[:40], "one text or one number")
    return {name: written(value) for name, value in arguments.items() if value is not None}


def written(value: object) -> str:
    """The text itself, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)

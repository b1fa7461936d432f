"""The ways in which an operation of the API may answer, each with an example."""

import json
from pathlib import Path
from typing import Any

from app.errors import QueryError
from app.panels.panel import MAXIMUM_HORIZON
from app.web.failures import PROBLEM_TYPE, PROBLEMS, problem_of, problem_type

Schema = dict[str, Any]

DOWNLOAD_TYPES = {"forecast": "text/csv", "summary": "text/plain"}
"""The media types of endpoints outside the API that take the same query, by name."""

_NUMBERS: Schema = {"type": "object", "additionalProperties": True}
PROBE_SCHEMAS: dict[str, tuple[str, Schema]] = {
    "healthz": ("application/json", {**_NUMBERS, "required": ["status"]}),
    "readyz": ("application/json", {**_NUMBERS, "required": ["status", "workers", "down"]}),
    "metrics": ("text/plain", {"type": "string"}),
    "openapi": ("application/json", {**_NUMBERS, "required": ["openapi", "paths"]}),
}
"""Endpoints that take no query, by name."""

_TEXT = {"type": "string"}
_FOUND = {"type": ["string", "integer"]}
PROBLEM: Schema = {
    "type": "object",
    "description": "What went wrong, as RFC 9457 has it; what is below “detail” is there where it can be said.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {
            "enum": [*map(problem_type, PROBLEMS), problem_type(None)],
            "description": "The kind of problem, by an address that tells of it; about:blank for what its status says.",
        },
        "title": {**_TEXT, "description": "What all problems of this type have in common."},
        "status": {"type": "integer"},
        "detail": {**_TEXT, "description": "What happened, in plain words."},
        "hint": {**_TEXT, "description": "What to do next."},
        "retry_after": {"type": "integer", "description": "Seconds until it is worth another try."},
        "field": {**_TEXT, "description": "The part of the query to change."},
        "line": {"type": "integer", "description": "The line of the file, from 1."},
        "column": {**_TEXT, "description": "The column of the file, by name or number."},
        "found": _FOUND,
        "needed": _FOUND,
        "choices": {"type": "array", "items": _TEXT, "description": "What “field” may choose, for a file."},
    },
    "examples": [
        problem_of(QueryError("horizon", "67", f"a whole number of trading days from 1 to {MAXIMUM_HORIZON}"))
    ],
}
_STATUSES = {
    "400": "The form or the host name cannot be read.",
    "403": "Another website asked for this.",
    "404": "No such ticker, or no such card.",
    "413": "More bytes than are read.",
    "422": "Something in the query, the file or the prices is not as needed; the answer says what.",
    "429": "More cards than one visitor may run; Retry-After says when there is room again.",
    "500": "Internal error.",
    "502": "The data source returned an invalid response.",
    "503": "More work than can be done now, or a source that refuses; Retry-After says when to come back.",
    "504": "The source did not answer.",
}
EXAMPLES: dict[str, Any] = json.loads(Path(__file__).with_name("examples.json").read_text())
"""Parts of real answers, by the card's slug or the endpoint's name."""


def responses(method: str, good: Schema, media_type: str, example: str) -> Schema:
    """Every way in which an operation may answer, failures in the form of the path's other answers."""
    of_api = media_type == "application/json"
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    failure = content if of_api else {"text/plain": {"schema": _TEXT}}
    successes: Schema = {"200": success("The answer.", good, media_type, example)}
    if of_api:
        successes["200"]["headers"] = {name: {"schema": _TEXT, "required": True} for name in ("ETag", "Cache-Control")}
    if of_api and method == "GET":
        successes["304"] = {"description": "What If-None-Match names is still so."}
    return successes | {status: {"description": why, "content": failure} for status, why in _STATUSES.items()}


def success(description: str, good: Schema, media_type: str, example: str) -> Schema:
    """A good answer with the example of that name, a part of a real one."""
    excerpt = {"summary": "A part of an answer.", "value": EXAMPLES[example]}
    return {"description": description, "content": {media_type: {"schema": good, "examples": {"excerpt": excerpt}}}}

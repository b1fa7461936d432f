"""The search for a ticker as the API describes it."""

from dataclasses import dataclass

from pydantic import TypeAdapter

from app.market.found import MOST_FOUND, Found
from app.web.openapi_parts import Schema, fields, responses

PATH = "/api/v1/search"
LONGEST_WORDS = 40
_POSSIBLE = ("200", "304", "400", "403", "422", "500")


@dataclass(frozen=True, slots=True)
class Searched:
    """What was found at ``source``; ``note`` says so where it could not be asked, or has nothing like it."""

    source: str
    found: tuple[Found, ...]
    note: str


SEARCHED = TypeAdapter(Searched)


def operation(summary: str, sources: tuple[str, ...]) -> Schema:
    """The one operation of the search."""
    words = {
        "name": "q",
        "in": "query",
        "required": False,
        "description": "A part of a symbol or of a name; nothing is found for nothing.",
        "schema": {"type": "string", "maxLength": LONGEST_WORDS},
    }
    where = fields(sources)["source"]
    source = {"name": "source", "in": "query", "required": False, "description": where["description"], "schema": where}
    answers = responses("GET", {"$ref": "#/components/schemas/Searched"}, "application/json")
    return {
        "operationId": "get_search",
        "summary": summary,
        "description": f"At most {MOST_FOUND}, the likeliest first. Costs no card run.",
        "parameters": [words, source],
        "responses": {status: answers[status] for status in _POSSIBLE},
    }

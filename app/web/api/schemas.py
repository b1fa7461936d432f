"""What may be asked of the API: a query in an address, the same as a form with a file, and a search."""

from dataclasses import dataclass
from urllib.parse import urlencode

from pydantic import TypeAdapter

from app.market.source import MOST_FOUND, Instrument
from app.panels.panel import DEFAULT_HORIZON, MAXIMUM_HORIZON
from app.web.api.responses import Schema, responses
from app.web.http.form import COLUMNS
from app.web.http.query import DOCUMENT_CHOICES

_TEXT = {"type": "string"}
# What Python strips, which is more than \s is in other languages.
_SPACE = r"[\s\x1c-\x1f\x85]"
_BLANK: Schema = {"type": "string", "pattern": rf"^{_SPACE}*$", "title": "Left out"}


_LEVEL = r"([+\-]?[0-9]{1,3}(\.[0-9]{1,4})?%|[1-9][0-9]{0,8}(\.[0-9]{1,4})?)"
_ODDS: dict[str, Schema] = {
    "by": {
        "anyOf": [{"type": "string", "format": "date"}, _BLANK],
        "description": "The last day to ask about, an ISO date after the last price; it stands instead of the horizon.",
    },
    "level": {
        "anyOf": [{"type": "string", "pattern": rf"^{_LEVEL}(\s*;\s*{_LEVEL}){{0,3}}$"}, _BLANK],
        "description": "Up to four prices or changes that the odds are asked about, with semicolons between them.",
        "examples": ["2750;-5%"],
    },
    "amount": {
        "anyOf": [{"type": "string", "pattern": r"^(?=[0.]*[1-9])[0-9]{1,15}(\.[0-9]{1,4})?$"}, _BLANK],
        "description": "Money in the ticker's currency, for the odds to tell what becomes of it; it is not kept.",
    },
}
"""What the odds are asked about."""


def fields(sources: tuple[str, ...]) -> dict[str, Schema]:
    """What a query is made of, by name; a blank text counts as left out."""
    return {
        "ticker": {
            "type": "string",
            "pattern": rf"^{_SPACE}*(?=\S*[A-Za-z0-9])[A-Za-z0-9.=^&_-]{{1,15}}{_SPACE}*$",
            "description": "A symbol such as AAPL, RELIANCE.NS or ^GSPC.",
            "examples": ["^GSPC"],
        },
        "horizon": {
            "anyOf": [{"type": "integer", "minimum": 1, "maximum": MAXIMUM_HORIZON}, _BLANK],
            "default": DEFAULT_HORIZON,
            "description": "Trading days ahead.",
        },
        "as_of": {
            "anyOf": [{"type": "string", "format": "date"}, _BLANK],
            "description": "The last date that the analysis may see, today at the latest; the last bar where left out.",
        },
        "source": {"anyOf": [{"enum": list(sources)}, _BLANK], "description": "Where prices come from."},
        **_ODDS,
    }


_ABOUT_CHOICES = {
    "receipt": "Below the rows, or escaped in the header X-Receipt, which leaves a plain table.",
    "delimiter": "What stands between cells; with semicolons numbers have decimal commas.",
}
DOCUMENT_PARAMETERS: list[Schema] = [
    {
        "name": name,
        "in": "query",
        "required": False,
        "description": about,
        "schema": {"enum": [*DOCUMENT_CHOICES[name]]},
    }
    for name, about in _ABOUT_CHOICES.items()
]
"""What /forecast.csv may be asked besides its query."""
_EXAMPLE = {"ticker": "^GSPC", "horizon": 22, "as_of": "2018-06-29", "source": "sample"}
EXAMPLE_QUERY = urlencode(_EXAMPLE)
"""A query that needs no network, whose answers the examples are parts of."""


def query(sources: tuple[str, ...]) -> list[Schema]:
    """The parameters of an address."""
    known = fields(sources)
    return [
        {
            "name": name,
            "in": "query",
            "required": name == "ticker",
            "description": schema["description"],
            "schema": schema,
            **({"example": _EXAMPLE[name]} if name in _EXAMPLE else {}),
        }
        for name, schema in known.items()
    ]


def form(sources: tuple[str, ...]) -> Schema:
    """The same as a form, with a file in place of the source where one is sent."""
    file = {
        "type": "string",
        "format": "binary",
        "contentMediaType": "text/csv",
        "description": "Daily prices of your own, at most 2 MiB, as CSV, workbook, JSON, .gz or .zip: a date and close "
        "at least in each row. Its own ticker, or its name, is taken where none is said.",
    }
    others = fields(sources)
    symbol = others.pop("ticker")
    by_ticker = {"required": ["ticker"], "properties": {"ticker": symbol, "source": others.pop("source")}}
    by_file = {"required": ["prices"], "properties": {"ticker": {"anyOf": [symbol, _BLANK]}}}
    column = {
        **_TEXT,
        "maxLength": 200,
        "description": "The name or number of the file's column, where several may be it.",
    }
    columns = dict.fromkeys(COLUMNS, column)
    schema = {"type": "object", "properties": {**others, **columns, "prices": file}, "anyOf": [by_ticker, by_file]}
    encoding = {"prices": {"contentType": "text/csv"}}
    return {"required": True, "content": {"multipart/form-data": {"schema": schema, "encoding": encoding}}}


MAX_SEARCH_CHARACTERS = 40
_SEARCH_STATUSES = ("200", "304", "400", "403", "422", "500")


@dataclass(frozen=True, slots=True)
class Searched:
    """What was found at ``source``; ``note`` says so where it could not be asked, or has nothing like it."""

    source: str
    found: tuple[Instrument, ...]
    note: str


SEARCHED = TypeAdapter(Searched)


def operation(summary: str, sources: tuple[str, ...]) -> Schema:
    """The one operation of the search."""
    words = {
        "name": "q",
        "in": "query",
        "required": False,
        "description": "A part of a symbol or of a name; nothing is found for nothing.",
        "schema": {"type": "string", "maxLength": MAX_SEARCH_CHARACTERS},
        "example": "s&p",
    }
    where = fields(sources)["source"]
    source = {"name": "source", "in": "query", "required": False, "description": where["description"], "schema": where}
    source["example"] = _EXAMPLE["source"]
    answers = responses("GET", {"$ref": "#/components/schemas/Searched"}, "application/json", "search_json")
    return {
        "operationId": "get_search",
        "tags": ["search"],
        "summary": summary,
        "description": f"At most {MOST_FOUND}, the likeliest first. Costs no card run.",
        "parameters": [words, source],
        "responses": {status: answers[status] for status in _SEARCH_STATUSES},
    }

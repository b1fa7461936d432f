"""Finding a ticker by a part of its symbol or name."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.errors import QueryError
from app.market.source import Instrument
from app.services.search import Findings
from app.web.api.schemas import MAX_SEARCH_CHARACTERS, SEARCHED, Searched
from app.web.context import admit, client_of, context_of
from app.web.http.caching import validated
from app.web.http.form import fields_of
from app.web.http.query import parse_source
from app.web.templating import render


@dataclass(frozen=True, slots=True)
class SearchView:
    """search.html: the options of a listbox, and what there is to say of them; or, where ``links``, links to pages."""

    found: tuple[Instrument, ...]
    note: str
    links: bool
    source: str


async def search(request: Request) -> Response:
    """GET /search: what the letters typed can mean, as the options of a listbox; with ``links=1`` as links."""
    source, findings = await _findings(request)
    view = SearchView(findings.found, findings.note, request.query_params.get("links") == "1", source)
    return HTMLResponse(render("search.html", view), headers={"Cache-Control": _freshness(findings)})


async def search_json(request: Request) -> Response:
    """GET /api/v1/search: tickers that a few letters of a symbol or a name can mean."""
    source, findings = await _findings(request)
    body = SEARCHED.dump_json(Searched(source, findings.found, findings.note))
    return validated(request, body, "application/json", _freshness(findings))


async def _findings(request: Request) -> tuple[str, Findings]:
    app, texts = context_of(request), (await fields_of(request)).texts
    # On the page it stands in the ticker's field.
    sought = texts.get("q", "") or texts.get("ticker", "")
    if len(sought) > MAX_SEARCH_CHARACTERS:
        raise QueryError("q", sought[:MAX_SEARCH_CHARACTERS] + "…", f"at most {MAX_SEARCH_CHARACTERS} characters")
    source = parse_source(texts, app.site.sources, app.site.default_source)
    # Costs no card, but other websites' pages may not make anybody ask.
    await admit(request, 0)
    return source, await app.finder.find(source, sought, client_of(request))


def _freshness(findings: Findings) -> str:
    return "public, max-age=600" if findings.from_source else "no-store"

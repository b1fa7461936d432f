"""Finding a ticker by a part of its symbol or name."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.errors import QueryError
from app.services.search import Findings
from app.web.api.schemas import LONGEST_WORDS, SEARCHED, Searched
from app.web.context import admit, context_of
from app.web.http.caching import validated
from app.web.http.client import client_of
from app.web.http.form import fields_of
from app.web.http.query import parse_source
from app.web.templating import render
from app.web.views import SearchView


async def search(request: Request) -> Response:
    """GET /search: what the letters typed can mean, as the options of a listbox."""
    _, findings = await _findings(request)
    view = SearchView(findings.found, findings.note)
    return HTMLResponse(render("search.html", view), headers={"Cache-Control": _freshness(findings)})


async def searched(request: Request) -> Response:
    """GET /api/v1/search: tickers that a few letters of a symbol or a name can mean."""
    source, findings = await _findings(request)
    published = SEARCHED.dump_json(Searched(source, findings.found, findings.note))
    return validated(request, published, "application/json", _freshness(findings))


async def _findings(request: Request) -> tuple[str, Findings]:
    app, texts = context_of(request), (await fields_of(request)).texts
    words = texts.get("q", "")
    if len(words) > LONGEST_WORDS:
        raise QueryError("q", words[:LONGEST_WORDS] + "…", f"at most {LONGEST_WORDS} characters")
    source = parse_source(texts, app.site.sources, app.site.default_source)
    # Costs no card, but other websites' pages may not make anybody ask.
    await admit(request, 0)
    return source, await app.finder.find(source, words, client_of(request.scope, app.hops))


def _freshness(findings: Findings) -> str:
    return "public, max-age=600" if findings.from_source else "no-store"

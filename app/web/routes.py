"""The table of addresses."""

from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from app.web import card_stream, cards, templating
from app.web.api import document, health
from app.web.api.agents import endpoints as agents
from app.web.compare import endpoints as compare
from app.web.compare.basket import basket, requested_basket
from app.web.compare.request import requested_column, requested_ranges
from app.web.compare.together import requested_together, together
from app.web.endpoint import Endpoint, as_answer, as_card, as_json, as_page, as_text
from app.web.pages import downloads, how_good, index, live, search, verify

# What is computed is computed for who reads it, so HEAD is not among these. A query stands in an address, or in a form
# where a file comes with it.
_GET, _BOTH = ("GET",), ("GET", "POST")
_FORECAST = "A row for each member and day ahead."
_SUMMARY = "The answer in at most fifteen lines of plain text."
_SEARCH = "Tickers that a few letters of a symbol or a name can mean."
_OPENAPI = "The API as an OpenAPI 3.1 document."
_ALIVE = "The web process is alive; no model and no market is touched."
_READY = "503 only while no worker is warm; degraded, but 200, with a market source or Redis down."
_METRICS = "Numbers for Prometheus, of this process and of its workers."

ENDPOINTS = (
    Endpoint("/", index.index, name="index", fails=as_page),
    Endpoint("/report", downloads.report, name="report", fails=as_page, methods=_BOTH),
    Endpoint("/forecast.csv", downloads.forecast, name="forecast", fails=as_text, methods=_BOTH, summary=_FORECAST),
    Endpoint("/summary.txt", downloads.summary, name="summary", fails=as_text, methods=_BOTH, summary=_SUMMARY),
    Endpoint("/preview.png", downloads.preview, name="preview", fails=as_text, methods=_GET),
    Endpoint("/how-good", how_good.how_good, name="how_good", fails=as_page, methods=(*_GET, "HEAD")),
    Endpoint("/verify", verify.verify, name="verify", fails=as_page, methods=(*_BOTH, "HEAD")),
    Endpoint("/panels", index.places, name="places", fails=as_answer, methods=("POST",)),
    Endpoint("/panels/{slug}", cards.fragment, name="card", fails=as_card(cards.requested_card), methods=_BOTH),
    Endpoint(
        "/panels/{slug}/live",
        card_stream.stream,
        name="card_stream",
        fails=as_card(cards.requested_card),
        methods=_BOTH,
    ),
    Endpoint("/panels/{slug}/{chart}.{ending}", downloads.picture, name="chart", fails=as_text, methods=_BOTH),
    Endpoint("/api/v1/panels/{slug}", cards.card_json, name="card_json", fails=as_json, methods=_BOTH),
    Endpoint("/compare", compare.page, name="compare", fails=as_page),
    Endpoint("/compare/ranges", compare.ranges, name="compare_ranges", fails=as_card(requested_ranges), methods=_GET),
    Endpoint("/compare/ranges.{ending}", compare.picture, name="compare_chart", fails=as_text, methods=_GET),
    Endpoint("/compare/column", compare.column, name="compare_column", fails=as_card(requested_column), methods=_GET),
    Endpoint("/compare/basket", basket, name="compare_basket", fails=as_card(requested_basket), methods=_GET),
    Endpoint("/compare/together", together, name="compare_together", fails=as_card(requested_together), methods=_GET),
    Endpoint("/live", live.live, name="live", fails=as_page, methods=_GET),
    Endpoint("/sample.csv", downloads.sample, name="sample", fails=as_text),
    Endpoint("/search", search.search, name="search", fails=as_page, methods=_GET),
    Endpoint("/api/v1/search", search.search_json, name="search_json", fails=as_json, methods=_GET, summary=_SEARCH),
    Endpoint("/mcp", agents.mcp, name="mcp", fails=as_json, methods=("POST",)),
    Endpoint("/llms.txt", agents.llms, name="llms", fails=as_text),
    Endpoint("/openapi.json", document.openapi, name="openapi", fails=as_json, summary=_OPENAPI),
    Endpoint("/docs", document.docs, name="docs", fails=as_page),
    Endpoint("/healthz", health.healthz, name="healthz", fails=as_page, summary=_ALIVE),
    Endpoint("/readyz", health.readyz, name="readyz", fails=as_page, summary=_READY),
    Endpoint("/metrics", health.metrics, name="metrics", fails=as_page, summary=_METRICS),
    Endpoint("/robots.txt", health.robots, name="robots", fails=as_text),
    Endpoint("/favicon.ico", health.favicon, name="favicon", fails=as_page),
    Endpoint("/manifest.webmanifest", health.manifest, name="manifest", fails=as_text),
)


def routes() -> list[Route | Mount]:
    """Every address that answers."""
    return [
        *ENDPOINTS,
        Mount("/static", templating.Assets()),
        # The htmx that a wheel carries; Django itself is never imported.
        Mount("/vendor", StaticFiles(packages=[("django_htmx", "static/django_htmx")])),
    ]


def paths() -> dict[str, str]:
    """The path of each endpoint, by its name."""
    return {endpoint.name: endpoint.path for endpoint in ENDPOINTS}

"""The table of addresses."""

from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from app.web import card_stream, cards, templating
from app.web.api import document, health
from app.web.compare import endpoints as compare_endpoints
from app.web.downloads import endpoints as downloads_endpoints
from app.web.pages import index, live, search, verify

# A query is said in an address, or in a form where a file comes with it.
_SAID = ("GET", "POST")


def routes() -> list[Route | Mount]:
    """Every address that answers."""
    return [
        Route("/", index.index),
        Route("/report", downloads_endpoints.report, methods=_SAID),
        Route("/forecast.csv", downloads_endpoints.forecast, methods=_SAID),
        Route("/summary.txt", downloads_endpoints.summary, methods=_SAID),
        Route("/verify", verify.verify, methods=_SAID),
        Route("/panels", index.places, methods=["POST"]),
        Route("/panels/{slug}", cards.fragment, methods=_SAID),
        Route("/panels/{slug}/live", card_stream.stream, methods=_SAID),
        Route("/api/v1/panels/{slug}", cards.published, methods=_SAID),
        Route("/compare", compare_endpoints.page),
        Route("/compare/ranges", compare_endpoints.ranges),
        Route("/compare/columns/{place}", compare_endpoints.column),
        Route("/live", live.live),
        Route("/sample.csv", downloads_endpoints.sample),
        Route("/search", search.search),
        Route("/api/v1/search", search.searched),
        Route("/openapi.json", document.openapi),
        Route("/docs", document.docs),
        Route("/healthz", health.healthz),
        Route("/readyz", health.readyz),
        Route("/metrics", health.metrics),
        Route("/robots.txt", health.robots),
        Route("/favicon.ico", health.favicon),
        Mount("/static", templating.Assets()),
        # The htmx that a wheel carries; Django itself is never imported.
        Mount("/vendor", StaticFiles(packages=[("django_htmx", "static/django_htmx")])),
    ]

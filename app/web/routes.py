"""The table of addresses."""

from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from app.web import api_docs, assets, cards, coming, compare, downloads, example, health, live, pages, search, verify

# A query is said in an address, or in a form where a file comes with it.
_SAID = ("GET", "POST")


def routes() -> list[Route | Mount]:
    """Every address that answers."""
    return [
        Route("/", pages.index),
        Route("/report", downloads.report, methods=_SAID),
        Route("/forecast.csv", downloads.forecast, methods=_SAID),
        Route("/summary.txt", downloads.summary, methods=_SAID),
        Route("/verify", verify.verify, methods=_SAID),
        Route("/panels", pages.places, methods=["POST"]),
        Route("/panels/{slug}", cards.fragment, methods=_SAID),
        Route("/panels/{slug}/live", coming.coming, methods=_SAID),
        Route("/api/v1/panels/{slug}", cards.published, methods=_SAID),
        Route("/compare", compare.page),
        Route("/compare/ranges", compare.ranges),
        Route("/compare/columns/{place}", compare.column),
        Route("/live", live.live),
        Route("/sample.csv", example.sample),
        Route("/search", search.search),
        Route("/api/v1/search", search.searched),
        Route("/openapi.json", api_docs.openapi),
        Route("/docs", api_docs.docs),
        Route("/healthz", health.healthz),
        Route("/readyz", health.readyz),
        Route("/metrics", health.metrics),
        Route("/robots.txt", health.robots),
        Route("/favicon.ico", health.favicon),
        Mount("/static", assets.Assets()),
        # The htmx that a wheel carries; Django itself is never imported.
        Mount("/vendor", StaticFiles(packages=[("django_htmx", "static/django_htmx")])),
    ]

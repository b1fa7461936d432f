"""The file that shows how one's own may look."""

from starlette.requests import Request
from starlette.responses import Response

from app.market.example import FILE_NAME, example_csv
from app.web.freshness import validated


async def sample(request: Request) -> Response:
    """GET /sample.csv: made-up prices, to be looked at or sent back as they are."""
    answer = validated(request, example_csv(), "text/csv", "public, max-age=86400")
    answer.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return answer

"""Whether a request may make the machine work."""

from starlette.requests import Request

from app.errors import CrossSiteError
from app.web.client import client_of
from app.web.state import running


async def admit(request: Request, runs: int) -> None:
    """Count ``runs`` of cards for whoever asks; raises ``CrossSiteError`` or ``TooOftenError``."""
    if _by_another_site(request):
        raise CrossSiteError
    app = running(request)
    if app.limits is not None and runs:
        await app.limits.admit(client_of(request.scope, app.hops), runs)


def _by_another_site(request: Request) -> bool:
    """Whether a browser asks for a page of another site, unless its user has followed a link.

    Browsers say so themselves and no page can make them lie; programs do not say it and are welcome.
    """
    said = request.headers
    followed = request.method == "GET" and said.get("sec-fetch-mode") == "navigate"
    in_the_open = said.get("sec-fetch-dest", "document") == "document"
    return said.get("sec-fetch-site") == "cross-site" and not (followed and in_the_open)

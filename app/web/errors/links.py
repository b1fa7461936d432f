"""Links to what can be done after an error: a ticker that there is, another source, the same address again."""

from dataclasses import replace
from urllib.parse import urlencode

from starlette.requests import Request

from app.errors import UnknownTickerError
from app.web.context import context_of
from app.web.views import Failure, NextStep

_WITHOUT_SCRIPT = "/report"


def with_ways(request: Request, error: Exception, failure: Failure) -> Failure:
    """The ``failure`` of ``request`` with the links that help after ``error``."""
    if isinstance(error, UnknownTickerError) and error.known:
        return replace(failure, ways=_in_stock(request, error))
    return failure


def with_again(request: Request, failure: Failure) -> Failure:
    """A whole page's ``failure`` with its own address once more, where waiting helps; a card has a button for that."""
    if failure.retry_after is None or request.method != "GET":
        return failure
    return replace(failure, ways=(*failure.ways, *_again(request)))


def _in_stock(request: Request, error: UnknownTickerError) -> tuple[NextStep, ...]:
    """The tickers that a small source has, and the same ticker at the sources that may have any."""
    sources = context_of(request).watched
    own = next((name for name, source in sources.items() if source.title == error.source), "")
    known = tuple(NextStep(ticker, _asked(request, ticker, own)) for ticker in error.known)
    others = ((name, source.title) for name, source in sources.items() if not source.tickers)
    asked = (NextStep(f"Ask {title} for {error.ticker}", _asked(request, error.ticker, name)) for name, title in others)
    return *known, *asked


def _again(request: Request) -> tuple[NextStep, ...]:
    """The same address, and the page that fills itself with the same query."""
    # Without its path: nobody can have us link to another host by asking for //host.
    said = urlencode(request.query_params.multi_items())
    again = NextStep("Try again", f"?{said}")
    if request.url.path == _WITHOUT_SCRIPT and request.query_params.get("ticker"):
        return again, NextStep("Open the page of this query", f"/?{said}")
    return (again,)


def _asked(request: Request, ticker: str, source: str) -> str:
    """The page, or the report where that was asked for, of the same query but for these two."""
    kept = {name: request.query_params[name] for name in ("horizon", "as_of") if request.query_params.get(name)}
    path = _WITHOUT_SCRIPT if request.url.path == _WITHOUT_SCRIPT else "/"
    return f"{path}?{urlencode({'ticker': ticker, **kept, 'source': source})}"

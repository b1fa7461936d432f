"""What an error says to a reader: its status and sentence, in the words of the form, and links to what helps."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request

from app import errors
from app.compute import errors as compute
from app.market.upload.faults import ChoiceNeededError
from app.web.context import context_of
from app.web.views import ColumnSelects, Failure, NextStep

_STATUS: Mapping[type[Exception], int] = {
    errors.QueryError: 422,
    errors.BadBarsError: 422,
    errors.BadFileError: 422,
    errors.BadFormError: 400,
    errors.TooLargeError: 413,
    errors.TooOftenError: 429,
    errors.RestartingError: 503,
    errors.CrossSiteError: 403,
    errors.UnknownHostError: 400,
    errors.TooFewBarsError: 422,
    errors.UnbelievablePricesError: 422,
    errors.NotApplicableError: 422,
    errors.BeforeTrainingError: 422,
    errors.UnknownTickerError: 404,
    errors.SourceUnavailableError: 503,
    errors.SourceBrokenError: 502,
    errors.SourceSilentError: 504,
    compute.RetryLaterError: 503,
    compute.JobTimeoutError: 503,
    compute.ClientGoneError: 499,
}
_PAGE_FAILURES = {
    404: Failure(404, "There is no such page.", "Type a ticker, or start at the front page.", None),
    401: Failure(401, "This address is for who has its token.", "Its owner sets METRICS_TOKEN.", None),
    408: Failure(408, "The request did not arrive within 30 s.", "Send less, or send it on a faster line.", None),
    405: Failure(405, "This address does not take that kind of request.", "Open it in a browser instead.", None),
}
_UNEXPECTED = Failure(500, "Something went wrong on our side.", "Try again; if it stays, please report it.", None)
_RETRY_AFTER_TIMEOUT_SECONDS = 30
_SOURCE_AT_FAULT = (errors.SourceRefusedError, errors.SourceBrokenError, errors.SourceSilentError)


def failure_of(error: Exception) -> Failure:
    """What ``error`` says to a reader; an error that is not ours says nothing of itself."""
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), None)
    if isinstance(error, HTTPException):
        return _PAGE_FAILURES.get(error.status_code, Failure(error.status_code, error.detail, "", None))
    if status is None or not isinstance(error, errors.AppError):
        return _UNEXPECTED
    default_seconds = _RETRY_AFTER_TIMEOUT_SECONDS if isinstance(error, compute.JobTimeoutError) else None
    retry_after = getattr(error, "retry_after", default_seconds)
    failure = Failure(status, error.sentence, error.hint, retry_after, other_source=isinstance(error, _SOURCE_AT_FAULT))
    if isinstance(error, ChoiceNeededError) and error.columns:
        return replace(failure, field=error.field, selects=ColumnSelects(error.columns, *error.chosen))
    return failure


def shown_failure(error: Exception) -> Failure:
    """What a page or a card says of ``error``: a field of the form goes by its label there."""
    failure = failure_of(error)
    if not isinstance(error, errors.QueryError) or error.field not in LABELS:
        return failure
    hint = f"Change “{LABELS[error.field]}” and ask again."
    return replace(failure, sentence=fault_of(error), hint=hint, field=error.field)


def answered_failure(request: Request, error: Exception) -> Failure:
    """The same where ``request`` ended in it, with links to what can be done next."""
    failure = shown_failure(error)
    if isinstance(error, errors.UnknownTickerError) and error.known:
        return replace(failure, next_steps=_in_stock(request, error))
    if isinstance(error, errors.QueryError) and error.field in _QUESTIONS and request.method == "GET":
        return replace(failure, next_steps=(_without(request, error.field),))
    return failure


def _without(request: Request, field: str) -> NextStep:
    """The page of the same query without the question that cannot be answered."""
    others = [(name, text) for name, text in request.query_params.multi_items() if name not in (field, "canvas")]
    return NextStep(f"Ask without “{LABELS[field]}”", f"/?{urlencode(others)}")


_QUESTIONS = ("by", "level", "amount")
_KEPT = ("horizon", "as_of", *_QUESTIONS)
LABELS: Mapping[str, str] = {
    "ticker": "Ticker or name",
    "horizon": "Trading days ahead",
    "as_of": "As of",
    "by": "By",
    "level": "Price or change",
    "amount": "Amount",
    "source": "Prices from",
    "prices": "Your own file",
}


def fault_of(error: errors.QueryError) -> str:
    """The sentence of ``error`` with the label of its field, and with the name too, which stands in the address."""
    label = LABELS.get(error.field)
    return error.sentence.replace(f"“{error.field}”", f"“{label}” ({error.field})", 1) if label else error.sentence


def json_failure(error: Exception, failure: Failure) -> dict[str, object]:
    """The failure with the facts that its error carries."""
    names = ("field", "line", "column", "found", "needed", "choices")
    facts = {name: getattr(error, name) for name in names if hasattr(error, name)}
    return {"status": failure.status, "sentence": failure.sentence, "hint": failure.hint, **facts}


def with_again(request: Request, failure: Failure) -> Failure:
    """A whole page's ``failure`` with its own address once more, where waiting helps; a card has a button for that."""
    if failure.retry_after is None or request.method != "GET":
        return failure
    return replace(failure, next_steps=(*failure.next_steps, *_again(request)))


def _in_stock(request: Request, error: errors.UnknownTickerError) -> tuple[NextStep, ...]:
    """The tickers that a small source has, and the same ticker at the sources that may have any."""
    sources = context_of(request).watched
    own = next((name for name, source in sources.items() if source.title == error.source), "")
    known = (NextStep(ticker, _url_of(request, ticker, own)) for ticker in error.known)
    others = (
        NextStep(f"Ask {source.title} for {error.ticker}", _url_of(request, error.ticker, name))
        for name, source in sources.items()
        if not source.tickers
    )
    return *known, *others


def _again(request: Request) -> tuple[NextStep, ...]:
    """The same address, and the page that fills itself with the same query."""
    # Without its path: nobody can have us link to another host by asking for //host.
    query = urlencode(request.query_params.multi_items())
    again = NextStep("Try again", f"?{query}")
    if _without_script(request) and request.query_params.get("ticker"):
        return again, NextStep("Open the page of this query", f"/?{query}")
    return (again,)


def _url_of(request: Request, ticker: str, source: str) -> str:
    """The page, or the report where that was asked for, of the same query but for these two."""
    kept = {name: request.query_params[name] for name in _KEPT if request.query_params.get(name)}
    path = request.url.path if _without_script(request) else "/"
    return f"{path}?{urlencode({'ticker': ticker, **kept, 'source': source})}"


def _without_script(request: Request) -> bool:
    """Whether ``request`` asks for the report, which reads like the page but runs no script."""
    return getattr(request.scope.get("route"), "name", "") == "report"

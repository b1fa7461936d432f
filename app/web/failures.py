"""What an error says to a reader: its status and sentence, in the words of the form, and links to what helps."""

import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request

from app import errors
from app.compute import errors as compute
from app.market.upload.faults import ChoiceNeededError
from app.web.context import context_of
from app.web.views import ColumnSelects, Failure, NextStep

PROBLEMS: Mapping[type[Exception], tuple[int, str]] = {
    errors.QueryError: (422, "A part of the query is not as needed"),
    errors.BadBarsError: (422, "Prices that no repair makes sense of"),
    errors.BadFileError: (422, "A file that cannot be read as daily prices"),
    errors.BadFormError: (400, "A form that cannot be read"),
    errors.TooLargeError: (413, "More bytes than are read"),
    errors.TooOftenError: (429, "More than one client, or all together, may ask for"),
    errors.RestartingError: (503, "The service is being restarted"),
    errors.CrossSiteError: (403, "Another website asked"),
    errors.UnknownHostError: (400, "A host name that is not answered"),
    errors.TooFewBarsError: (422, "Too short a history"),
    errors.UnbelievablePricesError: (422, "A move that no market makes"),
    errors.NotApplicableError: (422, "A model with nothing to say of such prices"),
    errors.BeforeTrainingError: (422, "A day that the network was trained on"),
    errors.UnknownTickerError: (404, "A ticker that the source does not know"),
    errors.SourceUnavailableError: (503, "The source gives no prices at present"),
    errors.SourceRefusedError: (503, "The source refuses for a while"),
    errors.SourceBrokenError: (502, "The source answers nonsense"),
    errors.SourceSilentError: (504, "The source does not answer"),
    compute.RetryLaterError: (503, "More work than can be done now"),
    compute.JobTimeoutError: (503, "The work took too long"),
    compute.ClientGoneError: (499, "The client left"),
}
"""Each kind of error with its status, and what all of its kind have in common, in a few words."""
_PAGE_FAILURES = {
    404: Failure(404, "There is no such page.", "Type a ticker, or start at the home page.", None),
    401: Failure(401, "This address is for who has its token.", "Its owner sets METRICS_TOKEN.", None),
    408: Failure(408, "The request did not arrive within 30 s.", "Send less, or send it on a faster line.", None),
    415: Failure(415, "This address reads JSON only.", "Send it as application/json.", None),
    405: Failure(
        405, "This address does not take that kind of request.", "The header Allow names those it takes.", None
    ),
}
_UNEXPECTED = Failure(
    500, "Something went wrong on our side.", "Try again. If it keeps happening, please report it.", None
)
_RETRY_AFTER_TIMEOUT_SECONDS = 30
_SOURCE_AT_FAULT = (errors.SourceRefusedError, errors.SourceBrokenError, errors.SourceSilentError)


def failure_of(error: Exception) -> Failure:
    """What ``error`` says to a reader; an error that is not ours says nothing of itself."""
    kind = _kind_of(error)
    if isinstance(error, HTTPException):
        return _PAGE_FAILURES.get(error.status_code, Failure(error.status_code, error.detail, "", None))
    if kind is None or not isinstance(error, errors.AppError):
        return _UNEXPECTED
    default_seconds = _RETRY_AFTER_TIMEOUT_SECONDS if isinstance(error, compute.JobTimeoutError) else None
    retry_after = getattr(error, "retry_after", default_seconds)
    at_fault, status = isinstance(error, _SOURCE_AT_FAULT), PROBLEMS[kind][0]
    failure = Failure(status, error.sentence, error.hint, retry_after, other_source=at_fault)
    if isinstance(error, (errors.SourceUnavailableError, errors.UnknownTickerError, errors.TooFewBarsError)):
        unknown = getattr(error, "ticker", "")
        failure = replace(failure, whole=True, unknown=unknown)
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


PROBLEM_TYPE = "application/problem+json"
_FACTS = ("field", "line", "column", "found", "needed", "choices")


def problem_of(error: Exception) -> dict[str, object]:
    """``error`` as a problem document (RFC 9457) with the facts that it carries, and ``retry_after`` in seconds."""
    failure, kind = failure_of(error), _kind_of(error)
    title = PROBLEMS[kind][1] if kind else HTTPStatus(failure.status).phrase
    waits = {} if failure.retry_after is None else {"retry_after": failure.retry_after}
    facts = {name: getattr(error, name) for name in _FACTS if hasattr(error, name)}
    told = {"type": problem_type(kind), "title": title, "status": failure.status, "detail": failure.sentence}
    return told | {"hint": failure.hint} | waits | facts


def problem_type(kind: type[Exception] | None) -> str:
    """The address, on this site, of what is said of errors of that ``kind``; of others nothing is."""
    return f"/docs#{problem_name(kind)}" if kind else "about:blank"


def problem_name(kind: type[Exception]) -> str:
    """Its class in small letters, as too-few-bars."""
    return re.sub(r"(?<!^)([A-Z])", r"-\1", kind.__name__.removesuffix("Error")).lower()


def _kind_of(error: Exception) -> type[Exception] | None:
    return next((kind for kind in type(error).__mro__ if kind in PROBLEMS), None)


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

"""From an error to a status, shown as a failed card, a JSON object or a page, by where the request was sent."""

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from app import errors
from app.compute import errors as compute
from app.panels import BY_SLUG
from app.web.compare.slots import slot_at
from app.web.context import site_of
from app.web.errors.labels import in_words_of_the_form
from app.web.errors.links import with_again, with_ways
from app.web.templating import render
from app.web.views import ErrorView, FailedView, Failure, FormValues, IndexView, Slot, slot_of

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
    405: Failure(405, "This address does not take that kind of request.", "Open it in a browser instead.", None),
}
_UNEXPECTED = Failure(500, "Something went wrong on our side.", "Try again; if it stays, please report it.", None)
_PATIENCE_AFTER_TIMEOUT = 30
_SOURCE_AT_FAULT = (errors.SourceRefusedError, errors.SourceBrokenError, errors.SourceSilentError)


def failure_of(error: Exception) -> Failure:
    """What ``error`` says to a reader; an error that is not ours says nothing of itself."""
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), None)
    if isinstance(error, HTTPException):
        return _PAGE_FAILURES.get(error.status_code, Failure(error.status_code, error.detail, "", None))
    if status is None or not isinstance(error, errors.AppError):
        return _UNEXPECTED
    patience = _PATIENCE_AFTER_TIMEOUT if isinstance(error, compute.JobTimeoutError) else None
    wait = getattr(error, "retry_after", patience)
    return Failure(status, error.sentence, error.hint, wait, other_source=isinstance(error, _SOURCE_AT_FAULT))


def shown_failure(error: Exception) -> Failure:
    """What a page or a card says of ``error``, in the words of the form."""
    return in_words_of_the_form(error, failure_of(error))


def answered_failure(request: Request, error: Exception) -> Failure:
    """The same where ``request`` ended in it, with links to what can be done next."""
    return with_ways(request, error, shown_failure(error))


async def answer_failure(request: Request, error: Exception) -> Response:
    """The failure in the form that the path's other answers have."""
    failure = failure_of(error)
    headers = {"Cache-Control": "no-store", **(getattr(error, "headers", None) or {})}
    if failure.retry_after is not None:
        headers["Retry-After"] = str(failure.retry_after)
    if request.url.path.endswith((".csv", ".txt")):
        return PlainTextResponse(_as_text(failure), failure.status, headers)
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": as_json(error, failure)}, failure.status, headers)
    return HTMLResponse(_as_html(request, answered_failure(request, error)), failure.status, headers)


def _as_text(failure: Failure) -> str:
    wait = f"Worth another try in {failure.retry_after} s." if failure.retry_after is not None else ""
    return "".join(f"{line}\n" for line in (failure.sentence, failure.hint, wait) if line)


def _as_html(request: Request, failure: Failure) -> str:
    if slot := _slot(request):
        return failed_card(slot, failure)
    if request.method == "POST" and request.url.path == "/panels":
        return render("_answer.html", IndexView(site_of(request), FormValues("", "", "", ""), failure))
    return render("error.html", ErrorView(site_of(request), with_again(request, failure)))


def failed_card(slot: Slot, failure: Failure) -> str:
    """What stands in the place of a card that failed."""
    return render("panels/_failed.html", FailedView(slot, failure, True))


def _slot(request: Request) -> Slot | None:
    """The place that the answer would have filled, if it is a card's."""
    if panel := BY_SLUG.get(request.path_params.get("slug", "")):
        return slot_of(panel, _address(request, f"/panels/{panel.slug}"), posted=request.method == "POST")
    path = request.url.path
    return slot_at(path, request.query_params.get("ticker", "")[:40], _address(request, path))


def as_json(error: Exception, failure: Failure) -> dict[str, object]:
    """The failure with the facts that its error carries."""
    facts = {
        name: getattr(error, name) for name in ("field", "line", "column", "found", "needed") if hasattr(error, name)
    }
    return {"status": failure.status, "sentence": failure.sentence, "hint": failure.hint, **facts}


def _address(request: Request, path: str) -> str:
    # The page's script adds the canvas to each request anew.
    query = urlencode([(name, text) for name, text in request.query_params.multi_items() if name != "canvas"])
    return f"{path}?{query}" if query else path


HANDLERS = {
    errors.AppError: answer_failure,
    HTTPException: answer_failure,
    Exception: answer_failure,
}

"""A row of the table of addresses, and the forms in which endpoints answer an error."""

from collections.abc import Callable, Collection
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Match, Route

from app.compute.errors import OverloadedError
from app.errors import AppError, TooOftenError
from app.web.context import give_back, site_of
from app.web.failures import PROBLEM_TYPE, answered_failure, failure_of, problem_of, with_again
from app.web.pages.index import IndexView
from app.web.templating import render
from app.web.views import ErrorView, FailedView, Failure, FormValues, Slot

FailureForm = Callable[[Request, Exception], Response]


class Endpoint(Route):
    """A row of the table of addresses, which answers its ``methods`` alone.

    ``fails`` makes the answer to an error, in the form of the endpoint's other answers. ``summary`` is what the API's
    description says of it, empty where that does not describe it.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        name: str,
        fails: FailureForm,
        methods: Collection[str] = ("GET", "HEAD"),
        summary: str = "",
    ) -> None:
        super().__init__(path, endpoint, methods=methods, name=name)
        # Starlette lets HEAD do all the work of GET.
        self.methods = {*methods}
        self.fails, self.summary = fails, summary


async def answer_failure(request: Request, error: Exception) -> Response:
    """The failure as the endpoint that was asked has it, or its neighbours where there is none."""
    answer = _form(request)(request, error)
    answer.headers.update({"Cache-Control": "no-store", **(getattr(error, "headers", None) or {})})
    if (seconds := failure_of(error).retry_after) is not None:
        answer.headers["Retry-After"] = str(seconds)
    return answer


def _form(request: Request) -> FailureForm:
    # What is refused before it is routed has no route yet.
    matching = (route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE)
    route = request.scope.get("route") or next(matching, None)
    if isinstance(route, Endpoint):
        return route.fails
    return as_json if request.url.path.startswith("/api/") else as_page


def as_text(request: Request, error: Exception) -> Response:
    """The sentence, the hint and when to come back, a line each."""
    failure = failure_of(error)
    wait = f"Worth another try in {failure.retry_after} s." if failure.retry_after is not None else ""
    return PlainTextResponse("\n".join(filter(None, (failure.sentence, failure.hint, wait))) + "\n", failure.status)


def as_json(request: Request, error: Exception) -> Response:
    """A problem document."""
    return JSONResponse(problem_of(error), failure_of(error).status, media_type=PROBLEM_TYPE)


def as_page(request: Request, error: Exception) -> Response:
    """A page of its own."""
    failure = answered_failure(request, error)
    return HTMLResponse(render("error.html", ErrorView(site_of(request), with_again(request, failure))), failure.status)


def as_answer(request: Request, error: Exception) -> Response:
    """What stands below the form that was posted."""
    if request.method != "POST":
        return as_page(request, error)
    failure = answered_failure(request, error)
    view = IndexView(site_of(request), FormValues("", "", "", ""), failure)
    return HTMLResponse(render("_answer.html", view), failure.status)


def as_card(slot_of: Callable[[Request], Slot | None]) -> FailureForm:
    """A failed card in the place that the request was to fill; a page where ``slot_of`` knows none."""

    def failed(request: Request, error: Exception) -> Response:
        slot = slot_of(request)
        if slot is None:
            return as_page(request, error)
        failure = answered_failure(request, error)
        return HTMLResponse(failed_card(slot, failure), failure.status)

    return failed


def failed_card(slot: Slot, failure: Failure) -> str:
    """What stands in the place of a card that failed."""
    return render("panels/_failed.html", FailedView(slot, failure, True))


GIVEN_BACK = (OverloadedError, TooOftenError)
"""What refuses work before it has begun, so that it should cost nobody a run."""


async def _answer_refusal(request: Request, error: Exception) -> Response:
    await give_back(request)
    return await answer_failure(request, error)


HANDLERS = {
    **dict.fromkeys(GIVEN_BACK, _answer_refusal),
    **dict.fromkeys((AppError, HTTPException, Exception), answer_failure),
}

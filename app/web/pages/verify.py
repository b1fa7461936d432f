"""Whether a receipt is one of ours and unchanged."""

import asyncio
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.errors import TooLargeError
from app.services.receipts.settlement import settled
from app.services.receipts.signer import Checked
from app.web.context import AppContext, admit, context_of, site_of
from app.web.http.form import body_of, fields_of
from app.web.templating import render
from app.web.views import Site

# Ten times the longest document of ours that has a receipt to be compared with.
MAXIMUM_BYTES = 2**18
_LONGEST_ECHO = 2**16
_FAULT = "Paste a receipt first."
_ALONE = "Paste the receipt alone, or the one document that it ends."


@dataclass(frozen=True, slots=True)
class VerifyView:
    """verify.html: what was pasted, and what came of checking it; ``fault`` says that it was nothing."""

    site: Site
    pasted: str
    checked: Checked | None
    fault: str


async def check(app: AppContext, pasted: str) -> Checked:
    """Whether the receipt in ``pasted`` is genuine, and what came of its range."""
    # In a thread, because a long text takes as long as many requests.
    return await settled(await asyncio.to_thread(app.signer.check, pasted), app.analyses.loader)


async def verify(request: Request) -> Response:
    """GET or POST /verify: a place to paste a receipt, and what came of checking the one that was pasted."""
    posted = request.method == "POST"
    await admit(request, int(posted or "receipt" in request.query_params))
    if len(await body_of(request)) > MAXIMUM_BYTES:
        raise TooLargeError("What was pasted", MAXIMUM_BYTES, _ALONE)
    pasted = (await fields_of(request, longest=MAXIMUM_BYTES)).texts.get("receipt", "")
    checked = await check(context_of(request), pasted) if pasted.strip() else None
    fault = _FAULT if posted and checked is None else ""
    status = 422 if fault or (checked and checked.good is None) else 200
    shown = pasted if len(pasted) <= _LONGEST_ECHO else ""
    return HTMLResponse(render("verify.html", VerifyView(site_of(request), shown, checked, fault)), status)

"""Whether a receipt is one of ours and unchanged."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.web.body import MAXIMUM_BYTES
from app.web.document_views import VerifyView
from app.web.form import said_by
from app.web.state import running, site_of
from app.web.templates import render

_FAULT = "Paste a receipt first."


async def verify(request: Request) -> Response:
    """GET or POST /verify: a place to paste a receipt, and what came of checking the one that was pasted."""
    said = await said_by(request, longest=MAXIMUM_BYTES)
    pasted = said.texts.get("receipt", "")
    checked = running(request).notary.check(pasted) if pasted.strip() else None
    fault = _FAULT if request.method == "POST" and checked is None else ""
    status = 422 if fault or (checked and checked.good is None) else 200
    return HTMLResponse(render("verify.html", VerifyView(site_of(request), pasted, checked, fault)), status)

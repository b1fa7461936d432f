"""Whether a receipt is one of ours and unchanged, and what came of its range once its day has passed."""

import asyncio
import re
from dataclasses import dataclass, replace
from datetime import date

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.errors import AppError, TooLargeError
from app.market.upload.reader import SOURCE as UPLOADED
from app.panels.panel import Query
from app.services.loaded_history import HistoryLoader
from app.services.receipts.signer import Checked
from app.text.numbers import day, signed_percent
from app.web.context import AppContext, admit, context_of, site_of, while_connected
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
    checked = await while_connected(request, check(context_of(request), pasted), 0) if pasted.strip() else None
    fault = _FAULT if posted and checked is None else ""
    status = 422 if fault or (checked and checked.good is None) else 200
    shown = pasted if len(pasted) <= _LONGEST_ECHO else ""
    return HTMLResponse(render("verify.html", VerifyView(site_of(request), shown, checked, fault)), status)


_RANGE = re.compile(r"(?P<low>\S+) to (?P<high>\S+) on (?P<target>\S+)")
_OF_A_FILE = "It is not scored: its prices are of a file, and files are not kept."


async def settled(checked: Checked, loader: HistoryLoader) -> Checked:
    """``checked`` with what became of its range; as it is, where it has none or was not signed here.

    Changes are compared and not prices, because a dividend or a split since then rescales the past.
    """
    lines = dict(line.split(": ", 1) for line in checked.lines)
    said = _RANGE.fullmatch(lines.get("range_80", ""))
    if not checked.good or said is None:
        return checked
    if lines["source"] == UPLOADED:
        return replace(checked, outcome=_OF_A_FILE)
    target, last = date.fromisoformat(said["target"]), float(lines["last"])
    if target > loader.today():
        return replace(checked, outcome=f"It is scored from {day(target)} on, when its last day has passed.")
    changes = tuple(float(said[end]) / last - 1 for end in ("low", "high"))
    return replace(checked, outcome=await _sentence(lines, target, changes, loader))


async def _sentence(lines: dict[str, str], target: date, changes: tuple[float, ...], loader: HistoryLoader) -> str:
    last_bar = date.fromisoformat(lines["bars"].rpartition(" ")[2])
    horizon = int(lines["horizon"])
    try:
        loaded = await loader.prepare(Query(lines["ticker"], horizon, last_bar, lines["source"]))
    except AppError as error:
        return f"It cannot be scored now: {error.sentence}"
    after = loaded.following
    if after is None or len(after.dates) < horizon or loaded.passport.last_bar != last_bar:
        return f"It cannot be scored yet: {lines['source']} has no prices of all days until {day(target)}."
    change = after.closes[-1] / after.closes[0] - 1
    low, high = changes
    inside = "inside" if low <= change <= high else "outside"
    return (
        f"It said that in 8 of 10 cases the price changes by {signed_percent(low)} to {signed_percent(high)} by "
        f"{day(target)}. By {day(after.dates[-1])} it had changed by {signed_percent(change)}: {inside} the range. "
        "One forecast proves little."
    )

"""How the tickers of a comparison move together: one more fragment of its page."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.errors import AppError, QueryError
from app.panels.analysis import Fact, Table
from app.panels.panel import Query
from app.panels.together import decode_together, request_together, together_facts, together_tables
from app.services.loaded_history import LoadedHistory
from app.web.compare.request import SUCH_AS, LeftOut, comparison_string, queries_of, told_by
from app.web.context import AppContext, context_of, url_again, while_connected
from app.web.failures import shown_failure
from app.web.templating import render
from app.web.views import Slot

_SECONDS = 1.0
_OTHER_HOURS = (
    "Their exchanges close at different hours, so that part of a day's common move falls on the next day: the "
    "correlation is larger than it looks here."
)


@dataclass(frozen=True, slots=True)
class TogetherView:
    """compared/together.html: the facts and tables of all pairs, and who has no place in them.

    ``fields`` are those of the comparison's address, to which its form adds shares written like ``such_as``.
    """

    slot: Slot
    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    fields: tuple[tuple[str, str], ...]
    such_as: str
    interactive: bool = True


def together_slot(url: str) -> Slot:
    """The place of the fragment, filled from ``url``."""
    question = "Do they share their days, and do they stay together?"
    return Slot(f"together-{told_by(url)}", "How they move together", question, url, posted=False, seconds=_SECONDS)


def place_of(request: Request, queries: Sequence[Query]) -> Slot | None:
    """The place for a comparison of ``queries``; one ticker alone has none."""
    if len(queries) < 2:
        return None
    return together_slot(f"{request.app.url_path_for('compare_together')}?{comparison_string(queries)}")


def requested_together(request: Request) -> Slot:
    """The place that ``request`` is to fill."""
    return together_slot(url_again(request, request.url.path))


async def together(request: Request) -> Response:
    """GET /compare/together: the fragment for the tickers that the address names."""
    queries = queries_of(request)
    if len(queries) < 2:
        raise QueryError("ticker", queries[0].ticker, "a second one beside it")
    card = together_card(context_of(request), queries, requested_together(request))
    return HTMLResponse(await while_connected(request, card, len(queries), _SECONDS / len(queries)))


async def together_card(app: AppContext, queries: Sequence[Query], slot: Slot) -> str:
    """The fragment; a ticker without prices is left out, and the first error is raised where only one is left."""
    ended = await asyncio.gather(*map(app.analyses.loader.prepare, queries), return_exceptions=True)
    loaded = [one for one in ended if isinstance(one, LoadedHistory)]
    missing = [(query, one) for query, one in zip(queries, ended, strict=True) if not isinstance(one, LoadedHistory)]
    for _, error in missing:
        if len(loaded) < 2 or not isinstance(error, AppError):
            raise error
    key = hashlib.sha256(" ".join(one.key for one in loaded).encode()).hexdigest()

    async def compute() -> bytes:
        return await request_together(app.analyses.engine.run, [one.history for one in loaded])

    figures = decode_together(await app.analyses.remembered(f"together:{key}", compute))
    hours = {one.passport.time_zone for one in loaded}
    view = TogetherView(
        slot=slot,
        facts=together_facts(figures),
        tables=tuple(together_tables(figures).values()),
        notes=(_OTHER_HOURS,) if len(hours) > 1 else (),
        left_out=tuple(LeftOut(query.ticker, shown_failure(e)) for query, e in missing if isinstance(e, AppError)),
        fields=tuple(parse_qsl(comparison_string(queries))),
        such_as=SUCH_AS[len(queries)],
    )
    return render("compared/together.html", view)

"""The report: every card of a dossier in one document that loads nothing, with its receipt at the end."""

import asyncio
import logging
from dataclasses import replace

from markupsafe import Markup

from app.errors import AppError
from app.panels.content import by_key
from app.panels.panel import Panel
from app.panels.query import Query
from app.web.analyses import Finished
from app.web.cards import drawn, rendered
from app.web.document_views import ReportView
from app.web.dossier import Card, Dossier
from app.web.errors import failure_of
from app.web.notary import REPORT
from app.web.state import Running
from app.web.templates import render
from app.web.views import Asked, FailedView, slot_of

_log = logging.getLogger(__name__)


async def report(app: Running, dossier: Dossier, page_url: str) -> str:
    """The document; ``page_url`` leads to the live page of the same query, where an address can hold it."""
    shown = await asyncio.gather(*(_shown(app, dossier.query, card) for card in dossier.cards))
    # A card whose pictures could not be drawn is not in the document, whatever its numbers are.
    seen = replace(dossier, cards=tuple(card for card, _ in shown))
    receipt = "\n".join(app.notary.receipt(seen, REPORT))
    style = Markup(app.style)  # noqa: S704  (our own style sheet)
    cards = tuple(Markup(html) for _, html in shown)  # noqa: S704  (our own templates made them)
    facts = {
        card.panel.slug: by_key(card.panel.facts(card.end.analysis))
        for card in seen.cards
        if not isinstance(card.end, Exception)
    }
    view = ReportView(app.site, _asked(dossier.query), style, cards, facts, page_url, dossier.passport, receipt)
    return render("report.html", view)


async def _shown(app: Running, query: Query, card: Card) -> tuple[Card, str]:
    if isinstance(card.end, Exception):
        return card, _failed(card.panel, card.end)
    try:
        return card, await _made(app, query, card.panel, card.end)
    except Exception as error:
        # One card that cannot be drawn must not cost the reader the others.
        return Card(card.panel, error), _failed(card.panel, error)


async def _made(app: Running, query: Query, panel: Panel, end: Finished) -> str:
    card, narrow = await asyncio.gather(
        drawn(app, panel, query, end, "wide", interactive=False), app.analyses.charts(panel, end, "narrow")
    )
    return rendered(replace(card, pictures=replace(card.pictures, narrow=narrow)))


def _failed(panel: Panel, error: Exception) -> str:
    if not isinstance(error, AppError):
        _log.error("The card %s of a report failed.", panel.slug, exc_info=error)
    return render("panels/_failed.html", FailedView(slot_of(panel, ""), failure_of(error), False))


def _asked(query: Query) -> Asked:
    source = query.upload.name if query.upload else query.source
    return Asked(query.ticker, str(query.horizon), str(query.as_of or ""), source)

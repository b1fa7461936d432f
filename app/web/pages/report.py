"""The report: every card of one result in one document that needs no script, made to be printed."""

import asyncio
import logging
import re
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

from markupsafe import Markup

from app.errors import AppError
from app.market.passport import Passport
from app.panels import BY_SLUG, IN_PAGE_ORDER
from app.panels.analysis import by_key
from app.panels.panel import Panel, Query
from app.panels.patterns.model import PatternsAnalysis
from app.panels.technicals.model import TechnicalsAnalysis
from app.panels.verdict.model import VerdictAnalysis
from app.services.analyses import Finished
from app.services.receipts.signer import REPORT
from app.services.results import CardResult, QueryResult
from app.text.glossary import Term, terms
from app.text.numbers import day
from app.web.cards import draw_card, render_card
from app.web.context import AppContext
from app.web.failures import failure_of
from app.web.http.query import query_string
from app.web.templating import render
from app.web.views import CardView, FailedView, FormValues, Site, slot_of

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A part of a report, finished ``html``, and the ``terms`` of art that stand in it first."""

    html: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class ReportView:
    """report.html: the answer in ``front``, the ``methods`` behind it, everything else in the ``appendix``.

    ``style`` is the style sheet itself.
    """

    site: Site
    asked: FormValues
    style: Any
    front: tuple[ReportSection, ...]
    methods: tuple[ReportSection, ...]
    appendix: tuple[ReportSection, ...]
    page_url: str
    passport: Passport
    old: str
    receipt: str


@dataclass(frozen=True, slots=True)
class MethodsView:
    """_report_methods.html: the analyses of the verdict and, where there are such, of two other cards; the shapes'
    ``finding`` in words.
    """

    verdict: VerdictAnalysis
    patterns: PatternsAnalysis | None
    technicals: TechnicalsAnalysis | None
    finding: str


ANSWERS = ("verdict", "odds", "overview")
"""Cards that a report has in two parts, the answer in front and its proof in the appendix."""


async def report(app: AppContext, result: QueryResult, page_url: str, origin: str = "") -> str:
    """The document; ``page_url`` leads to the live page of the same query, where an address can hold it."""
    sections = await asyncio.gather(*(_views(app, card) for card in result.cards))
    # A card whose pictures could not be drawn is not in the document, whatever its numbers are.
    drawn = replace(result, cards=tuple(card for card, _ in sections))
    views = {card.panel.slug: view for card, view in sections}
    seen: set[str] = set()
    front = [_part(views[slug], "answer") for slug in ANSWERS[:2]]
    methods = [*_methods(drawn), _part(views[ANSWERS[2]], "answer")]
    proofs = [_part(views[slug], "proof") for slug in ANSWERS if isinstance(views[slug], CardView)]
    others = [_part(views[panel.slug], "") for panel in IN_PAGE_ORDER if panel.slug not in ANSWERS]
    first, second, last = (tuple(_section(html, seen) for html in part) for part in (front, methods, proofs + others))
    view = ReportView(
        site=app.site,
        asked=_form_values(result.query),
        style=Markup(report_style(app, result, origin)),  # noqa: S704  (our own style sheet)
        front=first,
        methods=second,
        appendix=last,
        page_url=page_url,
        passport=result.passport,
        old=result.old,
        receipt="\n".join(app.signer.receipt(drawn, REPORT)),
    )
    return render("report.html", view)


def report_style(app: AppContext, result: QueryResult, origin: str) -> str:
    """The style sheet of a report, whose printed pages say what they are of, where that is, and which page they are."""
    about = f"{result.query.ticker} · {day(result.passport.last_bar)}"
    address = f"{origin}/?{query_string(result.query)}" if origin and not result.query.upload else ""
    return app.style + _PRINTED.format(about=about, address=address)


# A ticker, a query in an address and what Starlette takes for a host have no sign that could end these texts.
_PRINTED = (
    '@page{{font:8pt sans-serif;color:#5d636e;@top-left{{content:"{about}"}}@top-right{{content:"{address}"}}'
    '@bottom-left{{content:"Stock Forecasting Analytics · not advice"}}'
    '@bottom-right{{content:counter(page) " / " counter(pages)}}}}'
)


async def _views(app: AppContext, card: CardResult) -> tuple[CardResult, CardView | FailedView]:
    if isinstance(card.end, Exception):
        return card, _failed(card.panel, card.end)
    try:
        return card, await _drawn(app, card.panel, card.end)
    except Exception as error:
        # One card that cannot be drawn must not cost the reader the others.
        return CardResult(card.panel, error), _failed(card.panel, error)


async def _drawn(app: AppContext, panel: Panel, finished: Finished) -> CardView:
    card, narrow = await asyncio.gather(
        draw_card(app, slot_of(panel, ""), finished, "wide"),
        app.analyses.charts(panel, finished, "narrow"),
    )
    return replace(card, pictures=replace(card.pictures, narrow=narrow))


def _failed(panel: Panel, error: Exception) -> FailedView:
    if not isinstance(error, AppError):
        _log.error("The card %s of a report failed.", panel.slug, exc_info=error)
    return FailedView(slot_of(panel, ""), failure_of(error), False)


def _part(view: CardView | FailedView, part: str) -> str:
    return render_card(replace(view, part=part)) if isinstance(view, CardView) else render("panels/_failed.html", view)


def _methods(drawn: QueryResult) -> list[str]:
    finished = drawn.finished()
    verdict, patterns, technicals = (finished.get(slug) for slug in ("verdict", "patterns", "technicals"))
    if not isinstance(verdict, VerdictAnalysis):
        return []
    known = patterns if isinstance(patterns, PatternsAnalysis) else None
    finding = by_key(BY_SLUG["patterns"].content(known).facts.values())["finding"].value if known else ""
    read = technicals if isinstance(technicals, TechnicalsAnalysis) else None
    return [render("_report_methods.html", MethodsView(verdict, known, read, finding))]


def _section(html: str, seen: set[str]) -> ReportSection:
    """The part with the terms in its words that are not ``seen`` before it."""
    found = tuple(term for term in terms(unescape(_TAG.sub(" ", html))) if term.term not in seen)
    seen.update(term.term for term in found)
    return ReportSection(Markup(html), found)  # noqa: S704  (our own templates made it)


_TAG = re.compile(r"<[^>]*>")


def _form_values(query: Query) -> FormValues:
    source = query.upload.name if query.upload else query.source
    return FormValues(query.ticker, str(query.horizon), str(query.as_of or ""), source)
